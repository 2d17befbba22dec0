import type {
  AnyItem,
  Client,
  ConnectionState,
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

/** The sessions of a client, by whom it is connected as, and the one that is connected. The last one that is held is it. */
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
  /** The same object until it is left: what was begun before belongs to nobody afterwards. */
  readonly life: object;
  /** The entry of a key; it is made if there is none. */
  entry<Data, Actions extends object>(key: string, source: () => Source<Data, Actions>): Entry<Data, Actions>;
  /** What the provider says now. A new token is used from now on. */
  update(who: Who): void;
  /** Connects it, if it is not. Returns what lets go of it. */
  hold(): () => void;
  /** Connects again after a refusal. */
  reconnect(): void;
  /** Another session of the client takes over, or nobody holds it any more. */
  leave(): void;
  /** Connects it, if somebody holds it. */
  resume(): void;
}

export function createSession(client: AnyClient, sessions: Sessions, who: Who): Session {
  let holders = 0;
  let run: AbortController | undefined;
  let leaving: ReturnType<typeof setTimeout>;
  let room = ROOM;
  let usedToken: TokenOrProvider | undefined;

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
    renew();
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
  /** A token may be renewed before the one that the client has is refused. */
  const renew = () => {
    if (typeof who.token === 'string' && who.token !== usedToken) session.reconnect();
  };
  const connect = (heard: object): Promise<unknown> => {
    const { user, token, guest, anonymous } = who;
    usedToken = token;
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
  const end = () => {
    session.ready = false;
    session.failure = undefined;
    run?.abort();
    run = undefined;
    each(entry => entry.stop());
  };
  const begin = async () => {
    end();
    run = new AbortController();
    const { signal } = run;
    const state = client.connection.subscribe(onState);
    const heard = (client as Client).on(onItem);
    signal.onabort = () => {
      state.unsubscribe();
      heard.unsubscribe();
    };
    try {
      const me = (await connect(heard)) as User | undefined;
      if (signal.aborted) return;
      if (me) {
        // The server may have written it before it knew of the connection.
        users.row(me.id).presence = { id: me.id, online: true };
        users.put(me);
      }
      set({ ready: true, ownId: me?.id });
    } catch (error) {
      if (!signal.aborted) set({ failure: error as RollcallError });
    }
  };

  const session: { -readonly [Name in keyof Session]: Session[Name] } = {
    client,
    users,
    get watches() {
      return watches;
    },
    entries,
    changed,
    forget(key) {
      entries.delete(key);
      // Most of those who are kept may be needed by nobody from now on.
      room = ROOM;
      changed();
    },
    ready: false,
    failure: undefined,
    ownId: undefined,
    life: {},
    entry<Data, Actions extends object>(key: string, source: () => Source<Data, Actions>) {
      const entry =
        (entries.get(key) as Entry<Data, Actions> | undefined) ?? createEntry(session, key, source());
      entries.set(key, entry as Entry);
      return entry;
    },
    update(next) {
      who = next;
      renew();
    },
    hold() {
      holders += 1;
      session.resume();
      return () => {
        holders -= 1;
        if (!holders) leaving = setTimeout(giveBack);
      };
    },
    resume() {
      clearTimeout(leaving);
      if (run || !holders) return;
      sessions.current?.leave();
      sessions.current = session;
      begin();
    },
    reconnect() {
      if (run && session.failure) begin();
    },
    leave() {
      if (!run) return;
      // After a refusal there is nothing to leave, and the client keeps its reason.
      if (isOfUser(client) && !session.failure) client.disconnectUser();
      end();
      users.rows.clear();
      session.life = {};
      session.ownId = sessions.current = undefined;
      for (const [key, { readers }] of entries) if (!readers.size) entries.delete(key);
      if (entries.size) set({ failure: fault('UNAVAILABLE', 'the client is connected as somebody else') });
    },
  };
  const giveBack = () => {
    session.leave();
    for (const other of sessions.byKey.values()) other.resume();
  };
  const watches = createWatches(session);
  return session;
}
