/**
 * Makes the directory what a source says: imports the source, and deactivates or deletes those who are not in it. Who
 * is missing is found by what was stored before the import, so that nobody who comes into being meanwhile is
 * touched, and is asked for again before anything is done. The ids of both are held in memory: about 100 MB for a
 * million users.
 */
import {
  type ErrorCode,
  type Filter,
  isUserId,
  type JsonObject,
  LIMITS,
  RollcallError,
} from '@rollcall/protocol';
import { answerOf } from '../to-rollcall-error.js';
import type { Api } from '../transport/transport.js';
import type { ImportRow } from './batches.js';
import { type ImportOptions, type ImportResult, importUsers, type UpsertBatch } from './import-users.js';
import { type MaxMissing, parseMaxMissing } from './max-missing.js';
import { retry } from './retry.js';
import { type StoredUsersOptions, stillMatching, storedUserIds } from './stored-users.js';

/** What may be done to users who are not in the source. */
export const WAYS = ['keep', 'deactivate', 'delete'] as const;

/** What a synchronisation does beside the import. */
export interface SyncOptions<Custom extends object = JsonObject> {
  /** What to do to users who match `within` and are not in the source. They are deactivated or soft-deleted by tasks. */
  missing: (typeof WAYS)[number];
  /** Whom the source is about. Nobody else is touched. Default: everybody. */
  within?: Filter<Custom>;
  /**
   * The most users that may be touched: a number, or a share of those who match `within`, such as `'5%'`. If more are
   * missing, none of them is touched. Default: `'10%'`.
   */
  max_missing?: MaxMissing;
}

/** What a synchronisation has done, or would do in a dry run. */
export interface SyncResult extends ImportResult {
  /** Users that match `within` and were stored before. 0 when the missing are kept. */
  looked_at: number;
  /** Those of them who are not in the source. */
  missing: number;
  /** How many of them may be touched. */
  max_missing: number;
  /** The tasks that deactivate or delete them. */
  task_ids: string[];
}

/** What stands for the place of a user in the source, of one who is stored and has not been seen there. */
const NOT_SEEN = -1;

/**
 * Imports a source and does to those who are not in it what `missing` says. It touches nobody when the source fails or
 * ends with an error, holds no users, or has rows of which nobody can say whose they are.
 * @throws RollcallError what `importUsers` throws; `INPUT_INVALID` with the field `max_missing` when more are missing.
 * What was imported stays, and nobody was touched then.
 */
export async function syncUsers<Input extends { id: string }>(
  api: Api,
  users: Iterable<Input> | AsyncIterable<Input>,
  options: SyncOptions & ImportOptions<Input> & { upsert: UpsertBatch<Input> },
): Promise<SyncResult> {
  const { missing: way, within = {}, signal, upsert, dry_run = false } = options;
  if (!WAYS.includes(way)) {
    throw invalid('missing', `must be one of ${WAYS.join(', ')}; this is ${JSON.stringify(way)}`);
  }
  const maxMissing = parseMaxMissing(options.max_missing);
  const lookAt: StoredUsersOptions = { within, include_deactivated_users: way === 'delete', signal };

  /** Everybody who is stored or was seen in the source, and the first place there. */
  const places = new Map<string, number>();
  if (way !== 'keep') {
    // Says at once when the filter cannot be asked as it will be in the end.
    await stillMatching(api, [], lookAt);
    for await (const id of storedUserIds(api, lookAt)) places.set(id, NOT_SEEN);
  }
  const lookedAt = places.size;
  let rows = 0;
  let nameless = 0;
  const admit = ({ index, user }: ImportRow<Input>): RollcallError | undefined => {
    rows += 1;
    // The source may hold anything.
    const id: unknown = (user as Input | null)?.id;
    if (!isUserId(id)) {
      nameless += 1;
      return undefined;
    }
    const earlier = places.get(id) ?? NOT_SEEN;
    if (earlier !== NOT_SEEN) return duplicate(id, { index, earlier });
    places.set(id, index);
    return undefined;
  };
  const imported = await importUsers(users, upsert, { ...options, admit, method: 'syncUsers' });

  const missing: string[] = [];
  for (const [id, place] of places) if (place === NOT_SEEN) missing.push(id);
  const result = {
    ...imported,
    looked_at: lookedAt,
    missing: missing.length,
    max_missing: maxMissing(lookedAt),
    task_ids: [] as string[],
  };
  if (way === 'keep') return result;
  if (rows === 0) throw unclear('the source holds no users');
  if (nameless > 0) throw unclear(`${nameless} rows of the source have no id that a user can have`);
  if (dry_run || missing.length === 0) return result;
  if (missing.length > result.max_missing) {
    throw invalid(
      'max_missing',
      `${missing.length} of the ${lookedAt} users who were looked at are not in the source, and at most ${result.max_missing} may be touched; so nobody was. The source is imported. Check that it is whole, or allow more`,
    );
  }
  for (let from = 0; from < missing.length; from += LIMITS.batchUsers) {
    signal?.throwIfAborted();
    const ids = await stillMatching(api, missing.slice(from, from + LIMITS.batchUsers), lookAt);
    const taskId = await beginTask(api, ids, { way, signal });
    if (taskId !== undefined) result.task_ids.push(taskId);
  }
  return result;
}

/** Begins the task for some users, but for those who have been deleted since. @returns its id, if anybody is left. */
async function beginTask(
  api: Api,
  ids: readonly string[],
  { way, signal }: { way: 'deactivate' | 'delete'; signal: AbortSignal | undefined },
): Promise<string | undefined> {
  if (ids.length === 0) return undefined;
  const begin = () =>
    answerOf(
      way === 'delete'
        ? api.users.deleteMany.mutate({ ids: [...ids] }, { signal })
        : api.users.deactivateMany.mutate({ ids: [...ids] }, { signal }),
    );
  try {
    // Asking again for what is done already changes nothing.
    return (await retry(begin, { signal })).task_id;
  } catch (error) {
    if (!(error instanceof RollcallError) || !GONE.includes(error.code)) throw error;
    const gone = new Set((error.issues ?? [error]).map(issue => issue.index));
    const others = ids.filter((_, index) => !gone.has(index));
    if (others.length === ids.length) throw error;
    return beginTask(api, others, { way, signal });
  }
}

const GONE: readonly ErrorCode[] = ['USER_NOT_FOUND', 'USER_DELETED'];

function duplicate(id: string, { index, earlier }: { index: number; earlier: number }): RollcallError {
  const message = `id: "${id}" is in the source already, at ${earlier}; a source names each user once`;
  return new RollcallError('INPUT_INVALID', message, { index, field: 'id' });
}

function unclear(why: string): RollcallError {
  return invalid('missing', `${why}, so it cannot say who is missing, and nobody was touched`);
}

function invalid(field: string, message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', `${field}: ${message}`, { field });
}
