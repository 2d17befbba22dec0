import {
  type JsonObject,
  type Position,
  parsePosition,
  RollcallError,
  type WatchEventsInput,
} from '@rollcall/protocol';
import { itemsOf, type LiveSource, type PositionedPage, type StreamItem } from '../transport/live-source.js';
import { LiveSubscription } from './live-subscription.js';
import { oneAtATime } from './one-at-a-time.js';
import { isLimit, isRefusedInput, WatchSet } from './watch-set.js';

/** Receives the events of a connected user. */
export interface FollowedEventsHandlers<Custom extends object> {
  onItem(item: StreamItem<Custom>): void;
  /** The stream ended with an error that another attempt cannot fix. */
  onError(error: RollcallError): void;
}

/**
 * The events of one connected user: about the user itself, and about the users that it watches. An anonymous client has
 * no user of its own: its stream runs while it watches somebody.
 *
 * Each event is delivered once, in commit order. There is one exception to the order: a user may have changed between
 * the answer that showed it and the moment from which it is watched. These events arrive late, after newer ones.
 */
export class FollowedEvents<Custom extends object = JsonObject> {
  readonly #subscription: LiveSubscription<WatchEventsInput, PositionedPage>;
  readonly #handlers: FollowedEventsHandlers<Custom>;
  readonly #watched: WatchSet;
  readonly #anonymous: boolean;
  #stopped = false;
  /** Whether the server is asked for a changed set. */
  #asks = false;
  /** The position of the last event that was delivered, or where the stream began. */
  #delivered: Position | undefined;
  /** Earlier epochs that led on to this one: the log counts on from one to the next. */
  readonly #past = new Set<string>();
  /** For newly watched users: the number after which their events are wanted, if that is before `#delivered`. */
  #wantedAfter = new Map<string, number>();
  /** The same for the users that the current run replays. */
  #replayedAfter = new Map<string, number>();
  readonly #apply = oneAtATime(() => this.#restart());

  /** @param ownId the connected user; undefined for an anonymous client. */
  constructor(live: LiveSource, ownId: string | undefined, handlers: FollowedEventsHandlers<Custom>) {
    this.#anonymous = ownId === undefined;
    this.#handlers = handlers;
    this.#watched = new WatchSet(ownId);
    this.#subscription = new LiveSubscription({
      live,
      open: (input, observer) => live.events(input, observer),
      positionOf: page => page.id,
      onItem: page => this.#deliver(page),
      onError: error => handlers.onError(error),
    });
  }

  /** Begins after a position. Resolves with the first page: nothing is missed from then on. */
  async start(position: string): Promise<void> {
    this.#delivered = parsePosition(position);
    await this.#subscription.run({ lastEventId: position });
  }

  stop(): void {
    this.#stopped = true;
    this.#subscription.stop();
  }

  /**
   * Watches more users. Resolves when their events have begun.
   * @param since a position up to which the caller knows the users, for instance that of the answer that showed them.
   * @throws RollcallError when the server refuses these users; the others stay watched.
   */
  async watch(ids: readonly string[], since?: string): Promise<void> {
    this.#watched.add(ids);
    const after = since === undefined ? undefined : parsePosition(since);
    if (this.#anonymous) this.#delivered ??= after;
    if (after && (after.epoch === this.#delivered?.epoch || this.#past.has(after.epoch))) {
      for (const id of ids) if (!this.#watched.taken.has(id)) this.#wantedAfter.set(id, after.seq);
    }
    await this.#apply();
  }

  /**
   * Stops watching users. Resolves when the server has stopped, too. If it had no room for the set, it is asked again at
   * once, for those who are left.
   */
  async unwatch(ids: readonly string[]): Promise<void> {
    this.#watched.remove(ids);
    if (this.#asks) this.#subscription.stopWaitingForLimit();
    await this.#apply();
  }

  async #restart(): Promise<void> {
    if (!this.#watched.changed || this.#stopped || !(this.#anonymous || this.#subscription.active)) return;
    await this.#ask();
  }

  async #ask(): Promise<void> {
    const asked = this.#watched.wanted;
    this.#replayedAfter = new Map(
      [...this.#replayedAfter, ...this.#wantedAfter].filter(
        ([id]) => asked.has(id) && !this.#watched.taken.has(id),
      ),
    );
    this.#wantedAfter.clear();
    this.#asks = true;
    try {
      if (this.#anonymous && asked.size === 0) this.#pause();
      else await this.#subscription.run({ user_ids: [...asked], ...this.#lastEventId() });
      this.#watched.take(asked);
    } catch (error) {
      this.#asks = false;
      if (isLimit(error)) {
        await this.#ask();
        return;
      }
      if (!isRefusedInput(error)) {
        this.#fail(error);
        throw error;
      }
      this.#watched.refuse(asked);
      this.#replayedAfter.clear();
      const before = [...this.#watched.taken];
      if (this.#anonymous && before.length === 0) this.#pause();
      else
        await this.#subscription
          .run({ ...(before.length > 0 && { user_ids: before }), ...this.#lastEventId() })
          .catch(cause => {
            this.#fail(cause);
          });
      throw error;
    } finally {
      this.#asks = false;
    }
  }

  /** There is nobody left to follow. */
  #pause(): void {
    this.#subscription.stop();
    this.#delivered = undefined;
  }

  /** A stream that cannot restart is over for the whole session, not only for the caller that asked for the restart. */
  #fail(error: unknown): void {
    if (error instanceof RollcallError && error.unrecoverable) this.#handlers.onError(error);
  }

  /** Where the next run begins: at the end of the last page, or earlier if it replays events of a new user. */
  #lastEventId(): { lastEventId?: string } {
    const end = this.#subscription.position;
    const position = end === undefined ? this.#delivered : parsePosition(end);
    if (!position) return {};
    const seq = Math.min(position.seq, ...this.#replayedAfter.values());
    return { lastEventId: `${position.epoch}.${seq}` };
  }

  #deliver(page: PositionedPage): void {
    const end = parsePosition(page.id);
    if (page.data.resync) {
      this.#delivered = undefined;
      this.#past.clear();
    } else if (this.#delivered && end && end.epoch !== this.#delivered.epoch) {
      this.#past.add(this.#delivered.epoch);
    }
    for (const item of itemsOf<Custom>(page)) if (this.#isNew(item)) this.#handlers.onItem(item);
    const delivered = this.#delivered;
    if (!end || (delivered && end.seq < delivered.seq)) return;
    this.#delivered = end;
    this.#replayedAfter.clear();
  }

  /** Whether an item was not delivered before; notes the position of one that is the latest. */
  #isNew(item: StreamItem<Custom>): boolean {
    if (item.type === 'resync') return true;
    const position = parsePosition(item.id ?? '');
    const delivered = this.#delivered;
    if (!position || !delivered || position.seq > delivered.seq) {
      if (position) this.#delivered = position;
      return true;
    }
    const wantedAfter = 'user' in item ? this.#replayedAfter.get(item.user.id) : undefined;
    return wantedAfter !== undefined && position.seq > wantedAfter;
  }
}
