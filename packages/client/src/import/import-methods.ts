import type { JsonObject, UpsertUserInput, WriteCounts } from '@rollcall/protocol';
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
  type UserAsIs,
  type UserSource,
} from './import-users.js';
import { type SyncOptions, type SyncResult, syncUsers } from './sync-users.js';

/** How to synchronise the directory with a source. `Known` is what `within` knows of custom data. */
export interface SyncUsersOptions<Custom extends object, Known extends object = Custom>
  extends SyncOptions<Known>,
    ImportUsersOptions<Custom> {}

/** How to synchronise the directory with a source whose users stay as they are there. */
export interface SyncAsIsOptions<Custom extends object, Known extends object = Custom>
  extends SyncOptions<Known>,
    ImportAsIsOptions<Custom> {}

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

  /**
   * Makes the directory what a source says: imports it, and does to the users who match `within` and are not in it what
   * `missing` says. It touches nobody when the source fails, holds no users, or has rows without an id, and not more
   * users than `max_missing`. A source names each user once; a user who comes again is refused like a bad one. A user
   * whom the server refuses is in the source, and so is not missing. Needs about 100 MB for a million users.
   * @returns what it has done, or with `dry_run` would do. There `missing` may be above `max_missing`.
   * @throws RollcallError what `importUsers` throws; `INPUT_INVALID` with the field `max_missing` when too many are
   * missing. What was imported stays, and nobody was touched.
   */
  syncUsers<Known extends object = Custom>(
    users: UserSource<Custom>,
    options: SyncUsersOptions<Custom, Known>,
  ): Promise<SyncResult>;
  syncUsers<Known extends object = Custom>(
    users: AsIsSource<Custom>,
    options: SyncAsIsOptions<Custom, Known>,
  ): Promise<SyncResult>;
}

/** The methods of `Imports`. */
export function importMethods<Custom extends object>(api: Api): Imports<Custom> {
  type Input = UpsertUserInput<Custom> | UserAsIs<Custom>;
  type Source = UserSource<Custom> | AsIsSource<Custom>;
  // What an option takes follows from the kind of input, and that from `as_is`.
  type Options = Omit<ImportOptions<Input>, 'onError'> & { as_is?: boolean; onError?(failure: never): void };
  const optionsOf = (options: Options) =>
    ({ ...options, upsert: batchWriter(api, options) }) as ImportOptions<Input> & {
      upsert: UpsertBatch<Input>;
    };
  return {
    importUsers: (users: Source, given: Options = {}) => {
      const { upsert, ...options } = optionsOf(given);
      return importUsers<Input>(users, upsert, options);
    },
    syncUsers: async (users: Source, given: SyncOptions & Options) =>
      syncUsers<Input>(api, users, { ...given, ...optionsOf(given) }),
  };
}

/** Writes the batches of an import. The counts say what was done. */
function batchWriter<Custom extends object>(
  api: Api,
  { as_is = false, dry_run = false }: { as_is?: boolean; dry_run?: boolean },
): UpsertBatch<UpsertUserInput<Custom> | UserAsIs<Custom>> {
  // What an import does not write must not be lost in silence.
  const how = { ...(as_is ? { as_is } : { refuse_deactivated: true }), ...(dry_run && { dry_run }) };
  return async (users, signal): Promise<WriteCounts> => {
    const { counts } = await upsertUsers<Custom>(api, users, { ...how, signal });
    // A server of before does not count; it has stored all of them.
    return counts ?? { created: 0, updated: users.length, unchanged: 0 };
  };
}
