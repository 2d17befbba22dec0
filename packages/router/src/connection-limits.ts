import { LIMITS, RollcallError } from '@rollcall/protocol';
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
