import { LIMITS, RollcallError } from '@rollcall/protocol';
import type { CallerBudget } from './caller-budget.js';
import type { CallerConnection } from './context.js';
import { type WatchedSet, WatchedUsers } from './watched-users.js';

/** The client stays over these limits until it ends something. */
const RETRY_AFTER_SECONDS = 60;

/** Whom a subscription watches that names nobody. */
const NOBODY = new WatchedUsers().take([]);

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

/** A subscription that has been counted. */
export interface TakenSubscription {
  /** The users whom it watches. */
  watched: WatchedSet;
  /** Gives everything back. */
  release: () => void;
}

/**
 * Counts a subscription, its filter and the users that it watches against its caller and its connection, until it is
 * released. Users whom several subscriptions of a connection watch count once, and are kept once.
 * @throws RollcallError `RATE_LIMITED` when the caller has too many subscriptions, filters or bytes of watched ids, or the
 * connection too many subscriptions or watched users. Then nothing is taken.
 */
export function takeSubscription({
  connection,
  budget,
  userIds,
  filter,
}: SubscriptionUse): TakenSubscription {
  if (connection) checkConnection(connection, userIds);
  const release = budget.takeSubscription(filter);
  try {
    const watched = userIds ? (connection?.watched ?? new WatchedUsers()).take(userIds, budget) : NOBODY;
    if (connection) connection.subscriptions += 1;
    return {
      watched,
      release: () => {
        if (connection) connection.subscriptions -= 1;
        watched.release();
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

/**
 * A stream that is counted (`takeSubscription`) for as long as it runs.
 * @param open makes the stream, once everything is taken, of the users whom it watches.
 * @throws RollcallError `RATE_LIMITED`, from the stream.
 */
export async function* limitSubscription<Item>(
  use: SubscriptionUse,
  open: (watched: WatchedSet) => AsyncIterable<Item>,
): AsyncGenerator<Item> {
  const { watched, release } = takeSubscription(use);
  try {
    yield* open(watched);
  } finally {
    release();
  }
}

/**
 * @param userIds whom another subscription would watch.
 * @throws RollcallError `RATE_LIMITED` when the connection has no room for it.
 */
export function checkConnection(connection: CallerConnection, userIds?: Iterable<string>): void {
  const most = { subscriptions: LIMITS.subscriptionsPerConnection, users: LIMITS.watchedUsersPerConnection };
  if (connection.subscriptions >= most.subscriptions) {
    throw tooMany(`a connection has at most ${most.subscriptions} subscriptions; end one first`);
  }
  if (!userIds) return;
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
