import type { JsonObject, UpsertUserInput, UserAsIsInput, WriteCounts } from '@rollcall/protocol';
import type { Api } from '../transport/transport.js';
import { upsertUsers } from '../users/users.js';
import {
  type AsIsSource,
  type ImportAsIsOptions,
  type ImportOptions,
  type ImportResult,
  type ImportUsersOptions,
  importUsers,
  type UpsertBatch,
  type UserSource,
} from './import-users.js';

/** How a back end writes any number of users. */
export interface Imports<Custom extends object = JsonObject> {
  /**
   * Upserts any number of users in batches, from an array, an iterable or an asynchronous iterable. Writes of the same
   * id keep their order. It repeats a batch after an error that may pass, and after an answer that was lost. So an
   * upsert with `if_revision` can fail with `REVISION_CONFLICT` although it was stored.
   *
   * With `as_is` the users stay as they were where they come from: times, bans, devices, blocks, deactivation and
   * revocation are written, too. Without it a user with a `deactivated_at` who would be active is refused.
   * @throws RollcallError the error of the first batch that failed. No batch is in flight any more then, and `index`
   * counts in the whole input. With `onError`, refused users are reported there instead, and all others are stored.
   */
  importUsers(users: UserSource<Custom>, options?: ImportUsersOptions<Custom>): Promise<ImportResult>;
  importUsers(users: AsIsSource<Custom>, options: ImportAsIsOptions<Custom>): Promise<ImportResult>;
}

/** The methods of `Imports`. */
export function importMethods<Custom extends object>(api: Api): Imports<Custom> {
  type Input = UpsertUserInput<Custom> | UserAsIsInput<Custom>;
  return {
    importUsers: (
      users: UserSource<Custom> | AsIsSource<Custom>,
      options: ImportOptions<never> & { as_is?: boolean } = {},
    ) => importUsers<Input>(users, batchWriter(api, options), options as ImportOptions<Input>),
  };
}

/** Writes the batches of an import. The counts say what was done. */
function batchWriter<Custom extends object>(
  api: Api,
  { as_is = false, dry_run = false }: { as_is?: boolean; dry_run?: boolean },
): UpsertBatch<UpsertUserInput<Custom> | UserAsIsInput<Custom>> {
  // What an import does not write must not be lost in silence.
  const how = { ...(as_is ? { as_is } : { refuse_deactivated: true }), ...(dry_run && { dry_run }) };
  return async (users, signal): Promise<WriteCounts> => {
    const { counts } = await upsertUsers<Custom>(api, users, { ...how, signal });
    // A server of before does not count; it has stored all of them.
    return counts ?? { created: 0, updated: users.length, unchanged: 0 };
  };
}
