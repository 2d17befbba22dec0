import { type JsonObject, type Position, parsePosition, RollcallError } from '@rollcall/protocol';
import { itemsOf, type LiveSource, type PositionedPage, type StreamItem } from '../transport/live-source.js';
import { RestartableEvents } from './live-subscription.js';
import { oneAtATime } from './one-at-a-time.js';
import { isRefusedInput, WatchSet } from './watch-set.js';

/** What the events of a connected user are handed to. */
export interface FollowedEventsHandlers<Custom extends object> {
  onItem(item: StreamItem<Custom>): void;
  /** The stream ended with an error that trying again cannot mend. */
  onError(error: RollcallError): void;
}

/**
 * The events of one connected user: about itself, and about the users it watches; for nobody, who has no id, about the
 * watched ones only, from when there is one. Each event is handed out once, in
 * commit order; only what happened to a user between the answer that showed it and the moment it was watched comes
 * late, after events that were already handed out.
 */
export class FollowedEvents<Custom extends object = JsonObject> {
  readonly #events: RestartableEvents;
  readonly #handlers: FollowedEventsHandlers<Custom>;
  readonly #watched: WatchSet;
  readonly #nobody: boolean;
  #over = false;
  /** The last event handed out, or where the stream began. */
  #handedOut: Position | undefined;
  /** From which number on the events of newly watched users are wanted, where that lies before `#handedOut`. */
  #wantedAfter = new Map<string, number>();
  #replayedAfter = new Map<string, number>();
  readonly #apply = oneAtATime(() => this.#restart());

  constructor(live: LiveSource, ownId: string | undefined, handlers: FollowedEventsHandlers<Custom>) {
    this.#nobody = ownId === undefined;
    this.#handlers = handlers;
    this.#watched = new WatchSet(ownId);
    this.#events = new RestartableEvents(live, {
      onPage: page => this.#handOut(page),
      onError: error => handlers.onError(error),
    });
  }

  /** Begins after a position. Resolves with the first page: from then on nothing is missed. */
  async start(position: string): Promise<void> {
    this.#handedOut = parsePosition(position);
    await this.#events.run({ lastEventId: position });
  }

  stop(): void {
    this.#over = true;
    this.#events.stop();
  }

  /**
   * Watches users, beside those watched already. Resolves when their events have begun.
   * @param since a position up to which the users are known, such as that of the answer they were found in.
   * @throws RollcallError when the server refuses them; the others stay watched.
   */
  async watch(ids: readonly string[], since?: string): Promise<void> {
    this.#watched.add(ids);
    const after = since === undefined ? undefined : parsePosition(since);
    if (this.#nobody) this.#handedOut ??= after;
    if (after && after.epoch === this.#handedOut?.epoch) {
      for (const id of ids) if (!this.#watched.taken.has(id)) this.#wantedAfter.set(id, after.seq);
    }
    await this.#apply();
  }

  /** Stops watching users. Resolves when that holds. */
  async unwatch(ids: readonly string[]): Promise<void> {
    this.#watched.remove(ids);
    await this.#apply();
  }

  async #restart(): Promise<void> {
    if (!this.#watched.changed || this.#over || !(this.#nobody || this.#events.running)) return;
    const asked = this.#watched.wanted;
    this.#replayedAfter = new Map(
      [...this.#wantedAfter].filter(([id]) => asked.has(id) && !this.#watched.taken.has(id)),
    );
    this.#wantedAfter.clear();
    try {
      if (this.#nobody && asked.size === 0) this.#pause();
      else await this.#events.run({ user_ids: [...asked], ...this.#lastEventId() });
      this.#watched.take(asked);
    } catch (error) {
      if (!isRefusedInput(error)) {
        this.#fail(error);
        throw error;
      }
      this.#watched.refuse(asked);
      this.#replayedAfter.clear();
      const before = [...this.#watched.taken];
      if (this.#nobody && before.length === 0) this.#pause();
      else
        await this.#events
          .run({ ...(before.length > 0 && { user_ids: before }), ...this.#lastEventId() })
          .catch(cause => {
            this.#fail(cause);
          });
      throw error;
    }
  }

  /** Nothing is left to follow. */
  #pause(): void {
    this.#events.stop();
    this.#handedOut = undefined;
  }

  /** A stream that could not be restarted is over for everybody, not only for who asked for the restart. */
  #fail(error: unknown): void {
    if (error instanceof RollcallError && error.unrecoverable) this.#handlers.onError(error);
  }

  /** Where the next run begins: at the end of the last page, or earlier when somebody new is to be replayed. */
  #lastEventId(): { lastEventId?: string } {
    const end = this.#events.position;
    const position = end === undefined ? this.#handedOut : parsePosition(end);
    if (!position) return {};
    const seq = Math.min(position.seq, ...this.#replayedAfter.values());
    return { lastEventId: `${position.epoch}.${seq}` };
  }

  #handOut(page: PositionedPage): void {
    for (const item of itemsOf<Custom>(page)) if (this.#isNews(item)) this.#handlers.onItem(item);
    const end = parsePosition(page.id);
    const reached = this.#handedOut;
    if (!end || (reached && end.epoch === reached.epoch && end.seq < reached.seq)) return;
    this.#handedOut = end;
    this.#replayedAfter.clear();
  }

  #isNews(item: StreamItem<Custom>): boolean {
    if (item.type === 'resync') return true;
    const position = parsePosition(item.id ?? '');
    const reached = this.#handedOut;
    if (!position || !reached || position.epoch !== reached.epoch || position.seq > reached.seq) {
      if (position) this.#handedOut = position;
      return true;
    }
    const wantedAfter = 'user' in item ? this.#replayedAfter.get(item.user.id) : undefined;
    return wantedAfter !== undefined && position.seq > wantedAfter;
  }
}
