import type { Filter, JsonObject, SortKey, User, UserEvent } from '@rollcall/client';
import { isOfUser } from '../any-client.js';
import { canonicalKey } from './canonical-key.js';
import type { Control, Entry } from './entry.js';
import { listen } from './listen.js';
import { sameParts } from './same-parts.js';
import type { Session } from './session.js';

const LARGEST_PAGE = 100;

/** So many new ones are held back. Those who came before them are there after `reload`. */
const MOST_HELD = 1_000;

/** How much of a list is read, and of whom. What narrows a list stands in its filter. */
export interface UsersOptions {
  /** How many users are read at first, and by `loadMore`: by default 30. More than 100 are several calls. */
  limit?: number;
  /** Whether the presence of the users is followed, too. */
  presence?: boolean;
  include_deactivated_users?: boolean;
  /** Server only. */
  include_deleted_users?: boolean;
}

/** A list of users as it is shown. Nothing in it moves by itself. */
export interface UsersList<Custom extends object> {
  /** The rows, in their order, each as the user is now. */
  users: readonly User<Custom>[];
  /** The ids of the rows that no longer match. They stay until the list is read again. */
  left: ReadonlySet<string>;
  /** How many users match by now, and wait for `showNew`. */
  newCount: number;
  /** Whether there is a next page. */
  hasMore: boolean;
}

/** What can be done with a list. */
export interface UsersActions {
  /** Reads the next page. It does nothing while the list is being read, and after its last page. */
  loadMore(): void;
  /** Puts those who are new on top. Where the sort has them is where they are after `reload`. */
  showNew(): void;
}

/** The users that a filter matches. */
export function usersEntry(
  session: Session,
  ...[filter = {}, sort = [], options = {}]: [filter?: Filter, sort?: SortKey[], options?: UsersOptions]
): Entry<UsersList<JsonObject>, UsersActions> {
  const { client, users, watches, changed } = session;
  const { limit = 30, presence, ...which } = options;
  return session.entry(canonicalKey('users', filter, sort, options), () => {
    /** The ids of the rows, each with the revision at which it was judged. */
    let rows = new Map<string, number>();
    let fresh: readonly string[] = [];
    let left = new Set<string>();
    let next: string | undefined;
    let last: UsersList<JsonObject> | undefined;
    let signal: AbortSignal;
    /** What is heard while the list is read: it is judged afterwards. */
    let heard: UserEvent[] | undefined;

    const show = async (ids: readonly string[], control: Control) => {
      changed();
      if (presence) await watches.presence(ids, signal, control.fail);
    };
    /** Reads pages until there are so many users. They follow the rows after a cursor, and replace all rows without one. */
    const read = async (size: number, control: Control, after?: string) => {
      const mine = signal;
      const found: typeof rows = new Map();
      let cursor = after;
      heard = [];
      try {
        do {
          const asked = users.now();
          const page = { ...which, limit: Math.min(LARGEST_PAGE, size - found.size), next: cursor };
          const answer = await client.queryUsers(filter, sort, page);
          if (mine.aborted) return;
          for (const user of answer.users) {
            users.put(user, asked);
            found.set(user.id, user.revision);
          }
          cursor = answer.next;
        } while (cursor && found.size < size);
        if (!after) left = new Set();
        rows = new Map([...(after ? rows : []), ...found]);
        next = cursor;
        fresh = after ? fresh.filter(id => !rows.has(id)) : [];
        last ??= { users: [], left, newCount: 0, hasMore: false };
      } finally {
        if (mine === signal) {
          const waited = heard;
          heard = undefined;
          waited.map(note);
        }
      }
      await show([...found.keys()], control);
    };
    const note = (event: UserEvent) => {
      const { user, matched } = event;
      const { id, revision, deactivated_at, deleted_at } = user;
      if (heard) return heard.push(event);
      const came = matched?.after && !matched.before;
      // Of the others who match there may be millions, which nobody looks at.
      if (!(came || users.rows.has(id))) return;
      // Of a user that it may not see any more it hears only that it has to let go.
      if (!revision) users.rows.delete(id);
      // Somebody else may have read a newer state of the user, which says nothing about this filter.
      else if (revision < (rows.get(id) ?? 0)) return;
      else users.put(user);
      const stays =
        matched?.after || (which.include_deactivated_users && deactivated_at && !deleted_at) || false;
      if (rows.has(id)) {
        if (!stays !== left.has(id)) {
          left = new Set(left);
          if (stays) left.delete(id);
          else {
            left.add(id);
            // Its next changes do not concern the filter, but the row shows them.
            watches.hold([id], signal);
            if (isOfUser(client)) client.watchUsers([id]).catch(() => undefined);
          }
        }
      } else if (came || !stays) {
        fresh = [...(stays ? [id] : []), ...fresh.filter(one => one !== id)].slice(0, MOST_HELD);
      }
      changed();
    };

    return {
      async open(mine, control) {
        signal = mine;
        // It listens before it reads, so that nobody comes or goes in between unseen.
        const stream = client.watchEvents({ filter, signal });
        listen(
          stream,
          signal,
          item => {
            if (item.type === 'resync') control.restart();
            else if ('user' in item) note(item);
          },
          control.fail,
        );
        await stream.ready;
        await read(Math.max(limit, rows.size), control);
      },
      read() {
        if (!last) return last;
        const now = [...rows.keys()].flatMap(id => users.get(id) ?? []);
        const list = {
          users: sameParts(last.users, now) ? last.users : now,
          left,
          newCount: fresh.length,
          hasMore: !!next,
        };
        if (!sameParts(last, list)) last = list;
        return last;
      },
      ids: () => [...rows.keys(), ...fresh],
      actions: control => ({
        loadMore() {
          if (!heard && next) control.load(read(limit, control, next));
        },
        showNew() {
          rows = new Map([...fresh.map(id => [id, 0] as const), ...rows]);
          show(fresh, control).catch(control.fail);
          fresh = [];
        },
      }),
    };
  });
}
