import type { ParsedQueryCalls } from '@rollcall/protocol/schemas';
import { type QueryLimits, queryLane } from '../../database/read-lane.js';
import type { UnitOfWork, WriteTransaction } from '../../database/unit-of-work.js';
import type { Viewer } from '../../users/viewer.js';
import type { Product } from '../product.js';
import { type CallRow, findCall } from './call-table.js';
import { addCallMembers, endCall, joinCall, leaveCall } from './change-call.js';
import { createCall, type NewCall } from './create-call.js';
import { type CallPage, loadCallPage, queryCalls } from './query-calls.js';
import { videoProduct } from './video-product.js';

/** A user in a call. */
export interface CallAndUser {
  cid: string;
  user_id: string;
}

/**
 * The product video: calls and their members. The caller has already checked that the operation is allowed at all; this
 * class checks what depends on the data, such as bans and memberships. Each method answers with the calls as stored
 * now, their members and the users that they name.
 */
export class Video {
  /** How calls follow their users. */
  readonly product: Product = videoProduct;
  readonly #unitOfWork: UnitOfWork;

  constructor(unitOfWork: UnitOfWork) {
    this.#unitOfWork = unitOfWork;
  }

  /**
   * Makes a call, or finds the one that already has this type and id.
   * @throws RollcallError `NOT_ALLOWED` for an existing call that the viewer may not see, and the errors about its
   * members.
   */
  createCall(viewer: Viewer, input: NewCall): Promise<CallPage> {
    return this.#write(transaction => createCall(transaction, viewer, { input }));
  }

  /**
   * Adds a member to the call.
   * @throws RollcallError `NOT_FOUND`, `INPUT_INVALID` for a call that has ended, `USER_BANNED` …
   */
  joinCall({ cid, user_id: userId }: CallAndUser): Promise<CallPage> {
    return this.#write(transaction => joinCall(transaction, { cid, userId }));
  }

  /** Takes a member out of the call. @throws RollcallError `NOT_FOUND` */
  leaveCall({ cid, user_id: userId }: CallAndUser): Promise<CallPage> {
    return this.#write(transaction => leaveCall(transaction, { cid, userId }));
  }

  /** Ends a call, for its maker or a back end. @throws RollcallError `NOT_FOUND`, `NOT_ALLOWED` */
  endCall(viewer: Viewer, cid: string): Promise<CallPage> {
    return this.#write(transaction => endCall(transaction, viewer, { cid }));
  }

  /** Adds members, for a member or a back end. @throws RollcallError `NOT_FOUND`, `INPUT_INVALID`, `USER_NOT_FOUND` … */
  addCallMembers(viewer: Viewer, input: { cid: string; members: readonly string[] }): Promise<CallPage> {
    return this.#write(transaction => addCallMembers(transaction, viewer, input));
  }

  /** One call. @throws RollcallError `NOT_FOUND` for a call that does not exist or that the viewer may not see. */
  getCall(viewer: Viewer, cid: string): Promise<CallPage> {
    return this.#unitOfWork.read(async transaction =>
      loadCallPage(transaction, [await findCall(transaction, viewer, cid)]),
    );
  }

  /** One page of the calls that the viewer may see, newest first. @throws RollcallError `CURSOR_INVALID` */
  queryCalls(viewer: Viewer, query: ParsedQueryCalls, limits?: QueryLimits): Promise<CallPage> {
    return this.#unitOfWork.read(transaction => queryCalls(transaction, viewer, query), queryLane(limits));
  }

  #write(change: (transaction: WriteTransaction) => Promise<CallRow>): Promise<CallPage> {
    return this.#unitOfWork.write(async transaction =>
      loadCallPage(transaction, [await change(transaction)]),
    );
  }
}
