import { type PostgresPair, startPostgresPair } from '@rollcall/testing';
import sql from 'sql-template-tag';
import { type PostgresAddress, parseDatabaseUrl } from '../../src/database/database-address.js';
import type { DirectoryMeter, ReplicaOutcome } from '../../src/database/instruments.js';
import { type Database, openDatabase } from '../../src/database/open-database.js';
import type { ReadLane } from '../../src/database/read-lane.js';
import { writeLog } from '../../src/events/stored-log.js';
import { type Forward, forwardTo } from './forward.js';

/** The connections that a process keeps open to each server. */
export const POOL_SIZE = 4;

/** Who hears of what became of reads, and of trouble. */
interface Heard {
  instruments: { meter: DirectoryMeter };
  onError: (error: unknown) => void;
}

/** A primary with a replica, for all tests of a file, and what each test opens and hears. */
export class ReplicaFixture {
  readonly pair: PostgresPair;
  /** What became of the reads of this test, in their order. */
  outcomes: ReplicaOutcome[] = [];
  /** What the operator was told in this test. */
  told: string[] = [];
  heard: Heard = this.#listen();
  readonly #opened: { close(): Promise<void> }[] = [];

  private constructor(pair: PostgresPair) {
    this.pair = pair;
  }

  static async start(): Promise<ReplicaFixture> {
    return new ReplicaFixture(await startPostgresPair({ synchronous: false }));
  }

  /** Before each test. What a test before left under way tells nobody of this one. */
  begin(): void {
    this.outcomes = [];
    this.told = [];
    this.heard = this.#listen();
  }

  /** After each test: closes what it has opened, and lets the replica go on. */
  async end(): Promise<void> {
    for (const one of this.#opened.splice(0).reverse()) await one.close();
    await this.resume();
  }

  /** Closes something after the test. */
  keep<One extends { close(): Promise<void> }>(one: One): One {
    this.#opened.push(one);
    return one;
  }

  /** Leaves it to the test to close something. */
  leave(one: { close(): Promise<void> }): void {
    this.#opened.splice(this.#opened.indexOf(one), 1);
  }

  /** Opens the database with replicas, by default the one that there is. */
  async open(
    readUrls: readonly string[] = [this.pair.standbyUrl],
    url = this.pair.primaryUrl,
  ): Promise<Database> {
    const address = { ...(parseDatabaseUrl(url) as PostgresAddress), poolSize: POOL_SIZE, readUrls };
    const database = this.keep(await openDatabase(address, this.heard, writeLog));
    await database.unitOfWork.warmUp();
    return database;
  }

  /** A way to a server that can be cut, by default to the replica. */
  async wayTo(url = this.pair.standbyUrl, options?: { open: boolean }): Promise<Forward & { url: string }> {
    const forward = this.keep(await forwardTo(url, options));
    return Object.assign(forward, {
      url: Object.assign(new URL(url), { port: String(forward.port) }).href,
    });
  }

  /** The replica receives, and shows nothing new. */
  async pause(): Promise<void> {
    await this.pair.queryStandby('SELECT pg_wal_replay_pause()');
  }

  async resume(): Promise<void> {
    await this.pair.queryStandby('SELECT pg_wal_replay_resume()');
  }

  #listen(): Heard {
    const { outcomes, told } = this;
    const none = () => undefined;
    const meter = { reads: none, wrote: none, writesAgain: none, stoppedQuery: none, logged: none };
    const readsAtReplica = (outcome: ReplicaOutcome) => void outcomes.push(outcome);
    return {
      instruments: { meter: { ...meter, readsAtReplica } as unknown as DirectoryMeter },
      onError: error => void told.push((error as Error).message),
    };
  }
}

/** Which server serves a read. */
export function serverOf({ unitOfWork }: Database, lane?: ReadLane): Promise<'replica' | 'primary'> {
  return unitOfWork.read(async transaction => {
    const [row] = await transaction.query(sql`SELECT pg_is_in_recovery() AS replica`);
    return row?.replica ? 'replica' : 'primary';
  }, lane);
}

/** Whether PostgreSQL is among the engines that are tested. */
export const TESTS_POSTGRES = process.env.ROLLCALL_TEST_ENGINES?.split(',').includes('postgres') !== false;
