import { type ErrorCode, LIMITS, RollcallError, type UpsertUserInput } from '@rollcall/protocol';

/** Leaves room for the text around the users of a batch, and for proxies that count differently. */
const MAX_BATCH_BYTES = 900 * 1024;

/** Users that are written in one call. */
export interface Batch<Custom extends object> {
  /** The index of the first one in the input, from 0. */
  offset: number;
  users: UpsertUserInput<Custom>[];
}

/**
 * Cuts users into batches as large as the server accepts, in the order of the input. A batch contains an id only once:
 * the second occurrence begins the next batch. A user that is too large is a batch of its own, which the server then
 * refuses.
 * @param onUnsendable receives a user that JSON cannot represent. Default: the error is thrown.
 */
export async function* cutBatches<Custom extends object>(
  users: Iterable<UpsertUserInput<Custom>> | AsyncIterable<UpsertUserInput<Custom>>,
  onUnsendable: (user: UpsertUserInput<Custom>, error: RollcallError) => Promise<void> = async (_, error) => {
    throw error;
  },
): AsyncGenerator<Batch<Custom>, void, undefined> {
  let batch: Batch<Custom> = { offset: 0, users: [] };
  let ids = new Set<string>();
  let bytes = 0;
  let index = 0;
  for await (const user of users) {
    const size = jsonBytesOf(user, index);
    if (size instanceof RollcallError) {
      await onUnsendable(user, size);
      index += 1;
      continue;
    }
    const full =
      batch.users.length === LIMITS.batchUsers || bytes + size > MAX_BATCH_BYTES || ids.has(user.id);
    if (full && batch.users.length > 0) {
      yield batch;
      batch = { offset: index, users: [] };
      ids = new Set();
      bytes = 0;
    }
    batch.users.push(user);
    ids.add(user.id);
    bytes += size;
    index += 1;
  }
  if (batch.users.length > 0) yield batch;
}

function jsonBytesOf(user: unknown, index: number): number | RollcallError {
  try {
    if (typeof user !== 'object' || user === null) throw new TypeError('a user must be an object');
    return new TextEncoder().encode(JSON.stringify(user)).length;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return new RollcallError('INPUT_INVALID', `user ${index} cannot be sent as JSON: ${why}`, {
      index,
      cause: error,
    });
  }
}

/** These errors are not about a user: every part of the batch would fail like the whole. */
const NOT_ABOUT_USERS: readonly ErrorCode[] = [
  'NOT_ALLOWED',
  'TOKEN_MISSING',
  'TOKEN_INVALID',
  'TOKEN_EXPIRED',
  'TOKEN_NOT_YET_VALID',
  'TOKEN_REVOKED',
  'RATE_LIMITED',
  'UNAVAILABLE',
];

/** Whether dividing a batch that failed with this error can separate good users from bad ones. */
export function isDivisible(error: RollcallError): boolean {
  return !NOT_ABOUT_USERS.includes(error.code);
}

/**
 * Cuts a batch that failed into parts, which are tried one by one. Each user that the error names is tried alone, so
 * that no user is blamed for another one. The others stay together. If the error names nobody, the batch is cut in two.
 * The batch must have two users or more. No part is the whole batch.
 */
export function divide<Custom extends object>(
  users: UpsertUserInput<Custom>[],
  error: RollcallError,
): UpsertUserInput<Custom>[][] {
  const issues = error.issues ?? [error];
  const named = new Set(issues.map(issue => issue.index).filter(index => index !== undefined));
  const bad = users.filter((_, index) => named.has(index));
  const others = users.filter((_, index) => !named.has(index));
  if (bad.length > 0 && others.length > 0) return [others, ...bad.map(user => [user])];
  if (bad.length > 0) return bad.map(user => [user]);
  const middle = Math.ceil(users.length / 2);
  return [users.slice(0, middle), users.slice(middle)];
}
