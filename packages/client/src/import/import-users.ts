import { RollcallError, type UpsertUserInput } from '@rollcall/protocol';
import { type Batch, cutBatches, divide, isDivisible } from './batches.js';
import { retry } from './retry.js';

/** The progress of an import. */
export interface ImportProgress {
  /** The number of users stored. */
  done: number;
  /** The number of users refused and reported to `onError`. */
  failed: number;
  /** The number of users in all, if it is known beforehand. */
  total?: number;
  /** The number of batches finished. */
  batches: number;
}

/** A user that could not be imported. */
export interface ImportFailure<Custom extends object> {
  user: UpsertUserInput<Custom>;
  error: RollcallError;
}

/** How to import. */
export interface ImportUsersOptions<Custom extends object> {
  /** The number of batches that may be in flight at a time. Default: 4. */
  concurrency?: number;
  /** Called after each batch. */
  onProgress?(progress: ImportProgress): void;
  /**
   * Receives the users that the server refuses. All others are stored: the import divides a batch that fails until the
   * bad users stand alone. Without `onError`, the first failed batch ends the import.
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
 * Upserts any number of users. Writes of the same id keep the order of the input; others may overtake each other. It
 * repeats a batch for about two minutes after errors that may pass. The memory holds at most `concurrency` batches, and
 * what the source reads ahead. When the import fails, no batch is in flight any more. What was stored stays stored.
 * @throws RollcallError the error of the batch that failed. Its `index` counts in the whole input.
 */
export async function importUsers<Custom extends object>(
  users: UserSource<Custom>,
  upsert: ParsedUpserts<Custom>,
  options: ImportUsersOptions<Custom> = {},
): Promise<{ done: number; failed: number }> {
  const { concurrency = 4, onProgress, onError } = options;
  if (!(Number.isInteger(concurrency) && concurrency > 0)) {
    throw new RollcallError('INPUT_INVALID', 'concurrency: must be a whole number above 0', {
      field: 'concurrency',
    });
  }
  const total = sizeOf(users);
  const counts = { done: 0, failed: 0, batches: 0 };
  const idsInFlight = new Set<string>();
  const inFlight = new Set<Promise<void>>();
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
    for (const { id } of batch) idsInFlight.add(id);
    try {
      await store(batch, offset);
      counts.batches += 1;
      onProgress?.({ ...counts, ...(total !== undefined && { total }) });
    } catch (error) {
      failure ??= { error };
    } finally {
      for (const { id } of batch) idsInFlight.delete(id);
    }
  };

  try {
    for await (const batch of cutBatches(users, refuse)) {
      const mustWait = () =>
        inFlight.size >= concurrency || batch.users.some(user => idsInFlight.has(user.id));
      while (!failure && mustWait()) await Promise.race(inFlight);
      if (failure) break;
      const sent: Promise<void> = send(batch).finally(() => inFlight.delete(sent));
      inFlight.add(sent);
    }
  } finally {
    await Promise.all(inFlight);
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
