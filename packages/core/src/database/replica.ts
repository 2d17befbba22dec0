import { setTimeout as sleep } from 'node:timers/promises';
import { RollcallError } from '@rollcall/protocol';
import type { QueryRunner } from 'typeorm';
import type { ReplicaOutcome } from './instruments.js';
import type { Client } from './late-transaction.js';
import { isLost, type PostgresConnections } from './postgres-connections.js';
import type { PrimaryPosition } from './primary-position.js';
import { isCallerGone } from './query-deadline.js';
import type { ReadLane } from './read-lane.js';
import { ReplicaPulse } from './replica-pulse.js';
import { classifyStorageError, isPoolBusy } from './storage-error.js';
import type { Transaction } from './unit-of-work.js';

/** How long a read waits for a replica that has not come as far as the primary. */
const MAX_LAG_MS = 100;

/** How long a replica has to say how far it is. One that is paused must not hold up those who read. */
const ANSWER_MS = 1000;

/** How long nobody asks a replica that was behind, and one that has failed. */
const REST_BEHIND_MS = 1000;
const REST_FAILED_MS = 5000;

/** The same trouble of a replica is told once in this time. */
const TELL_EVERY_MS = 60_000;

/** Why a replica did not serve a read, and how long the read had run there, unless that was spent on a server that was gone. */
export interface NotServed {
  why: Exclude<ReplicaOutcome, 'served'>;
  ranMs: number;
}

/** How a replica serves a read. */
export interface ReplicaRead {
  lane: ReadLane;
  /** How far the primary is when it is asked; undefined when it does not say. */
  position(): Promise<PrimaryPosition | undefined>;
}

/** What a replica is opened with. */
export interface ReplicaOptions {
  /** Its host and port, for those who are told of it. */
  host: string;
  open: () => Promise<PostgresConnections>;
  /** Finds out whether the server answers at all. It never throws. */
  answers: () => Promise<boolean>;
  /** Hears, now and then, that it is not used and why. */
  onTrouble: (error: Error) => void;
}

/** The replica cannot serve this read as the primary would. */
class NotHere extends Error {
  constructor(
    message: string,
    readonly why: NotServed['why'],
  ) {
    super(message);
  }
}

/**
 * One standby of PostgreSQL that serves reads. A read sees all that was acknowledged before it was asked for, as it would at the
 * primary: the replica is asked first whether it has come that far, on the connection that then reads.
 *
 * One that is behind, or fails, is left alone for a while. Then one read finds out whether it is good again.
 */
export class Replica {
  readonly #options: ReplicaOptions;
  readonly #pulse: ReplicaPulse;
  #connections: PostgresConnections | undefined;
  #opening: Promise<void> | undefined;
  #isClosed = false;
  #restsUntil = 0;
  #isInTrouble = false;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(options: ReplicaOptions) {
    this.#options = options;
    this.#pulse = new ReplicaPulse({
      answers: options.answers,
      onSilence: error => this.#rest(error, 'failed'),
    });
  }

  /** Whether the last read that was tried here was served. */
  get serves(): boolean {
    return this.#connections !== undefined && !this.#isInTrouble;
  }

  /** How many queries run and wait here. */
  get load(): number {
    const query = this.#connections?.state.lanes.query;
    return query ? query.busy + query.waiting : 0;
  }

  /** Opens its connections, where that is yet to be done. It never throws. */
  async open(): Promise<void> {
    if (this.#connections || this.#isClosed) return;
    this.#opening ??= this.#open();
    await this.#opening;
  }

  /** Whether a read may be tried here now. Of those who ask a replica that was in trouble, one may. */
  tryTake(): boolean {
    const now = performance.now();
    if (now < this.#restsUntil) return false;
    if (!this.#connections) {
      void this.open();
      return false;
    }
    if (this.#isInTrouble) this.#restsUntil = now + REST_FAILED_MS;
    return true;
  }

  /**
   * Serves a read with all that the primary had when it began. It follows on `tryTake` at once. What fails here may be asked
   * again elsewhere.
   * @throws what the read throws that is not of the replica, such as `QUERY_TOO_EXPENSIVE`.
   */
  async read<Result>(
    work: (transaction: Transaction) => Promise<Result>,
    { lane, position }: ReplicaRead,
  ): Promise<{ result: Result } | NotServed> {
    let beganAt: number | undefined;
    let unwatch: (() => void) | undefined;
    const timed = (transaction: Transaction) => {
      beganAt = performance.now();
      return work(transaction);
    };
    const isTrial = this.#isInTrouble;
    // Those who wait while another one finds out that something is wrong need not find it out again.
    const atTurn = () => {
      if (performance.now() < this.#restsUntil && !isTrial) throw new NotHere('it is left alone', 'skipped');
    };
    // The primary is asked when all waiting is over: what was erased meanwhile must not be read any more.
    const at = async (connection: QueryRunner) => {
      atTurn();
      unwatch = this.#pulse.watch(connection);
      const here = await position();
      if (!here) throw new NotHere('the primary does not say how far it is', 'skipped');
      await reach(connection, here);
      if (isTrial) this.#recover();
    };
    const connections = this.#connections as PostgresConnections;
    try {
      return { result: await connections.read(timed, lane, { atTurn, at }) };
    } catch (error) {
      const why = this.#whyNot(error, beganAt !== undefined);
      if (why === undefined) throw error;
      const isOver = beganAt === undefined || isLost(error);
      return { why, ranMs: isOver ? 0 : performance.now() - (beganAt as number) };
    } finally {
      unwatch?.();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#opening;
    await this.#connections?.close();
  }

  /** Why a read was not served, after a failure; undefined when that is not of the replica. It is left alone, if it should be. */
  #whyNot(error: unknown, hasBegun: boolean): NotServed['why'] | undefined {
    // It has too much to do, which the primary need not have.
    if (isPoolBusy(error)) return 'skipped';
    // A broken connection may come as an error of ours, with its cause.
    if (error instanceof RollcallError && !isLost(error))
      return hasBegun || isCallerGone(error) ? undefined : 'skipped';
    const why = error instanceof NotHere ? error.why : 'failed';
    // Before the read began, only the replica can be wrong. A statement that the standby had to end, since it was in the way of
    // what it receives, says nothing of the next one.
    const isWrong =
      error instanceof NotHere || isLost(error) || (!hasBegun && classifyStorageError(error) === 'fault');
    if (why !== 'skipped' && isWrong) this.#rest(error as Error, why);
    return why;
  }

  #recover(): void {
    this.#isInTrouble = false;
    this.#restsUntil = 0;
  }

  async #open(): Promise<void> {
    try {
      const connections = await this.#options.open();
      if (this.#isClosed) await connections.close();
      else this.#connections = connections;
    } catch (error) {
      this.#rest(error as Error, 'failed');
    } finally {
      this.#opening = undefined;
    }
  }

  #rest(error: Error, why: NotServed['why']): void {
    const now = performance.now();
    this.#isInTrouble = true;
    this.#restsUntil = now + (why === 'behind' ? REST_BEHIND_MS : REST_FAILED_MS);
    if (this.#isClosed || now - this.#toldAt < TELL_EVERY_MS) return;
    this.#toldAt = now;
    const message = `the replica ${this.#options.host} is not used for now, and the primary serves what it would have: ${error.message}`;
    this.#options.onTrouble(new Error(message, { cause: error }));
  }
}

/** Waits until a replica has come as far as a position of the primary. @throws NotHere when that takes too long, or will not be. */
async function reach(connection: QueryRunner, { epoch, seq, lsn }: PrimaryPosition): Promise<void> {
  const client = (await connection.connect()) as Client;
  // The snapshot of a statement is older than what its functions say, so what is asked for is looked up before the read begins.
  const question = {
    text: `SELECT pg_is_in_recovery() AS standby, epoch = $1 AS same, epoch = $1 AND last_seq >= $2::bigint
             AND coalesce(pg_last_wal_replay_lsn() >= $3::pg_lsn, false) AS here FROM event_stream WHERE id = 1`,
    values: [epoch, seq, lsn],
    query_timeout: ANSWER_MS,
  };
  const deadline = performance.now() + MAX_LAG_MS;
  for (let waitMs = 1; ; waitMs *= 2) {
    const [row] = (await client.query(question)).rows;
    if (row && !row.standby) {
      throw new NotHere(
        'it is no standby (any more); name standbys in ROLLCALL_DATABASE_READ_URLS',
        'failed',
      );
    }
    if (row?.here) return;
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) {
      const message = row?.same
        ? `it is more than ${MAX_LAG_MS} ms behind`
        : 'it is behind, or follows another primary';
      throw new NotHere(message, 'behind');
    }
    await sleep(Math.min(waitMs, leftMs));
  }
}
