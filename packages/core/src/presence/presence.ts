import type { UnitOfWork } from '../database/unit-of-work.js';
import { readBounds } from '../events/stored-log.js';
import { ConnectedUsers, type DueNotes, type PresenceWaits } from './connected-users.js';
import { registerNode, removeDeadNodes, removeNode, renewLease } from './node-lease.js';
import { isFeedOld, pruneFeed } from './presence-feed.js';
import { markAllOffline, moveUsers } from './stored-presence.js';

/** What could not be written is tried again after this time. */
const RETRY_MS = 1000;

/** This process renews its lease, and takes away the users of dead processes, this often. */
const RENEW_MS = 5000;

/**
 * A process that could not look for this long judges no other for as long again: the storage may have been out of reach
 * for all, and then all leases are over. Every process that lives has renewed its lease by then.
 */
const SETTLE_MS = 2 * RENEW_MS;

/** Users written in one transaction, so that other writers get their turn in between. */
const CHUNK = 500;

const WAITS: PresenceWaits & { flushMs: number } = { flushMs: 250, graceMs: 1500, missingMs: 1000 };

/** What presence works with. */
export interface PresenceOptions {
  unitOfWork: UnitOfWork;
  clock: () => number;
  /** Called after every commit that may have changed who is online. It must not throw. */
  onWritten: () => void;
  onError: (error: unknown, context: string) => void;
  /** Connections and disconnections are written together, at most every `flushMs`. Default 250, 1500 and 1000 ms. */
  waits?: typeof WAITS;
}

/**
 * Writes to the database who is connected to this process. Changes are written in batches, so that thousands of users who
 * come back at once cost a few statements: one row for each user whom this process holds, and the columns `online` and
 * `last_active`. A user is online while any process holds the user.
 *
 * Only a process that is alive holds users. It has a lease by the clock of the database; when the lease is over, other
 * processes take its users away. A process that finds its own lease lost, because it was paused, registers again with all
 * its users before it does anything else. It does the same when the epoch of the log is another one: a standby that took
 * over may lack who came and who left at last.
 *
 * Presence is not a change of a user: it moves neither `revision` nor `updated_at`.
 */
export class Presence {
  readonly #options: PresenceOptions;
  readonly #flushMs: number;
  readonly #closing = new AbortController();
  readonly #users: ConnectedUsers;
  #nodeId: string | undefined;
  /** The epoch of the log when this process registered. */
  #epoch: string | undefined;
  /** Ids under which the database may still know this process although their leases are over. */
  readonly #formerIds: string[] = [];
  /** When this process last looked and the storage answered, by the monotonic clock. */
  #lookedAt = performance.now();
  /** From when on it may judge the leases of others, by the monotonic clock. */
  #judgesFrom = -Infinity;
  #flushing: NodeJS.Timeout | undefined;
  #renewing: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();

  constructor(options: PresenceOptions) {
    this.#options = options;
    const { flushMs, ...waits } = options.waits ?? WAITS;
    this.#flushMs = flushMs;
    this.#users = new ConnectedUsers(options.clock, this.#closing.signal, waits);
  }

  /** Begins to renew the lease of this process, and to take away the users of dead processes. */
  start(): void {
    this.#renewing ??= setTimeout(async () => {
      await this.renew();
      this.#renewing = undefined;
      if (!this.#closing.signal.aborted) this.start();
    }, RENEW_MS).unref();
  }

  /** A live connection of this user has opened. */
  connected(userId: string): void {
    this.#users.connected(userId);
    this.#flushSoon();
  }

  /** A live connection of this user has closed. */
  disconnected(userId: string): void {
    this.#users.disconnected(userId);
    this.#flushSoon();
  }

  /** Who is connected to this process, what of that is not written yet, and whether this process has a lease to hold users. */
  get state(): { connected: number; unwritten: number; hasLease: boolean } {
    return { ...this.#users.counts, hasLease: this.#nodeId !== undefined };
  }

  /** New users may exist: users who were connected before they existed are looked for again. */
  retry(): void {
    if (this.#users.retryMissing()) this.#flushSoon();
  }

  /** Marks all users as offline whom an earlier process left behind; for an engine that one process has to itself. */
  async markAllOffline(): Promise<void> {
    await this.#options.unitOfWork.write(markAllOffline);
  }

  /** Renews the lease, and takes away what dead processes left behind. This happens every few seconds. */
  async renew(): Promise<void> {
    await this.#work('renewing presence', async () => {
      await this.#renewLease();
      this.#users.noteOld();
      this.#flushSoon();
      await this.#writeNotes();
      const { unitOfWork } = this.#options;
      await removeDeadNodes(unitOfWork, this.#closing.signal, this.#mayJudge() ? undefined : this.#formerIds);
      this.#formerIds.length = 0;
      if (await unitOfWork.read(isFeedOld)) await unitOfWork.write(pruneFeed);
      this.#lookedAt = performance.now();
      this.#options.onWritten();
    });
  }

  /** Writes what is not written yet. All users still connected are offline from then on, and no more connect. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#flushing);
    clearTimeout(this.#renewing);
    await this.#work('taking presence away', async () => {
      this.#users.disconnectAll();
      await this.#writeNotes();
      const nodeId = this.#nodeId;
      if (nodeId !== undefined) await this.#options.unitOfWork.write(one => removeNode(one, nodeId));
      this.#nodeId = undefined;
    });
  }

  /** Whether a lease that is over means that its process is dead. */
  #mayJudge(): boolean {
    const now = performance.now();
    if (now - this.#lookedAt > SETTLE_MS) this.#judgesFrom = now + SETTLE_MS;
    return now >= this.#judgesFrom;
  }

  #flushSoon(): void {
    if (this.#users.hasNotes) this.#schedule(this.#flushMs);
  }

  #schedule(waitMs: number): void {
    if (this.#closing.signal.aborted) return;
    this.#flushing ??= setTimeout(async () => {
      const done = await this.#work('writing presence', () => this.#writeNotes());
      this.#flushing = undefined;
      if (this.#users.hasNotes) this.#schedule(done ? this.#flushMs : RETRY_MS);
    }, waitMs);
  }

  /** Runs one piece of work after the other. @returns whether it succeeded; a failure is reported to `onError`. */
  #work(context: string, work: () => Promise<void>): Promise<boolean> {
    const done = this.#working.then(work).then(
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
    const idle = this.#users.isEmpty;
    const kept = await this.#options.unitOfWork.write(async transaction => {
      const isSameLog = (await readBounds(transaction)).epoch === this.#epoch;
      if (!idle) return (await renewLease(transaction, nodeId)) && isSameLog;
      await removeNode(transaction, nodeId);
      return false;
    });
    if (!kept) this.#enterAnew();
  }

  /** The users have to be written again, under a new id. What stands under the former one goes when its lease is over. */
  #enterAnew(): void {
    if (this.#nodeId !== undefined) this.#formerIds.push(this.#nodeId);
    this.#nodeId = undefined;
    this.#users.noteAllAnew();
    this.#flushSoon();
  }

  async #writeNotes(): Promise<void> {
    for (let due = this.#users.due(CHUNK); due; due = this.#users.due(CHUNK)) await this.#write(due);
  }

  async #write(due: DueNotes): Promise<void> {
    const { movement } = due;
    const written = await this.#options.unitOfWork.write(async transaction => {
      let nodeId = this.#nodeId;
      let epoch = this.#epoch;
      if (nodeId === undefined && movement.came.length > 0) {
        nodeId = await registerNode(transaction);
        epoch = (await readBounds(transaction)).epoch;
      } else if (nodeId !== undefined && !(await renewLease(transaction, nodeId))) return undefined;
      return { nodeId, epoch, missing: await moveUsers(transaction, nodeId ?? '', movement) };
    });
    if (!written) {
      this.#enterAnew();
      return;
    }
    this.#nodeId = written.nodeId;
    this.#epoch = written.epoch;
    this.#users.written(due, written.missing);
    this.#flushSoon();
    this.#options.onWritten();
  }
}
