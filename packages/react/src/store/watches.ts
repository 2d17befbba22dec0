import type { Client } from '@rollcall/client';
import { type AnyClient, isOfUser } from '../any-client.js';
import { listen } from './listen.js';
import { oncePerFrame } from './once-per-frame.js';
import type { UserTable } from './user-table.js';

/** Whom somebody reads. The last one who needs a user ends what the client watches of it. */
export interface Watches {
  /** Notes that somebody reads these users until the signal aborts. */
  hold(ids: readonly string[], signal: AbortSignal): void;
  /**
   * Reads a user that is held, and follows it. Ids that are asked for at the same moment are read together: a list of a
   * thousand rows that each read their user makes ten calls.
   */
  read(id: string): Promise<void>;
  /**
   * Follows the presence of users until the signal aborts. Resolves when the state of each has begun to arrive.
   * @param fail is called with the reason if it ends before.
   */
  presence(ids: readonly string[], signal: AbortSignal, fail: (error: unknown) => void): Promise<void>;
}

/** Who watches: a client that has left watches nobody. */
export interface Watcher {
  readonly client: AnyClient;
  readonly users: UserTable;
  readonly ready: boolean;
  /** The connected user, who needs no watching; undefined without one. */
  readonly ownId: string | undefined;
}

/** A page of a query has no more. */
const PAGE = 100;

export function createWatches(watcher: Watcher): Watches {
  const { users } = watcher;
  const client = watcher.client as Client;
  const counts = new Map<string, number>();
  const freed = new Set<string>();
  let batch: { ids: Set<string>; done: Promise<void> } | undefined;

  // All of a frame in one message. Until then they may be wanted again, as when a list is read afresh.
  const unwatch = oncePerFrame(() => {
    const ids = [...freed].filter(id => !counts.has(id) && id !== watcher.ownId);
    freed.clear();
    for (const id of ids) users.unfollow(id);
    // An error is one of the connection, which shows it.
    if (ids.length && watcher.ready && isOfUser(client)) client.unwatchUsers(ids).catch(() => undefined);
  });
  const free = (id: string) => {
    freed.add(id);
    unwatch();
  };
  const readAll = async (ids: readonly string[]) => {
    for (let from = 0; from < ids.length; from += PAGE) {
      const asked = users.now();
      const $in = ids.slice(from, from + PAGE);
      // A back end hears of everybody as it is.
      const watch = isOfUser(client) ? { watch: true } : {};
      const options = { limit: PAGE, include_deactivated_users: true, ...watch };
      const found = await client.queryUsers({ id: { $in } }, [], options);
      for (const user of found.users) {
        if (counts.has(user.id)) users.put(user, asked);
        // A reader that has gone meanwhile ended a watch that had not begun.
        else free(user.id);
      }
    }
  };
  const hold = (ids: readonly string[], signal: AbortSignal) => {
    for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
    signal.addEventListener('abort', () => {
      for (const id of ids) {
        const count = counts.get(id)! - 1;
        counts.set(id, count);
        if (!count && counts.delete(id)) free(id);
      }
    });
  };
  return {
    hold,
    read(id) {
      if (!batch) {
        const ids = new Set<string>();
        const done = Promise.resolve().then(() => {
          batch = undefined;
          return readAll([...ids]);
        });
        batch = { ids, done };
      }
      batch.ids.add(id);
      return batch.done;
    },
    async presence(ids, signal, fail) {
      if (!ids.length) return;
      hold(ids, signal);
      if (isOfUser(watcher.client)) return client.watchUsers(ids, { presence: true });
      const stream = watcher.client.watchPresence(ids, { signal });
      listen(stream, signal, ({ user }) => users.present(user), fail);
      return stream.ready;
    },
  };
}
