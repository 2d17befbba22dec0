import {
  type JsonObject,
  RollcallError,
  type UpsertUserInput,
  type User,
  type UserAsIsInput,
  type WriteCounts,
} from '@rollcall/protocol';
import { type CutOptions, cutBatches, type ImportRow } from './batches.js';
import { divideRefused, inInput, isAboutUsers } from './refused-batch.js';
import { retry } from './retry.js';

/** The progress of an import. */
export interface ImportProgress extends WriteCounts {
  /** The number of users stored: created, updated and unchanged together. */
  done: number;
  /** The number of users refused and reported to `onError`. */
  failed: number;
  /** The number of users in all, if it is known beforehand. */
  total?: number;
  /** The number of batches finished. */
  batches: number;
}

/** A user that could not be imported. */
export interface ImportFailure<Input> {
  user: Input;
  /** The place of the user in the whole input, from 0. */
  index: number;
  error: RollcallError;
}

/** What an import has done: how many users it created, updated, found unchanged, and reported as refused. */
export interface ImportResult extends WriteCounts {
  failed: number;
}

/** How to import users of one kind of input. */
export interface ImportOptions<Input> {
  /** The number of batches that may be in flight at a time. Default: 4. */
  concurrency?: number;
  /** Called after each batch. */
  onProgress?(progress: ImportProgress): void;
  /**
   * Receives the users that the server refuses, and those that JSON cannot say; all others are stored. Without `onError`, the first batch with a
   * refused user ends the import.
   */
  onError?(failure: ImportFailure<Input>): void | Promise<void>;
  /** Whether to check and count only, and to write nothing. Default: false. */
  dry_run?: boolean;
  /** Ends the import at once. It then rejects with the reason of the signal. */
  signal?: AbortSignal;
}

/** How to import users. */
export interface ImportUsersOptions<Custom extends object> extends ImportOptions<UpsertUserInput<Custom>> {
  as_is?: false;
}

/** A user of a backup, as it was read, or of another service. */
export type UserAsIs<Custom extends object = JsonObject> = User<Custom> | UserAsIsInput<Custom>;

/** How to import users of a backup or of another service, who stay as they were. */
export interface ImportAsIsOptions<Custom extends object> extends ImportOptions<UserAsIs<Custom>> {
  /** Whether to write what is read only otherwise, too: times, bans, devices, blocks, deactivation, revocation. */
  as_is: true;
}

/** Where users come from. */
export type UserSource<Custom extends object> =
  | Iterable<UpsertUserInput<Custom>>
  | AsyncIterable<UpsertUserInput<Custom>>;

/** Where users come from who stay as they were. */
export type AsIsSource<Custom extends object> = Iterable<UserAsIs<Custom>> | AsyncIterable<UserAsIs<Custom>>;

/** Writes one batch, all or nothing. */
export type UpsertBatch<Input> = (users: Input[], signal?: AbortSignal) => Promise<WriteCounts>;

/**
 * Upserts any number of users. Writes of the same id keep the order of the input; others may overtake each other. It
 * repeats a batch for about two minutes after errors that may pass. The memory holds at most `concurrency` batches, and
 * what the source reads ahead. When the import fails, no batch is in flight any more. What was stored stays stored.
 * @throws RollcallError the error of the batch that failed. Its `index` counts in the whole input.
 */
export async function importUsers<Input extends { id: string }>(
  users: Iterable<Input> | AsyncIterable<Input>,
  upsert: UpsertBatch<Input>,
  options: ImportOptions<Input> & Pick<CutOptions<Input>, 'admit' | 'method'> = {},
): Promise<ImportResult> {
  const { concurrency = 4, onProgress, onError, signal, admit, method } = options;
  if (!(Number.isInteger(concurrency) && concurrency > 0)) {
    throw new RollcallError('INPUT_INVALID', 'concurrency: must be a whole number above 0', {
      field: 'concurrency',
    });
  }
  signal?.throwIfAborted();
  const total = sizeOf(users);
  const counts = { created: 0, updated: 0, unchanged: 0, failed: 0 };
  let batches = 0;
  const idsInFlight = new Set<string>();
  const inFlight = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  const ended = deferred();
  const fail = (error: unknown): void => {
    failure ??= { error };
    ended.resolve();
  };
  const onAbort = () => fail(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });

  const refuse =
    onError &&
    (async ({ index, user }: ImportRow<Input>, error: RollcallError): Promise<void> => {
      counts.failed += 1;
      await onError({ user, index, error });
    });
  const store = async (rows: ImportRow<Input>[]): Promise<void> => {
    try {
      const batch = rows.map(row => row.user);
      const written = await retry(() => upsert(batch, signal), { signal });
      for (const what of ['created', 'updated', 'unchanged'] as const) counts[what] += written[what];
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (!(error instanceof RollcallError)) throw error;
      if (!refuse || !isAboutUsers(error)) throw inInput(error, rows);
      const { refused, again } = divideRefused(rows, error);
      for (const { row, error: its } of refused) await refuse(row, its);
      for (const part of again) {
        if (failure) return;
        await store(part);
      }
    }
  };
  const send = async (rows: ImportRow<Input>[]): Promise<void> => {
    for (const { user } of rows) idsInFlight.add(user.id);
    try {
      await store(rows);
      batches += 1;
      const done = counts.created + counts.updated + counts.unchanged;
      onProgress?.({ ...counts, done, batches, ...(total !== undefined && { total }) });
    } catch (error) {
      fail(error);
    } finally {
      for (const { user } of rows) idsInFlight.delete(user.id);
    }
  };

  const source = cutBatches(users, { refuse, admit, method });
  let reading = false;
  try {
    while (!failure) {
      reading = true;
      const next = await Promise.race([source.next(), ended.promise]);
      if (!next) break;
      reading = false;
      if (next.done) break;
      const rows = next.value;
      const mustWait = () =>
        inFlight.size >= concurrency || rows.some(({ user }) => idsInFlight.has(user.id));
      while (!failure && mustWait()) await Promise.race(inFlight);
      if (failure) break;
      const sent: Promise<void> = send(rows).finally(() => inFlight.delete(sent));
      inFlight.add(sent);
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    // A source that is being waited for may never answer, and must not keep an import that has ended.
    const closed = source.return();
    if (reading) closed.catch(() => undefined);
    else await closed;
    await Promise.all(inFlight);
  }
  if (failure) throw failure.error;
  return counts;
}

function sizeOf(users: object): number | undefined {
  if (Array.isArray(users)) return users.length;
  return users instanceof Set ? users.size : undefined;
}

function deferred(): { promise: Promise<void>; resolve(): void } {
  let resolve = () => {};
  const promise = new Promise<void>(settle => {
    resolve = settle;
  });
  return { promise, resolve };
}
