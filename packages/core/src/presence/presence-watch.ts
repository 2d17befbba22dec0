import { LIMITS, type Position } from '@rollcall/protocol';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { EventLog } from '../events/event-log.js';
import { isUserEvent, type LoggedEvent } from '../events/logged-event.js';
import { Notifier } from '../notifications/notifier.js';
import type { UserRow } from '../users/model/user-table.js';
import { endOfFeed, readFeed } from './presence-feed.js';

/** Changes in other processes are found after this time, without a notification. */
const POLL_MS = 500;

/** Users read at once. */
const CHUNK = LIMITS.eventPage;

/** First states that are sent at once, of all watches together: each read serves those that wait for the same users. */
const MAX_SENT = 10 * CHUNK;

/** After these a user may look online or offline to others although its connections are the same. */
const LIFE_CYCLE: ReadonlySet<string> = new Set([
  'user.deactivated',
  'user.reactivated',
  'user.deleted',
  'user.restored',
]);

/** After these a user looks offline, whatever was read of it before. */
const GONE: ReadonlySet<string> = new Set(['user.deactivated', 'user.deleted']);

/** A change of these fields makes a user look different to others although it stays online or offline. */
const VISIBLE_FIELDS = ['invisible', 'teams'];

/** What the watch works with. */
export interface PresenceWatchOptions {
  unitOfWork: UnitOfWork;
  events: Pick<EventLog, 'position' | 'pageAfter' | 'onNews'>;
  find: (ids: readonly string[]) => Promise<UserRow[]>;
  onError: (error: unknown, context: string) => void;
}

/** Gets users as they are now. An id without a user has no row. It must not throw. */
export type PresenceListener = (ids: readonly string[], rows: ReadonlyMap<string, UserRow>) => void;

/** Whom a listener watches. It may keep them in any form. */
type WatchedIds = Pick<ReadonlySet<string>, 'has'> & Iterable<string>;

interface Watch {
  ids: WatchedIds;
  listener: PresenceListener;
  /** The users whose first state has not been sent yet. */
  pending: string[];
}

/**
 * Follows who is online, here and in other processes, for all listeners of this process. One loop reads the feed of
 * changes, and each watched user once, however many listeners watch it. It runs only while somebody listens. Since only
 * this loop reads, a listener never gets an older state after a newer one.
 */
export class PresenceWatch {
  readonly #options: PresenceWatchOptions;
  readonly #watches = new Set<Watch>();
  readonly #notifier = new Notifier();
  readonly #closing = new AbortController();
  #following: Promise<void> | undefined;
  /** How far the loop has told of the log. */
  #logUpTo: Position | undefined;
  /** Users who are gone by an entry of the log that the loop has not come to: listeners of events may hear of it first. */
  readonly #gone = new Map<string, number>();

  constructor(options: PresenceWatchOptions) {
    this.#options = options;
    options.events.onNews((entries, epoch) => this.#noteGone(entries, epoch));
  }

  /**
   * Whether a user was deactivated or deleted since it was last sent. A listener who may have heard of that must not hear
   * afterwards that the user is online. Its state is sent again soon.
   */
  isGone(id: string): boolean {
    return this.#gone.has(id);
  }

  /** Says that something may have changed, so that the loop looks at once. */
  notify(): void {
    if (this.#watches.size > 0) this.#notifier.notify();
  }

  /**
   * Sends the present state of each of these users, and from then on its state whenever it may have changed. No change is
   * missed; a state may come again without a change, which does no harm.
   * @returns what ends it.
   */
  watch(ids: WatchedIds, listener: PresenceListener): () => void {
    const watch = { ids, listener, pending: [...ids] };
    this.#watches.add(watch);
    this.#notifier.notify();
    this.#begin();
    return () => {
      this.#watches.delete(watch);
      this.#notifier.notify();
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#watches.clear();
    await this.#following;
  }

  #begin(): void {
    if (this.#watches.size === 0) return;
    this.#following ??= this.#follow().finally(() => {
      this.#following = undefined;
      this.#begin();
    });
  }

  async #follow(): Promise<void> {
    const { unitOfWork, events, onError } = this.#options;
    const { signal } = this.#closing;
    let feedUpTo: number | undefined;
    this.#logUpTo = undefined;
    this.#gone.clear();
    while (this.#watches.size > 0) {
      try {
        // Both positions are taken before anything is sent, so nothing slips in between.
        feedUpTo ??= await unitOfWork.read(endOfFeed);
        const after = feedUpTo;
        this.#logUpTo ??= await events.position();
        const logUpTo = this.#logUpTo;
        await this.#sendFirst();
        const feed = await unitOfWork.read(transaction => readFeed(transaction, after));
        await this.#sendChanged(feed.ids);
        feedUpTo = feed.upTo;
        const page = await events.pageAfter(logUpTo);
        const upTo = 'resyncAt' in page ? page.resyncAt : page.upTo;
        // Where a standby took over, the feed may have gone back, and may have come as far again since.
        const isAnother = upTo.epoch !== logUpTo.epoch;
        if (isAnother) feedUpTo = undefined;
        const any = 'resyncAt' in page || isAnother;
        await this.#sendChanged(any ? undefined : this.#concernedBy(page.events));
        this.#toldUpTo(upTo);
        if (any || page.events.length > 0 || this.#somePending()) continue;
      } catch (error) {
        onError(error, 'following presence');
      }
      await this.#notifier.sleep(POLL_MS, signal);
    }
  }

  /** Sends some of the first states that are pending. A watch with many of them gets its next turn behind the others. */
  async #sendFirst(): Promise<void> {
    const turns: { watch: Watch; ids: string[] }[] = [];
    const read = new Set<string>();
    let sent = 0;
    for (const watch of this.#watches) {
      if (sent >= MAX_SENT) break;
      const ids = nextOf(watch, read);
      if (ids.length === 0) continue;
      sent += ids.length;
      turns.push({ watch, ids });
    }
    if (turns.length === 0) return;
    const rows = await this.#read(read);
    for (const { watch, ids } of turns) {
      if (!this.#watches.delete(watch)) continue;
      this.#watches.add(watch);
      watch.pending.splice(0, ids.length);
      watch.listener(ids, rows);
    }
  }

  /** Sends these users to the listeners that watch them. Without a list, all watches are pending again. */
  async #sendChanged(changed: readonly string[] | undefined): Promise<void> {
    if (changed === undefined) {
      for (const watch of this.#watches) watch.pending = [...watch.ids];
      return;
    }
    const watched = changed.filter(id => this.#isWatched(id));
    for (let start = 0; start < watched.length; start += CHUNK) {
      const chunk = watched.slice(start, start + CHUNK);
      const rows = await this.#read(new Set(chunk));
      for (const { ids, listener } of this.#watches) {
        const theirs = chunk.filter(id => ids.has(id));
        if (theirs.length > 0) listener(theirs, rows);
      }
    }
  }

  async #read(ids: ReadonlySet<string>): Promise<Map<string, UserRow>> {
    const rows = await this.#options.find([...ids]);
    return new Map(rows.map(row => [row.id, row]));
  }

  #isWatched(id: string): boolean {
    for (const { ids } of this.#watches) if (ids.has(id)) return true;
    return false;
  }

  #somePending(): boolean {
    for (const { pending } of this.#watches) if (pending.length > 0) return true;
    return false;
  }

  #noteGone(entries: readonly LoggedEvent[], epoch: string): void {
    const told = this.#logUpTo;
    if (told?.epoch !== epoch) return;
    for (const { type, userId, seq } of entries) {
      if (!GONE.has(type) || userId === undefined || seq <= told.seq) continue;
      if (this.#isWatched(userId)) this.#gone.set(userId, seq);
    }
  }

  #toldUpTo(position: Position): void {
    const sameLog = position.epoch === this.#logUpTo?.epoch;
    this.#logUpTo = position;
    for (const [id, seq] of this.#gone) if (!sameLog || seq <= position.seq) this.#gone.delete(id);
  }

  #concernedBy(entries: readonly LoggedEvent[]): string[] {
    const ids = entries.flatMap(entry => {
      if (!entry.userId || !this.#isWatched(entry.userId)) return [];
      if (LIFE_CYCLE.has(entry.type)) return entry.userId;
      if (entry.type !== 'user.updated') return [];
      const { full } = entry;
      return isUserEvent(full) && VISIBLE_FIELDS.some(path => full.changes?.[path]) ? entry.userId : [];
    });
    return [...new Set(ids)];
  }
}

/**
 * The next users whose first state a watch waits for.
 * @param read the users that are to be read; those of the watch are added as long as there is room.
 */
function nextOf({ pending }: Watch, read: Set<string>): string[] {
  let end = 0;
  for (const id of pending) {
    if (end === CHUNK || (read.size === CHUNK && !read.has(id))) break;
    read.add(id);
    end += 1;
  }
  return pending.slice(0, end);
}
