import { type ErrorCode, LIMITS, RollcallError, type UpsertUserInput } from '@rollcall/protocol';

/** Room for what stands around the users of a batch, and for proxies that count differently. */
const MAX_BATCH_BYTES = 900 * 1024;

/** Users that are written together. */
export interface Batch<Custom extends object> {
  /** Where the first of them stands in the input, from 0. */
  offset: number;
  users: UpsertUserInput<Custom>[];
}

/**
 * Cuts users into batches as large as the server takes, in the order in which they come. An id stands in a batch once
 * only: its second occurrence begins the next batch. A single user that is too large is a batch of its own, for the
 * server to refuse.
 * @param onUnsendable what to do with a user that JSON cannot carry; by default the error is thrown.
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
    if (typeof user !== 'object' || user === null) throw new TypeError('a user is an object');
    return new TextEncoder().encode(JSON.stringify(user)).length;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return new RollcallError('INPUT_INVALID', `user ${index} cannot be sent as JSON: ${why}`, {
      index,
      cause: error,
    });
  }
}

/** Errors that say nothing about a user: every part of the batch would fail like the whole. */
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

/** Whether dividing a batch that failed so can tell good users from bad ones. */
export function isDivisible(error: RollcallError): boolean {
  return !NOT_ABOUT_USERS.includes(error.code);
}

/**
 * Cuts a batch that failed into parts to try one by one. The users that the error names are tried alone, so that nobody
 * is called bad for the company it was in; the others stay together. Where the error names nobody, or everybody, it is
 * cut in two. The batch has two users or more; no part is the whole.
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
