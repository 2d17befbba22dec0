import type { DeletionModes, UserEvent } from '@rollcall/protocol';
import type { UserRow } from './user-table.js';

/** What is said of a ban beside what the user's own fields say. */
export interface BanDetails {
  reason?: string;
  banned_by_id?: string;
}

/** A change to a list that only the user itself sees, and the one entry of it that came or went. */
export interface OwnChange extends Pick<UserEvent, 'target_id' | 'device'> {
  type: 'user.blocked' | 'user.unblocked' | 'user.device.added' | 'user.device.removed';
}

/** A change to one user that has been worked out and not yet written. */
export interface UserDraft {
  /** Position in the batch, for errors. */
  index: number;
  /** Absent for a user who comes into being. */
  before?: UserRow;
  after: UserRow;
  /** Of a deletion: what its event says about how it is done. */
  modes?: DeletionModes;
  /** Of a ban: why and by whom; absent: what is stored about that stays. */
  ban?: BanDetails;
  /** Of a change to blocks or devices: the event that tells it. */
  told?: OwnChange;
}
