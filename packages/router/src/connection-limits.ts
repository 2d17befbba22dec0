import { setTimeout as sleep } from 'node:timers/promises';
import { CLOSE_CODES, LIMITS, RollcallError } from '@rollcall/protocol';
import type { CallerBudget } from './caller-budget.js';
import type { CallerConnection } from './context.js';
import { type WatchedSet, WatchedUsers } from './watched-users.js';

/** The client stays over these limits until it ends something. */
const RETRY_AFTER_SECONDS = 60;

/** What a subscription takes while it runs. */
export interface SubscriptionUse {
  connection: CallerConnection | undefined;
  /** What its caller has over all connections. */
  budget: CallerBudget;
  /** The users whom it watches. */
  userIds?: Iterable<string>;
  /** Its filter, as JSON. */
  filter?: string;
}

/**
 * Counts a subscription, its filter and the users that it watches against its caller and its connection, for as long as
 * it runs. Users whom several subscriptions of a connection watch count once, and are kept once.
 * @param open makes the stream, once everything is taken, of the users whom it watches.
 * @throws RollcallError `RATE_LIMITED`, from the stream, when the caller has too many subscriptions or filters, or the
 * connection too many subscriptions or watched users.
 */
export async function* limitSubscription<Item>(
  { connection, budget, userIds = [], filter }: SubscriptionUse,
  open: (watched: WatchedSet) => AsyncIterable<Item>,
): AsyncGenerator<Item> {
  if (connection) checkConnection(connection, userIds);
  const release = budget.takeSubscription(filter);
  const watched = (connection?.watched ?? new WatchedUsers()).take(userIds);
  if (connection) connection.subscriptions += 1;
  try {
    yield* open(watched);
  } finally {
    if (connection) connection.subscriptions -= 1;
    watched.release();
    release();
  }
}

function checkConnection(connection: CallerConnection, userIds: Iterable<string>): void {
  const most = { subscriptions: LIMITS.subscriptionsPerConnection, users: LIMITS.watchedUsersPerConnection };
  if (connection.subscriptions >= most.subscriptions) {
    throw tooMany(`a connection has at most ${most.subscriptions} subscriptions; end one first`);
  }
  const users = connection.watched.sizeWith(userIds);
  if (users > most.users) {
    throw tooMany(
      `the subscriptions of a connection watch at most ${most.users} users together; this one would make it ${users}`,
    );
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
