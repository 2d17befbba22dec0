/*
 * How an event finds its listeners.
 *
 * One reader of the log, the hub, serves all listeners of a process that have caught up. It takes each new entry once,
 * looks up whom it may concern (`listener-index.ts`), lets the viewer of each decide, and notes the position of the entry
 * with those who receive it. Only they wake. The log stays the truth: the hub hands out positions, and a listener takes
 * the entry itself from the log.
 *
 *   catching up ── attach, at a position that the hub has not passed ──▶ attached
 *   attached ── too much waits, the memory of the log was dropped, the log is another one ──▶ catching up
 *
 * - Nothing is missed: a listener attaches only at a position that the hub has not begun to judge beyond, and leaves the
 *   hub at the position up to which it has taken everything. From there it reads pages of the log.
 * - Nothing comes twice: entries up to the position at which a listener attached are not for it.
 * - Positions are exact: `take` says how far the hub has judged for this listener.
 * - Judging gives way to the event loop, also between the listeners of one entry.
 */
import type { EventLog, LoggedEvent } from '@rollcall/core';
import { LIMITS, type Position } from '@rollcall/protocol';
import { deliveries } from './deliveries.js';
import type { EventViewer } from './event-viewer.js';
import { HubListener, type Reader } from './hub-listener.js';
import { ListenerIndex } from './listener-index.js';
import { SharedFilters } from './shared-filters.js';
import { slices } from './slices.js';

/** Entries that may wait for one listener. One that has more reads the log by itself. */
const MAX_WAITING = LIMITS.eventPage;

/**
 * Listeners wake when a page of entries was judged for all, so that each gets the whole page at once; and when that takes
 * longer than this, with what they have by then.
 */
const WAKE_AFTER_MS = 20;

/** A listener to whom none of so many entries went is told how far the log is, if it was told nothing for this time. */
const MAX_SILENT_ENTRIES = 1000;
const SILENT_MS = 5000;

/** How often the hub looks for them, and how many it tells at a time; the next ones follow. */
const TELL_EVERY_MS = 100;
const TOLD_AT_ONCE = 100;

const hubs = new WeakMap<EventLog, EventHub>();

/** The hub of a log. */
export function hubOf(log: EventLog): EventHub {
  const hub = hubs.get(log) ?? new EventHub(log);
  hubs.set(log, hub);
  return hub;
}

/** Serves the listeners of one log. The comment at the top says how. */
export class EventHub {
  readonly filters = new SharedFilters();
  readonly #log: EventLog;
  readonly #index = new ListenerIndex<HubListener>();
  /** What takes a listener out of the index. */
  readonly #leave = new Map<HubListener, () => void>();
  /** The listeners that are attached, those first who were told nothing for the longest time. */
  readonly #attached = new Set<HubListener>();
  /** Those who have something to take and were not woken yet. */
  readonly #news = new Set<HubListener>();
  /** Everything up to here was judged; undefined while the hub does not run. */
  #position: Position | undefined;
  /** The last entry whose judgement has begun. */
  #begun = 0;
  #idle = new AbortController();
  #toldAt = 0;
  #wokeAt = 0;
  /** Those who hear everything are about at the same place, and take the very same page. */
  #lastPage: { after: number; judged: number; entries: readonly LoggedEvent[] } | undefined;

  constructor(log: EventLog) {
    this.#log = log;
  }

  /**
   * Adds a listener. It has to catch up and attach before the hub serves it. The caller closes it in the end.
   * @param reader takes what is for it.
   */
  add(viewer: EventViewer, reader: Reader): HubListener {
    const listener = new HubListener(viewer, this, reader);
    this.#leave.set(listener, this.#index.add(listener));
    return listener;
  }

  /** How many listeners there are, and how many of them still catch up. */
  get listeners(): { following: number; catchingUp: number } {
    const following = this.#attached.size;
    return { following, catchingUp: this.#leave.size - following };
  }

  /** How far everything was judged. */
  get judged(): Position | undefined {
    return this.#position;
  }

  entryAt(position: Position): LoggedEvent | undefined {
    return this.#log.recent(position);
  }

  entriesAfter(position: Position): readonly LoggedEvent[] | undefined {
    const { epoch, seq } = this.#position ?? position;
    if (epoch !== position.epoch) return undefined;
    const known = this.#lastPage;
    if (known?.after === position.seq && known.judged === seq && this.#isInMemory(known.entries)) {
      return known.entries;
    }
    const most = Math.min(LIMITS.eventPage, Math.max(0, seq - position.seq));
    const entries = this.#log.recentAfter(position, most);
    // A memory that began anew may end before what was judged. Nothing of it is in memory then.
    if (!entries || (entries.length === 0 && most > 0)) return undefined;
    this.#lastPage = { after: position.seq, judged: seq, entries };
    return entries;
  }

  /** What a deletion took out of the log is in memory no more, and nobody is sent it. */
  #isInMemory([first]: readonly LoggedEvent[]): boolean {
    return !first || this.#log.recent(first.position) === first;
  }

  attach(listener: HubListener, position: Position, atEnd: boolean): boolean {
    if (!this.#leave.has(listener)) return false;
    if (!this.#position) {
      if (!atEnd) return false;
      this.#position = position;
      this.#begun = position.seq;
      this.#attached.add(listener);
      void this.#run();
      return true;
    }
    if (this.#position.epoch !== position.epoch || position.seq < this.#begun) return false;
    this.#attached.add(listener);
    return true;
  }

  /** Notes that a listener was told something. */
  told(listener: HubListener): void {
    if (this.#attached.delete(listener)) this.#attached.add(listener);
  }

  remove(listener: HubListener): void {
    this.#leave.get(listener)?.();
    this.#leave.delete(listener);
  }

  detach(listener: HubListener): void {
    this.#attached.delete(listener);
    this.#news.delete(listener);
    if (this.#attached.size === 0) this.#idle.abort();
  }

  async #run(): Promise<void> {
    let failure: unknown;
    try {
      while (this.#attached.size > 0) await this.#round();
    } catch (error) {
      failure = error;
    }
    this.#position = undefined;
    this.#detachAll(failure);
  }

  async #round(): Promise<void> {
    const position = this.#position as Position;
    const page = await this.#log.pageAfter(position);
    // Each listener finds out by itself what the end of an epoch means for it.
    if ('resyncAt' in page || page.upTo.epoch !== position.epoch) return this.#detachAll();
    this.#wokeAt = performance.now();
    for (const entry of page.events) {
      await this.#deliver(entry);
      this.#position = { epoch: position.epoch, seq: entry.seq };
    }
    this.#position = page.upTo;
    if (page.events.length > 0) {
      for (const listener of this.#index.ofEverything)
        if (this.#attached.has(listener)) this.#news.add(listener);
    }
    const woken = this.#wake() + this.#tellSilent(page.upTo);
    // Those who were woken have their turn first: so pages grow with what there is to do, and each event costs less.
    if (woken > 0) await deliveries.served();
    else if (page.events.length === 0 && this.#attached.size > 0) {
      this.#idle = new AbortController();
      await this.#log.waitBeyond(page.upTo, this.#idle.signal);
    }
  }

  async #deliver(entry: LoggedEvent): Promise<void> {
    this.#begun = entry.seq;
    for (const listener of this.#index.candidates(entry)) {
      if (listener && this.#attached.has(listener)) this.#offer(listener, entry);
      const turn = slices.turn();
      if (!turn) continue;
      if (performance.now() - this.#wokeAt > WAKE_AFTER_MS) this.#wake();
      await turn;
    }
  }

  #offer(listener: HubListener, entry: LoggedEvent): void {
    try {
      if (!listener.offer(entry)) return;
    } catch {
      // It meets the fault again when it reads by itself, and nobody else does.
      listener.detach();
      return;
    }
    if (listener.waiting > MAX_WAITING) listener.detach();
    else this.#news.add(listener);
  }

  #wake(): number {
    const woken = this.#news.size;
    this.#wokeAt = performance.now();
    for (const listener of this.#news) listener.wake();
    this.#news.clear();
    return woken;
  }

  #tellSilent(position: Position): number {
    const now = performance.now();
    if (now - this.#toldAt < TELL_EVERY_MS) return 0;
    this.#toldAt = now;
    let told = 0;
    for (const listener of this.#attached) {
      if (told >= TOLD_AT_ONCE || listener.toldAt > now - SILENT_MS) break;
      if (!listener.isBehind(position, MAX_SILENT_ENTRIES)) continue;
      listener.wake();
      told += 1;
    }
    return told;
  }

  #detachAll(failure?: unknown): void {
    for (const listener of this.#attached) listener.detach(failure);
  }
}
