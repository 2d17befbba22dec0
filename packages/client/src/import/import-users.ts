import { RollcallError, type UpsertUserInput } from '@rollcall/protocol';
import { type Batch, cutBatches } from './cut-batches.js';
import { divide, isDivisible } from './divide-batch.js';
import { retry } from './retry.js';

/** How far an import has come. */
export interface ImportProgress {
  /** Users stored. */
  done: number;
  /** Users refused, and reported to `onError`. */
  failed: number;
  /** Users in all, where that is known beforehand. */
  total?: number;
  /** Batches finished. */
  batches: number;
}

/** A user that could not be imported. */
export interface ImportFailure<Custom extends object> {
  user: UpsertUserInput<Custom>;
  error: RollcallError;
}

/** How to import. */
export interface ImportUsersOptions<Custom extends object> {
  /** Batches on their way at a time; default 4. */
  concurrency?: number;
  /** Called after every batch. */
  onProgress?(progress: ImportProgress): void;
  /**
   * With it, users that the server refuses are reported here and everybody else is stored: a batch that fails is divided
   * until the bad users stand alone. Without it, the first failed batch ends the import.
   */
  onError?(failure: ImportFailure<Custom>): void | Promise<void>;
}

/** Where users come from. */
export type UserSource<Custom extends object> =
  | Iterable<UpsertUserInput<Custom>>
  | AsyncIterable<UpsertUserInput<Custom>>;

/** Writes one batch, all or nothing. */
export type ParsedUpserts<Custom extends object> = (users: UpsertUserInput<Custom>[]) => Promise<unknown>;

/**
 * Upserts any number of users. Writes of the same id keep the order of the input; everything else may overtake. Errors
 * that may pass are tried again, for about two minutes. At most `concurrency` batches, and what the source has read
 * ahead, are in memory. When it fails, nothing is on its way any more: what was stored stays stored.
 * @throws RollcallError of the batch that failed; `index` counts in the whole input.
 */
export async function importUsers<Custom extends object>(
  users: UserSource<Custom>,
  upsert: ParsedUpserts<Custom>,
  options: ImportUsersOptions<Custom> = {},
): Promise<{ done: number; failed: number }> {
  const { concurrency = 4, onProgress, onError } = options;
  if (!(Number.isInteger(concurrency) && concurrency > 0)) {
    throw new RollcallError('INPUT_INVALID', 'concurrency: a whole number above 0', { field: 'concurrency' });
  }
  const total = sizeOf(users);
  const counts = { done: 0, failed: 0, batches: 0 };
  const idsOnTheirWay = new Set<string>();
  const onTheirWay = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;

  const refuse =
    onError &&
    (async (user: UpsertUserInput<Custom>, error: RollcallError): Promise<void> => {
      counts.failed += 1;
      await onError({ user, error });
    });
  const store = async (batch: UpsertUserInput<Custom>[], offset?: number): Promise<void> => {
    try {
      await retry(() => upsert(batch));
      counts.done += batch.length;
    } catch (cause) {
      const error = cause as RollcallError;
      if (!refuse || !isDivisible(error)) throw offset === undefined ? error : inWholeInput(error, offset);
      if (batch.length === 1) await refuse(batch[0]!, error);
      else for (const part of divide(batch, error)) await store(part);
    }
  };
  const send = async ({ offset, users: batch }: Batch<Custom>): Promise<void> => {
    for (const { id } of batch) idsOnTheirWay.add(id);
    try {
      await store(batch, offset);
      counts.batches += 1;
      onProgress?.({ ...counts, ...(total !== undefined && { total }) });
    } catch (error) {
      failure ??= { error };
    } finally {
      for (const { id } of batch) idsOnTheirWay.delete(id);
    }
  };

  try {
    for await (const batch of cutBatches(users, refuse)) {
      const mustWait = () =>
        onTheirWay.size >= concurrency || batch.users.some(user => idsOnTheirWay.has(user.id));
      while (!failure && mustWait()) await Promise.race(onTheirWay);
      if (failure) break;
      const sent: Promise<void> = send(batch).finally(() => onTheirWay.delete(sent));
      onTheirWay.add(sent);
    }
  } finally {
    await Promise.all(onTheirWay);
  }
  if (failure) throw failure.error;
  return { done: counts.done, failed: counts.failed };
}

function sizeOf(users: object): number | undefined {
  if (Array.isArray(users)) return users.length;
  return users instanceof Set ? users.size : undefined;
}

function inWholeInput(error: RollcallError, offset: number): RollcallError {
  if (error.index === undefined) return error;
  const issues = error.issues?.map(issue =>
    issue.index === undefined ? issue : { ...issue, index: issue.index + offset },
  );
  const { code, message, ...details } = error.toData();
  return new RollcallError(code, message, { ...details, index: error.index + offset, issues, cause: error });
}
