import type { RollcallEvent, ServerClient, User } from '@rollcall/client/server';
import { type LiveQueries, type PatchedQuery, type QueryBridge, queryBridge } from '@rollcall/react/query';
import type { QueryClient } from '@tanstack/react-query';
import { session } from '../session/session.js';

/** What the bridge keeps up to date: users where there are any. When events were missed, everything is read afresh. */
const KEPT: readonly LiveQueries[] = [
  { queryKey: ['users', 'list'] },
  {
    queryKey: ['users', 'one'],
    // Somebody may get an id while a page says that nobody has it.
    patch: (user, newest, about) => newest(user ?? arrived(about)),
  },
  { queryKey: [], patch: false },
];

function arrived({ queryKey, user }: PatchedQuery): User | null {
  const told = user(queryKey[2] as string);
  return told && told.deleted_at === undefined ? told : null;
}

/** Where what events are about is kept. */
const KEYS = { app: 'settings', role: 'roles' };

/** What hears of every event, a frame's worth at a time. */
export type EventsListener = (events: readonly RollcallEvent[]) => void;

/** What the bridge may be told. */
type Heard = Parameters<QueryBridge['hear']>[0];

/**
 * The one stream of events of the console. It hands every event to the bridge, which keeps the users of the caches up to date, and
 * once a frame to whatever shows events. When the server says that events were missed, everything is read afresh.
 */
export class LiveEvents {
  readonly #listeners = new Set<EventsListener>();
  #bridge: QueryBridge | undefined;

  constructor(
    readonly client: ServerClient,
    readonly cache: QueryClient,
  ) {}

  readonly subscribe = (listener: EventsListener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Opens the stream. Returns what closes it. */
  start(): () => void {
    const stop = new AbortController();
    const bridge = queryBridge(this.cache, KEPT, { onFrame: items => this.#tell(items) });
    this.#bridge = bridge;
    void this.#read(bridge, stop.signal);
    return () => {
      stop.abort();
      bridge.end();
    };
  }

  /** Takes what was heard beside the stream, such as who is online. */
  hear(item: Heard): void {
    this.#bridge?.hear(item);
  }

  /** Takes a user as a write has answered it. */
  take(user: User): void {
    this.#bridge?.take(user);
  }

  async #read(bridge: QueryBridge, signal: AbortSignal): Promise<void> {
    try {
      const stream = this.client.watchEvents({ signal });
      // What was read before the stream began may have changed in between.
      void stream.ready.then(
        () => bridge.readAgain(),
        () => {},
      );
      for await (const item of stream) bridge.hear(item);
    } catch (error) {
      // Only what another attempt cannot mend ends the stream: the token is not accepted any more.
      session.end(`The server ended the session: ${(error as Error).message}. Sign in again.`);
    }
  }

  #tell(items: readonly Heard[]): void {
    const events = items.filter(isOfLog);
    if (events.length === 0) return;
    for (const about of ['app', 'role'] as const) {
      const changed = events.some(({ type }) => type.startsWith(`${about}.`));
      if (changed) void this.cache.invalidateQueries({ queryKey: [KEYS[about]] });
    }
    for (const listener of this.#listeners) listener(events);
  }
}

function isOfLog(item: Heard): item is RollcallEvent {
  return item.type !== 'resync' && item.type !== 'user.presence.changed';
}
