import type { PresenceEvent, RollcallError } from '@rollcall/protocol';
import type { LiveSource } from '../transport/live-source.js';
import { LiveSubscription } from './live-subscription.js';
import { oneAtATime } from './one-at-a-time.js';
import { isLimit, WatchSet } from './watch-set.js';

/** Receives the presence of users. */
export interface FollowedPresenceHandlers {
  onEvent(event: PresenceEvent): void;
  /** The stream ended with an error that another attempt cannot fix. */
  onError(error: RollcallError): void;
}

/**
 * The presence of the users that one user follows. The server begins every run with the state of each user, also after
 * a lost connection. Listeners get only what they do not know yet.
 */
export class FollowedPresence {
  readonly #subscription: LiveSubscription<{ user_ids: string[] }, PresenceEvent[]>;
  readonly #handlers: FollowedPresenceHandlers;
  readonly #watched = new WatchSet();
  readonly #known = new Map<string, boolean>();
  /** The users of the current run whose state has not arrived yet. */
  #awaited = new Set<string>();
  #stopped = false;
  /** Whether the server is asked for a changed set. */
  #asks = false;
  readonly #apply = oneAtATime(() => this.#restart());

  constructor(live: LiveSource, handlers: FollowedPresenceHandlers) {
    this.#handlers = handlers;
    this.#subscription = new LiveSubscription({
      live,
      open: (input, observer) => live.presence(input, observer),
      onItem: events => {
        for (const event of events) {
          this.#awaited.delete(event.user.id);
          this.#deliver(event);
        }
      },
      hasBegun: () => this.#awaited.size === 0,
      onError: error => handlers.onError(error),
    });
  }

  /**
   * Follows more users. Resolves when the state of each has been delivered.
   * @throws RollcallError when the server refuses these users; it still follows the others.
   */
  async watch(ids: readonly string[]): Promise<void> {
    this.#watched.add(ids);
    await this.#apply();
  }

  /**
   * Stops following users. Resolves when the server has stopped, too. If it had no room for the set, it is asked again at
   * once, for those who are left.
   */
  unwatch(ids: readonly string[]): Promise<void> {
    this.#watched.remove(ids);
    for (const id of ids) this.#known.delete(id);
    if (this.#asks) this.#subscription.stopWaitingForLimit();
    return this.#apply();
  }

  stop(): void {
    this.#stopped = true;
    this.#subscription.stop();
  }

  async #restart(): Promise<void> {
    if (!this.#watched.changed || this.#stopped) return;
    await this.#ask();
  }

  async #ask(): Promise<void> {
    const asked = this.#watched.wanted;
    this.#asks = true;
    try {
      await this.#run(asked);
      this.#watched.take(asked);
    } catch (error) {
      this.#asks = false;
      if (isLimit(error)) {
        await this.#ask();
        return;
      }
      this.#watched.refuse(asked);
      if (!this.#stopped) this.#run(this.#watched.taken).catch(cause => this.#fail(cause));
      throw error;
    } finally {
      this.#asks = false;
    }
  }

  /** The next change of the set ends the run for the former set, which is no failure. */
  #fail(error: RollcallError): void {
    if (error.code !== 'UNAVAILABLE' || error.unrecoverable) this.#handlers.onError(error);
  }

  async #run(ids: ReadonlySet<string>): Promise<void> {
    this.#awaited = new Set(ids);
    if (ids.size === 0) this.#subscription.stop();
    else await this.#subscription.run({ user_ids: [...ids] });
  }

  #deliver(event: PresenceEvent): void {
    const { id, online } = event.user;
    // An event may still arrive for a user that is no longer followed.
    if (!this.#watched.wanted.has(id) || this.#known.get(id) === online) return;
    this.#known.set(id, online);
    this.#handlers.onEvent(event);
  }
}
