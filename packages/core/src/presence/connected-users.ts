import type { Movement } from './stored-presence.js';

/** `last_active` of a user who stays connected is renewed this often. */
const STILL_HERE_MS = 60_000;

/** The longest pause before a user who did not exist is looked for again. */
const LONGEST_MISSING_MS = 5000;

/** How long some of what presence does waits. */
export interface PresenceWaits {
  /** A user who closes the last connection and comes back within this time has never been away. */
  graceMs: number;
  /** The first pause before a user who did not exist is looked for again; it doubles from time to time. */
  missingMs: number;
}

/** Something about a user that is not written yet. */
interface Note {
  /** When the user was seen: epoch milliseconds. */
  at: number;
  /** Not to be written before this time of the monotonic clock. */
  from: number;
  /** How often the user was not found. */
  tries: number;
}

/** Notes that are due, and the movement that they come to. */
export interface DueNotes {
  readonly notes: readonly (readonly [id: string, note: Note])[];
  readonly movement: { readonly [Kind in keyof Movement]: readonly Seen[] };
}

interface Seen {
  readonly id: string;
  readonly at: number;
}

/**
 * The users who are connected to this process: how many connections each has, what the database says about that, and
 * which changes are still to be written. This class only keeps them in memory; `Presence` writes them.
 */
export class ConnectedUsers {
  readonly #clock: () => number;
  readonly #closing: AbortSignal;
  readonly #waits: PresenceWaits;
  readonly #connections = new Map<string, number>();
  /** The users whom this process holds according to the database, and when that was last written. */
  readonly #held = new Map<string, number>();
  readonly #notes = new Map<string, Note>();

  /**
   * @param clock epoch milliseconds.
   * @param closing once it aborts, nothing more is noted.
   */
  constructor(clock: () => number, closing: AbortSignal, waits: PresenceWaits) {
    this.#clock = clock;
    this.#closing = closing;
    this.#waits = waits;
  }

  /** How many users are connected, and how many notes are not written yet. */
  get counts(): { connected: number; unwritten: number } {
    return { connected: this.#connections.size, unwritten: this.#notes.size };
  }

  /** Whether there is something to write. */
  get hasNotes(): boolean {
    return this.#notes.size > 0;
  }

  /** Whether nobody is connected and the database says the same. */
  get isEmpty(): boolean {
    return this.#held.size === 0 && this.#connections.size === 0;
  }

  /** A connection of this user has opened. */
  connected(userId: string): void {
    const before = this.#connections.get(userId) ?? 0;
    this.#connections.set(userId, before + 1);
    const at = this.#clock();
    if (before === 0 || this.#isOld(userId, at)) this.#note(userId, at);
  }

  /** A connection of this user has closed. */
  disconnected(userId: string): void {
    const left = (this.#connections.get(userId) ?? 0) - 1;
    if (left > 0) this.#connections.set(userId, left);
    else if (this.#connections.delete(userId)) this.#note(userId, this.#clock(), this.#waits.graceMs);
  }

  /** Makes the notes of users who were not found earlier due at once. @returns whether there are any. */
  retryMissing(): boolean {
    const missing = [...this.#notes.values()].filter(note => note.tries > 0);
    for (const note of missing) note.from = 0;
    return missing.length > 0;
  }

  /** Notes the users whose `last_active` is to be renewed. */
  noteOld(): void {
    const at = this.#clock();
    for (const userId of this.#held.keys()) {
      if (this.#isOld(userId, at) && !this.#notes.has(userId)) this.#note(userId, at);
    }
  }

  /** Notes all connected users again, since other processes may have changed what the database says about them. */
  noteAllAnew(): void {
    this.#held.clear();
    const at = this.#clock();
    for (const userId of this.#connections.keys()) if (!this.#notes.has(userId)) this.#note(userId, at);
  }

  /** Everybody has left. What is noted is due at once. */
  disconnectAll(): void {
    const at = this.#clock();
    for (const userId of this.#connections.keys()) this.#notes.set(userId, { at, from: 0, tries: 0 });
    for (const note of this.#notes.values()) note.from = 0;
    this.#connections.clear();
  }

  /** Notes that are due, at most `limit`, with what follows from them; undefined when no note is due. */
  due(limit: number): DueNotes | undefined {
    const now = performance.now();
    const notes = [...this.#notes].filter(([, note]) => note.from <= now).slice(0, limit);
    if (notes.length === 0) return undefined;
    const movement = { came: [] as Seen[], left: [] as Seen[], seen: [] as Seen[] };
    for (const [id, { at }] of notes) {
      const here = this.#connections.has(id);
      if (here === this.#held.has(id)) movement.seen.push({ id, at });
      else if (here) movement.came.push({ id, at });
      else movement.left.push({ id, at });
    }
    return { notes, movement };
  }

  /** Due notes were written. @param missing the users who do not exist: they stay noted and are looked for again. */
  written({ notes, movement }: DueNotes, missing: ReadonlySet<string>): void {
    for (const { id, at } of movement.came) if (!missing.has(id)) this.#held.set(id, at);
    for (const { id } of movement.left) this.#held.delete(id);
    for (const { id, at } of movement.seen) if (this.#held.has(id)) this.#held.set(id, at);
    for (const [id, note] of notes) {
      // What was noted meanwhile is newer, and is written next time.
      if (this.#notes.get(id) !== note) continue;
      this.#notes.delete(id);
      const waitMs = Math.min(this.#waits.missingMs * 2 ** note.tries, LONGEST_MISSING_MS);
      if (missing.has(id)) this.#note(id, note.at, waitMs, note.tries + 1);
    }
  }

  #note(userId: string, at: number, waitMs = 0, tries = 0): void {
    if (this.#closing.aborted) return;
    this.#notes.set(userId, { at, from: performance.now() + waitMs, tries });
  }

  #isOld(userId: string, at: number): boolean {
    return at - (this.#held.get(userId) ?? at) >= STILL_HERE_MS;
  }
}
