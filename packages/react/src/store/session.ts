import type {
  AnyItem,
  Client,
  ConnectionState,
  PartialUserUpdate,
  RollcallError,
  TokenOrProvider,
  User,
  UserInput,
} from '@rollcall/client';
import { type AnyClient, isOfUser } from '../any-client.js';
import { createEntry, type Entry, type EntryHost, type Source } from './entry.js';
import { fault } from './fault.js';
import { oncePerFrame } from './once-per-frame.js';
import { createUserTable } from './user-table.js';
import { createWatches, type Watcher, type Watches } from './watches.js';

/** So many users are kept before those whom no entry needs are forgotten. */
const ROOM = 1_000;

/** Whom a client is connected as. A client of a back end is connected by nature. */
export interface Who {
  user?: UserInput | null | undefined;
  token?: TokenOrProvider | undefined;
  guest?: true | Partial<UserInput> | undefined;
  anonymous?: true | undefined;
}

/** The sessions of a client, by whom it is connected as, and the one that is connected. */
export interface Sessions {
  byKey: Map<string, Session>;
  current?: Session | undefined;
}

/**
 * A client that is connected as somebody, and everything that is known by that. It connects with its first holder and leaves
 * a moment after its last one, so that an effect that is undone and done again changes nothing. What another user of the
 * same client sees is in a session of its own.
 */
export interface Session extends EntryHost, Watcher {
  readonly watches: Watches;
  /** The connected user; undefined without one. */
  readonly ownId: string | undefined;
  /** While it is connected: the same object for one time of being connected. */
  readonly run: object | undefined;
  /** The entry of a key; it is made if there is none. */
  entry<Data, Actions extends object>(key: string, source: () => Source<Data, Actions>): Entry<Data, Actions>;
  /** What the provider says now. A new token is used from now on. */
  update(who: Who): void;
  /** Connects it, if it is not. Returns what lets go of it. */
  hold(): () => void;
  /** Connects again after a refusal. */
  reconnect(): void;
  /** Changes the connected user, and shows the change at once. It is taken back when the server refuses it. */
  updateMe(update: Omit<PartialUserUpdate, 'id'>): Promise<User>;
  /** Another session of the client takes over, or nobody holds it any more. */
  leave(): void;
}

export function createSession(client: AnyClient, sessions: Sessions, who: Who): Session {
  let holders = 0;
  let run: AbortController | undefined;
  let leaving: ReturnType<typeof setTimeout>;
  let room = ROOM;

  const entries: Session['entries'] = new Map();
  const each = (action: (entry: Entry) => unknown) => [...entries.values()].map(action);
  const changed = oncePerFrame(() => {
    each(entry => entry.refresh());
    if (users.rows.size < room) return;
    const kept = new Set(each(entry => entry.source.ids?.() ?? []).flat());
    for (const id of users.rows.keys()) if (!kept.has(id) && id !== session.ownId) users.rows.delete(id);
    room = ROOM + 2 * users.rows.size;
  });
  const users = createUserTable(changed);

  const set = (state: Partial<Pick<Session, 'ready' | 'failure' | 'ownId'>>) => {
    Object.assign(session, state);
    each(entry => entry.start());
  };
  const onItem = (item: AnyItem) => {
    if (item.type === 'resync') {
      users.doubt();
      each(entry => entry.restart());
    } else if (item.type === 'user.presence.changed') users.present(item.user);
    else if ('user' in item && users.rows.has(item.user.id)) {
      const { id, revision } = item.user;
      if (revision) users.put(item.user);
      else {
        // Of a user that it may not see any more it hears only that it has to let go.
        users.rows.delete(id);
        each(entry => entry.source.ids?.().includes(id) && entry.restart());
      }
    }
  };
  const onState = ({ status, waitsFor, error }: ConnectionState) => {
    if (!session.ready) return;
    if (status === 'connected') set({});
    else if (status === 'disconnected' && !waitsFor && (error || session.ownId))
      set({ ready: false, failure: error ?? fault('UNAVAILABLE', 'the client was disconnected') });
  };
  const connect = (heard: object): Promise<unknown> => {
    const { user, token, guest, anonymous } = who;
    // A back end hears everything from the moment at which its handler is ready.
    if (!isOfUser(client)) return (heard as { ready: Promise<void> }).ready;
    if (user) {
      // The latest one: an application may write its provider anew with every render.
      const latest = () => (who.token as () => string)();
      return client.connectUser(user, typeof token === 'function' ? latest : (token as string));
    }
    if (guest) return client.setGuestUser(guest === true ? {} : guest);
    // Without any of them nobody has signed in yet.
    return anonymous ? client.connectAnonymousUser() : new Promise(() => undefined);
  };
  const begin = async () => {
    run = new AbortController();
    const { signal } = run;
    session.failure = undefined;
    const state = client.connection.subscribe(onState);
    const heard = (client as Client).on(onItem);
    signal.onabort = () => {
      state.unsubscribe();
      heard.unsubscribe();
    };
    try {
      const me = (await connect(heard)) as User | undefined;
      if (signal.aborted) return;
      if (me) users.put(me);
      set({ ready: true, ownId: me?.id });
    } catch (error) {
      if (!signal.aborted) set({ failure: error as RollcallError });
    }
  };
  const end = () => {
    session.ready = false;
    run?.abort();
    run = undefined;
    each(entry => entry.stop());
  };
  const take = () => {
    clearTimeout(leaving);
    if (run) return;
    sessions.current?.leave();
    sessions.current = session;
    begin();
  };

  const session: { -readonly [Name in keyof Session]: Session[Name] } = {
    client,
    users,
    get watches() {
      return watches;
    },
    entries,
    changed,
    ready: false,
    failure: undefined,
    ownId: undefined,
    get run() {
      return run;
    },
    entry<Data, Actions extends object>(key: string, source: () => Source<Data, Actions>) {
      const entry =
        (entries.get(key) as Entry<Data, Actions> | undefined) ?? createEntry(session, key, source());
      entries.set(key, entry as Entry);
      return entry;
    },
    update(next) {
      const renewed = typeof next.token === 'string' && next.token !== who.token;
      who = next;
      if (renewed) session.reconnect();
    },
    hold() {
      holders += 1;
      take();
      return () => {
        holders -= 1;
        if (!holders) leaving = setTimeout(session.leave);
      };
    },
    reconnect() {
      if (!session.failure) return;
      end();
      begin();
    },
    async updateMe(update) {
      const { ownId: id } = session;
      const mine = run;
      if (!id) throw fault('NOT_ALLOWED', 'there is no user to update: the provider has connected nobody');
      const row = users.row(id);
      row.updates.add(update);
      users.show(row);
      try {
        const user = await client.partialUpdateUser({ ...update, id });
        if (mine === run) users.put(user);
        return user;
      } finally {
        row.updates.delete(update);
        users.show(row);
      }
    },
    leave() {
      if (!run) return;
      // After a refusal there is nothing to leave, and the client keeps its reason.
      if (isOfUser(client) && !session.failure) client.disconnectUser();
      end();
      entries.clear();
      users.rows.clear();
      session.ownId = session.failure = sessions.current = undefined;
    },
  };
  const watches = createWatches(session);
  return session;
}
