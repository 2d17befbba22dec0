import type { ParsedUserHistory } from '@rollcall/protocol/schemas';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { type HistoryPage, queryHistory } from './query-history.js';

/** The audit trail: who changed what about a user and when, as the event log tells it. */
export class History {
  readonly #unitOfWork: UnitOfWork;

  constructor(unitOfWork: UnitOfWork) {
    this.#unitOfWork = unitOfWork;
  }

  /** One page, newest first. @throws RollcallError `USER_NOT_FOUND`, `CURSOR_INVALID` */
  query(query: ParsedUserHistory): Promise<HistoryPage> {
    return this.#unitOfWork.read(transaction => queryHistory(transaction, query));
  }
}
