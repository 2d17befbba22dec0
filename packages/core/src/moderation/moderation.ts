import type { Actor } from '@rollcall/protocol';
import type { ParsedBan, ParsedQueryBanned } from '@rollcall/protocol/schemas';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { Viewer } from '../products/viewer.js';
import type { UserRow } from '../users/model/user-table.js';
import { banUser } from './ban-user.js';
import type { Moderator } from './hold-target.js';
import { type BanPage, queryBanned } from './query-banned.js';
import { unbanUser } from './unban-user.js';

/**
 * Bans. Whoever calls has checked the form of the input and that the caller may ban at all; whom a user may ban is
 * judged here. What a ban forbids is judged where it is done: a banned user cannot write content.
 */
export class Moderation {
  readonly #unitOfWork: UnitOfWork;

  constructor(unitOfWork: UnitOfWork) {
    this.#unitOfWork = unitOfWork;
  }

  /** Bans a user, or changes its ban. @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`, `NOT_ALLOWED`, `INPUT_INVALID` */
  ban(actor: Actor, moderator: Moderator, request: ParsedBan): Promise<UserRow> {
    return this.#unitOfWork.write(transaction => banUser(transaction, actor, { moderator, request }));
  }

  /** Ends the open ban of a user, or with `shadow` its shadow ban. @throws RollcallError as `ban` does */
  unban(actor: Actor, moderator: Moderator, change: { id: string; shadow: boolean }): Promise<UserRow> {
    return this.#unitOfWork.write(transaction => unbanUser(transaction, actor, { moderator, ...change }));
  }

  /** One page of the bans that hold now, newest first. @throws RollcallError `CURSOR_INVALID` */
  queryBanned(viewer: Viewer, query: ParsedQueryBanned): Promise<BanPage> {
    return this.#unitOfWork.read(transaction => queryBanned(transaction, viewer, query));
  }
}
