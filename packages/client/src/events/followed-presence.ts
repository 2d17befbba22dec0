import { type PresenceEvent, RollcallError } from '@rollcall/protocol';
import type { LiveSource } from '../transport/live-source.js';
import { deferred, keepSubscribed } from './live-subscription.js';
import { oneAtATime } from './one-at-a-time.js';
import { WatchSet } from './watch-set.js';

/** What the presence of users is handed to. */
export interface FollowedPresenceHandlers {
  onEvent(event: PresenceEvent): void;
  /** The stream ended with an error that trying again cannot mend. */
  onError(error: RollcallError): void;
}

/**
 * The presence of the users that one user follows. The server begins with the state of each, and so does every return
 * after a lost connection; what is known already is not handed out again.
 */
export class FollowedPresence {
  readonly #live: LiveSource;
  readonly #handlers: FollowedPresenceHandlers;
  readonly #watched = new WatchSet();
  readonly #known = new Map<string, boolean>();
  #stopped = false;
  /** Ends the run that goes on; a run that has not begun fails. */
  #end: () => void = () => undefined;
  readonly #apply = oneAtATime(() => this.#restart());

  constructor(live: LiveSource, handlers: FollowedPresenceHandlers) {
    this.#live = live;
    this.#handlers = handlers;
  }

  /**
   * Follows users, beside those followed already. Resolves when the state of each was handed out.
   * @throws RollcallError when the server refuses them; the others stay followed.
   */
  async watch(ids: readonly string[]): Promise<void> {
    this.#watched.add(ids);
    await this.#apply();
  }

  /** Stops following users. Resolves when that holds. */
  unwatch(ids: readonly string[]): Promise<void> {
    this.#watched.remove(ids);
    for (const id of ids) this.#known.delete(id);
    return this.#apply();
  }

  stop(): void {
    this.#stopped = true;
    this.#end();
  }

  async #restart(): Promise<void> {
    if (!this.#watched.changed || this.#stopped) return;
    const asked = this.#watched.wanted;
    try {
      await this.#run(asked);
      this.#watched.take(asked);
    } catch (error) {
      this.#watched.refuse(asked);
      if (!this.#stopped) this.#run(this.#watched.taken).catch(cause => this.#handlers.onError(cause));
      throw error;
    }
  }

  #run(ids: ReadonlySet<string>): Promise<void> {
    this.#end();
    const first = deferred();
    if (ids.size === 0) {
      this.#end = () => undefined;
      return Promise.resolve();
    }
    const unheard = new Set(ids);
    const subscription = keepSubscribed<PresenceEvent[]>({
      live: this.#live,
      open: observer => this.#live.presence({ user_ids: [...ids] }, observer),
      onData: events => {
        for (const event of events) {
          unheard.delete(event.user.id);
          this.#handOut(event);
        }
        if (unheard.size === 0) first.resolve();
      },
      onError: error => {
        if (unheard.size === 0) this.#handlers.onError(error);
        else first.reject(error);
      },
    });
    this.#end = () => {
      subscription.unsubscribe();
      first.reject(new RollcallError('UNAVAILABLE', 'the user was disconnected meanwhile'));
    };
    return first.promise;
  }

  #handOut(event: PresenceEvent): void {
    const { id, online } = event.user;
    // An event may still come for somebody who is no longer followed.
    if (!this.#watched.wanted.has(id) || this.#known.get(id) === online) return;
    this.#known.set(id, online);
    this.#handlers.onEvent(event);
  }
}
