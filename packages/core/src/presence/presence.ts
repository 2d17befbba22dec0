import type { UnitOfWork } from '../database/unit-of-work.js';
import { registerNode, removeDeadNodes, removeNode, renewLease } from './node-lease.js';
import { isFeedOld, pruneFeed } from './presence-feed.js';
import { type Movement, markAllOffline, moveUsers } from './stored-presence.js';

/** Connections and disconnections are written together, at most this often. */
const FLUSH_MS = 250;

/** Who comes back within this time after its last connection closed has never been away. */
const GRACE_MS = 1500;

/** The lease of this process is renewed, and the users of dead ones are taken away, this often. */
const RENEW_MS = 5000;

/**
 * Who could not look for so long does not judge for as long: perhaps nobody reached the storage, and the leases of all
 * have run out. Every process that lives has renewed its own by then.
 */
const SETTLE_MS = 2 * RENEW_MS;

/** What could not be written, and users who do not exist yet, are tried again after this time; it doubles up to {@link RENEW_MS}. */
const RETRY_MS = 1000;

/** `last_active` of a user who stays is brought up this often. */
const STILL_HERE_MS = 60_000;

/** Users written in one transaction, so that others who write get their turn in between. */
const CHUNK = 500;

/** What presence works with. */
export interface PresenceOptions {
  unitOfWork: UnitOfWork;
  clock: () => number;
  /** Has this called after every commit that may have changed who is online. It must not throw. */
  onWritten: () => void;
  onError: (error: unknown, context: string) => void;
}

/** Something about a user that is not written yet. */
interface Note {
  /** When the user was seen: epoch milliseconds. */
  at: number;
  /** Not written before this time of the monotonic clock. */
  from: number;
  /** How often the user was not found. */
  tries: number;
}

/**
 * Who is connected to this process. Counting happens in memory; what follows from it is written in batches, so that
 * thousands of users who come back at once cost a few statements: one row for each user whom this process holds, and the
 * columns `online` and `last_active`. A user is online while any process holds it.
 *
 * Only a process that lives holds anybody: it has a lease by the clock of the database, and the others take away the
 * users of one whose lease is over. A process that finds its own lease lost, since it was paused, enters anew with all
 * its users before it does anything else.
 *
 * Presence is no change of a user: it moves neither `revision` nor `updated_at`.
 */
export class Presence {
  readonly #options: PresenceOptions;
  readonly #connections = new Map<string, number>();
  /** Whom the database says that this process holds, and when that was last said. */
  readonly #held = new Map<string, number>();
  readonly #notes = new Map<string, Note>();
  readonly #closing = new AbortController();
  #nodeId: string | undefined;
  /** Under which ids the database may still know this process although their leases are over. */
  readonly #formerIds: string[] = [];
  /** When it last looked and the storage answered, and from when on it may judge those of others, by the monotonic clock. */
  #lookedAt = performance.now();
  #judgesFrom = -Infinity;
  #flushing: NodeJS.Timeout | undefined;
  #renewing: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /** Begins to renew the lease of this process, and to look after the users of dead ones. */
  start(): void {
    this.#renewing ??= setTimeout(async () => {
      await this.renew();
      this.#renewing = undefined;
      if (!this.#closing.signal.aborted) this.start();
    }, RENEW_MS).unref();
  }

  /** A live connection of this user has opened. */
  connected(userId: string): void {
    const before = this.#connections.get(userId) ?? 0;
    this.#connections.set(userId, before + 1);
    const at = this.#options.clock();
    if (before === 0 || this.#isOld(userId, at)) this.#note(userId, { at });
  }

  /** A live connection of this user has closed. */
  disconnected(userId: string): void {
    const left = (this.#connections.get(userId) ?? 0) - 1;
    if (left > 0) {
      this.#connections.set(userId, left);
    } else if (this.#connections.delete(userId)) {
      this.#note(userId, { at: this.#options.clock(), waitMs: GRACE_MS });
    }
  }

  /** Users may have come into being: those who were connected before they existed are looked for again. */
  retry(): void {
    let found = false;
    for (const note of this.#notes.values()) {
      if (note.tries === 0) continue;
      note.from = 0;
      found = true;
    }
    if (found) this.#schedule(FLUSH_MS);
  }

  /** Marks everybody as offline whom an earlier process left behind; for an engine that one process has to itself. */
  async markAllOffline(): Promise<void> {
    await this.#options.unitOfWork.write(markAllOffline);
  }

  /** What happens every few seconds: the lease is renewed, and what dead processes left behind is taken away. */
  async renew(): Promise<void> {
    await this.#work('renewing presence', async () => {
      await this.#renewLease();
      const at = this.#options.clock();
      for (const userId of this.#held.keys()) {
        if (this.#isOld(userId, at) && !this.#notes.has(userId)) this.#note(userId, { at });
      }
      await this.#writeNotes();
      const { unitOfWork } = this.#options;
      await removeDeadNodes(unitOfWork, this.#closing.signal, this.#mayJudge() ? undefined : this.#formerIds);
      this.#formerIds.length = 0;
      if (await unitOfWork.read(isFeedOld)) await unitOfWork.write(pruneFeed);
      this.#lookedAt = performance.now();
      this.#options.onWritten();
    });
  }

  /** Writes what is not written yet. Everybody still connected is offline from now on, and nobody comes any more. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#flushing);
    clearTimeout(this.#renewing);
    await this.#work('taking presence away', async () => {
      const at = this.#options.clock();
      for (const userId of this.#connections.keys()) this.#notes.set(userId, { at, from: 0, tries: 0 });
      for (const note of this.#notes.values()) note.from = 0;
      this.#connections.clear();
      await this.#writeNotes();
      const nodeId = this.#nodeId;
      if (nodeId !== undefined) await this.#options.unitOfWork.write(one => removeNode(one, nodeId));
      this.#nodeId = undefined;
    });
  }

  /** Whether `last_active` of a user who has been here for a while is to be brought up. */
  #isOld(userId: string, at: number): boolean {
    return at - (this.#held.get(userId) ?? at) >= STILL_HERE_MS;
  }

  /** Whether a lease that is over means that its process is dead. */
  #mayJudge(): boolean {
    const now = performance.now();
    if (now - this.#lookedAt > SETTLE_MS) this.#judgesFrom = now + SETTLE_MS;
    return now >= this.#judgesFrom;
  }

  #note(
    userId: string,
    { at, waitMs = 0, tries = 0 }: { at: number; waitMs?: number; tries?: number },
  ): void {
    if (this.#closing.signal.aborted) return;
    this.#notes.set(userId, { at, from: performance.now() + waitMs, tries });
    this.#schedule(FLUSH_MS);
  }

  #schedule(waitMs: number): void {
    if (this.#closing.signal.aborted) return;
    this.#flushing ??= setTimeout(async () => {
      const done = await this.#work('writing presence', () => this.#writeNotes());
      this.#flushing = undefined;
      if (this.#notes.size > 0) this.#schedule(done ? FLUSH_MS : RETRY_MS);
    }, waitMs);
  }

  /** Does one thing after the other. @returns whether it could be done; that it could not is told to whom it concerns. */
  #work(context: string, job: () => Promise<void>): Promise<boolean> {
    const done = this.#working.then(job).then(
      () => true,
      (error: unknown) => {
        this.#options.onError(error, context);
        return false;
      },
    );
    this.#working = done.then(() => undefined);
    return done;
  }

  async #renewLease(): Promise<void> {
    const nodeId = this.#nodeId;
    if (nodeId === undefined) return;
    const idle = this.#held.size === 0 && this.#connections.size === 0;
    const kept = await this.#options.unitOfWork.write(async transaction => {
      if (!idle) return renewLease(transaction, nodeId);
      await removeNode(transaction, nodeId);
      return false;
    });
    if (!kept) this.#enterAnew();
  }

  /** Forgets what the database was told: others may have taken it back. */
  #enterAnew(): void {
    if (this.#nodeId !== undefined) this.#formerIds.push(this.#nodeId);
    this.#nodeId = undefined;
    this.#held.clear();
    const at = this.#options.clock();
    for (const userId of this.#connections.keys()) {
      if (!this.#notes.has(userId)) this.#note(userId, { at });
    }
  }

  async #writeNotes(): Promise<void> {
    for (;;) {
      const now = performance.now();
      const due = [...this.#notes].filter(([, note]) => note.from <= now).slice(0, CHUNK);
      if (due.length === 0) return;
      await this.#write(due);
    }
  }

  async #write(due: readonly (readonly [string, Note])[]): Promise<void> {
    const movement = this.#movementOf(due);
    const written = await this.#options.unitOfWork.write(async transaction => {
      let nodeId = this.#nodeId;
      if (nodeId === undefined && movement.came.length > 0) nodeId = await registerNode(transaction);
      else if (nodeId !== undefined && !(await renewLease(transaction, nodeId))) return undefined;
      return { nodeId, missing: await moveUsers(transaction, nodeId ?? '', movement) };
    });
    if (!written) {
      this.#enterAnew();
      return;
    }
    this.#nodeId = written.nodeId;
    for (const { id, at } of movement.came) if (!written.missing.has(id)) this.#held.set(id, at);
    for (const { id } of movement.left) this.#held.delete(id);
    for (const { id, at } of movement.seen) if (this.#held.has(id)) this.#held.set(id, at);
    for (const [id, note] of due) {
      if (this.#notes.get(id) !== note) continue;
      this.#notes.delete(id);
      const waitMs = Math.min(RETRY_MS * 2 ** note.tries, RENEW_MS);
      if (written.missing.has(id)) this.#note(id, { at: note.at, waitMs, tries: note.tries + 1 });
    }
    this.#options.onWritten();
  }

  #movementOf(due: readonly (readonly [string, Note])[]): Movement & { came: Seen[]; seen: Seen[] } {
    const movement = { came: [] as Seen[], left: [] as Seen[], seen: [] as Seen[] };
    for (const [id, { at }] of due) {
      const here = this.#connections.has(id);
      if (here === this.#held.has(id)) movement.seen.push({ id, at });
      else if (here) movement.came.push({ id, at });
      else movement.left.push({ id, at });
    }
    return movement;
  }
}

interface Seen {
  id: string;
  at: number;
}
