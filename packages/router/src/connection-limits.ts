import { setTimeout as sleep } from 'node:timers/promises';
import { CLOSE_CODES, LIMITS, RollcallError } from '@rollcall/protocol';
import type { CallerConnection } from './context.js';

/** The client stays over these limits until it ends something. */
const RETRY_AFTER_SECONDS = 60;

/**
 * Counts a subscription and the users that it watches against its connection, for as long as it runs. A user whom several
 * subscriptions of a connection watch counts once. Without a connection nothing is counted.
 * @throws RollcallError `RATE_LIMITED`, from the stream, when the connection has too many subscriptions or watched users.
 */
export async function* limitSubscription<Item>(
  connection: CallerConnection | undefined,
  stream: AsyncIterable<Item>,
  userIds: Iterable<string> = [],
): AsyncGenerator<Item> {
  if (!connection) return yield* stream;
  const watching = new Set(userIds);
  const most = { subscriptions: LIMITS.subscriptionsPerConnection, users: LIMITS.watchedUsersPerConnection };
  if (connection.subscriptions >= most.subscriptions) {
    throw tooMany(`a connection has at most ${most.subscriptions} subscriptions; end one first`);
  }
  const { watched } = connection;
  const added = [...watching].filter(id => !watched.has(id)).length;
  if (watched.size + added > most.users) {
    throw tooMany(
      `the subscriptions of a connection watch at most ${most.users} users together; this one would make it ${watched.size + added}`,
    );
  }
  connection.subscriptions += 1;
  for (const id of watching) watched.set(id, (watched.get(id) ?? 0) + 1);
  try {
    yield* stream;
  } finally {
    connection.subscriptions -= 1;
    for (const id of watching) {
      const others = (watched.get(id) ?? 1) - 1;
      if (others > 0) watched.set(id, others);
      else watched.delete(id);
    }
  }
}

function tooMany(message: string): RollcallError {
  return new RollcallError('RATE_LIMITED', message, { retry_after: RETRY_AFTER_SECONDS });
}

/** How many bytes may wait to be sent over one connection. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

/** How long a connection may exceed that before it is closed. Its listener then resumes by its last id. */
const PATIENCE_MS = 2000;

const LOOK_EVERY_MS = 20;

/**
 * Waits while too many bytes wait for a connection, so that a slow reader costs a bounded amount of memory.
 * @returns whether the connection can take more; false when it was closed as too slow, or when the signal aborted.
 */
export async function awaitDrain(
  connection: CallerConnection | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  if (!connection) return !signal.aborted;
  const deadline = performance.now() + PATIENCE_MS;
  while (!signal.aborted && connection.bufferedBytes() > MAX_BUFFERED_BYTES) {
    if (performance.now() > deadline) {
      connection.close(CLOSE_CODES.tooSlow, 'reading too slowly; resume by the last id');
      return false;
    }
    await sleep(LOOK_EVERY_MS);
  }
  return !signal.aborted;
}
