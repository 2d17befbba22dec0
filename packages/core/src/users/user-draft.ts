import type { DeletionModes } from '@rollcall/protocol';
import type { UserRow } from './user-table.js';

/** A change to one user that has been worked out and not yet written. */
export interface UserDraft {
  /** Position in the batch, for errors. */
  index: number;
  /** Absent for a user who comes into being. */
  before?: UserRow;
  after: UserRow;
  /** Of a deletion: what its event says about how it is done. */
  modes?: DeletionModes;
}
