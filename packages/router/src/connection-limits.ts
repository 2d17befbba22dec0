import { LIMITS, RollcallError } from '@rollcall/protocol';
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
 * @throws RollcallError `RATE_LIMITED`, from the stream, when the caller has too many subscriptions, filters or
 * bytes of watched ids, or the connection too many subscriptions or watched users.
 */
export async function* limitSubscription<Item>(
  { connection, budget, userIds = [], filter }: SubscriptionUse,
  open: (watched: WatchedSet) => AsyncIterable<Item>,
): AsyncGenerator<Item> {
  if (connection) checkConnection(connection, userIds);
  const release = budget.takeSubscription(filter);
  try {
    const watched = (connection?.watched ?? new WatchedUsers()).take(userIds, budget);
    if (connection) connection.subscriptions += 1;
    try {
      yield* open(watched);
    } finally {
      if (connection) connection.subscriptions -= 1;
      watched.release();
    }
  } finally {
    release();
  }
}

/**
 * @param userIds whom another subscription would watch.
 * @throws RollcallError `RATE_LIMITED` when the connection has no room for it.
 */
export function checkConnection(connection: CallerConnection, userIds: Iterable<string> = []): void {
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
