import type { ParsedQueryActivities } from '@rollcall/protocol/schemas';
import { type QueryLimits, queryLane } from '../../database/read-lane.js';
import type { Transaction, UnitOfWork, WriteTransaction } from '../../database/unit-of-work.js';
import type { Viewer } from '../../users/viewer.js';
import type { Product } from '../product.js';
import type { ActivityRow } from './activity-table.js';
import { addActivity, type NewActivity, removeActivity } from './change-activities.js';
import { feedsProduct } from './feeds-product.js';
import { type ActivityPage, type FeedReader, loadActivityPage, queryActivities } from './query-activities.js';

/**
 * The product feeds: activities, which say that an actor did something to an object. The caller has already checked
 * that the operation is allowed at all; this class checks what depends on the data, such as bans and ownership. Each
 * method answers with the activities as stored now and the users who own them.
 */
export class Feeds {
  /** How activities follow their actor. */
  readonly product: Product = feedsProduct;
  readonly #unitOfWork: UnitOfWork;

  constructor(unitOfWork: UnitOfWork) {
    this.#unitOfWork = unitOfWork;
  }

  /** Adds an activity. @throws RollcallError `INPUT_INVALID` for an id that is taken, `USER_BANNED` and the like. */
  addActivity(activity: NewActivity): Promise<ActivityPage> {
    return this.#write(transaction => addActivity(transaction, activity));
  }

  /** Removes an activity, for its actor or a back end. @throws RollcallError `NOT_FOUND`, `NOT_ALLOWED` */
  removeActivity(viewer: Viewer, id: string): Promise<ActivityPage> {
    return this.#write(transaction => removeActivity(transaction, viewer, { id }));
  }

  /** One page of the activities that a reader sees, newest first. @throws RollcallError `CURSOR_INVALID` */
  queryActivities(
    reader: FeedReader,
    query: ParsedQueryActivities,
    limits?: QueryLimits,
  ): Promise<ActivityPage> {
    const read = (transaction: Transaction) => queryActivities(transaction, reader, query);
    return this.#unitOfWork.read(read, queryLane(limits));
  }

  #write(change: (transaction: WriteTransaction) => Promise<ActivityRow>): Promise<ActivityPage> {
    return this.#unitOfWork.write(async transaction =>
      loadActivityPage(transaction, [await change(transaction)]),
    );
  }
}
