import type { RollcallEvent, ServerClient } from '@rollcall/client/server';
import type { QueryClient } from '@tanstack/react-query';
import { session } from '../session/session.js';
import { everyFrame } from './every-frame.js';
import { patchUsers, takeUser, type UserPatch } from './patch-users.js';

/** Where what events are about is kept. */
const KEYS = { app: 'settings', role: 'roles' };

/** What hears of every event, a frame's worth at a time. */
export type EventsListener = (events: readonly RollcallEvent[]) => void;

/**
 * The one stream of events of the console. It writes what happened to users into the caches, once a frame, and hands every event
 * to whatever shows events. When the server says that events were missed, everything is read afresh.
 */
export class LiveEvents {
  readonly #listeners = new Set<EventsListener>();

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
    void this.#read(stop.signal);
    return () => stop.abort();
  }

  async #read(signal: AbortSignal): Promise<void> {
    const batch = everyFrame<RollcallEvent>(events => this.#take(events));
    try {
      const stream = this.client.watchEvents({ signal });
      // What was read before the stream began may have changed in between.
      void stream.ready.then(
        () => this.#readAgain(),
        () => {},
      );
      for await (const item of stream) {
        if (item.type === 'resync') void this.cache.invalidateQueries();
        else batch(item);
      }
    } catch (error) {
      // Only what another attempt cannot mend ends the stream: the token is not accepted any more.
      session.end(`The server ended the session: ${(error as Error).message}. Sign in again.`);
    }
  }

  /** Reads again what has been read, and what is being read: the server may have looked before the stream began. */
  #readAgain(): void {
    const { cache } = this;
    for (const query of cache.getQueryCache().findAll({ fetchStatus: 'fetching' })) {
      const again = () => void cache.invalidateQueries({ queryKey: query.queryKey, exact: true });
      void query.promise?.then(again, again);
    }
    void cache.invalidateQueries({ predicate: ({ state }) => state.fetchStatus === 'idle' });
  }

  #take(events: readonly RollcallEvent[]): void {
    const patches = new Map<string, UserPatch>();
    for (const event of events) if ('user' in event) patches.set(event.user.id, takeUser(event.user));
    patchUsers(this.cache, patches);
    for (const about of ['app', 'role'] as const) {
      const changed = events.some(({ type }) => type.startsWith(`${about}.`));
      if (changed) void this.cache.invalidateQueries({ queryKey: [KEYS[about]] });
    }
    for (const listener of this.#listeners) listener(events);
  }
}
