import type { DirectoryMeter } from './instruments.js';
import type { PostgresConnections } from './postgres-connections.js';
import { type PrimaryPosition, PrimaryPositions } from './primary-position.js';
import type { ReadLane } from './read-lane.js';
import { Replica } from './replica.js';
import type { Transaction, UnitOfWorkOptions } from './unit-of-work.js';

/** The error codes of a server that only looks like PostgreSQL, and does not say how far it is. */
const CANNOT_SAY = /^(42|0A)/;

/** How long nobody asks such a server again. */
const REST_MS = 60_000;

/** What the replicas of a unit of work are used with. */
export interface ReplicasOptions {
  primary: PostgresConnections;
  openReplica: (url: string) => Promise<PostgresConnections>;
  /** Finds out whether a server answers at all. It never throws. */
  answers: (url: string) => Promise<boolean>;
  /** Hears why a replica is not used. */
  onError: UnitOfWorkOptions['onError'];
  meter?: DirectoryMeter | undefined;
}

/** A read that the replicas did not serve, and how long it had run with one of them. */
export interface LeftToPrimary {
  ranMs: number;
}

/** The replicas that serve reads. A read that they cannot serve as the primary would is left to the primary. */
export class Replicas {
  readonly #all: readonly Replica[];
  readonly #onTrouble: (error: Error) => void;
  readonly #meter: DirectoryMeter | undefined;
  readonly #positions: PrimaryPositions;
  #turn = 0;
  #restsUntil = 0;

  /** @param urls one server each. They are opened when they are needed, or with `open`. */
  constructor(urls: readonly string[], { primary, openReplica, answers, onError, meter }: ReplicasOptions) {
    this.#onTrouble = error => onError?.(error, 'reading from a replica');
    this.#meter = meter;
    this.#positions = new PrimaryPositions(text => primary.ask(text));
    this.#all = urls.map(
      url =>
        new Replica({
          host: new URL(url).host,
          open: () => openReplica(url),
          answers: () => answers(url),
          onTrouble: this.#onTrouble,
        }),
    );
  }

  /** How many serve reads, and how many are left alone for now. */
  get state(): { serving: number; away: number } {
    const serving = this.#all.filter(({ serves }) => serves).length;
    return { serving, away: this.#all.length - serving };
  }

  /** Opens the connections of all. It never throws. */
  async open(): Promise<void> {
    await Promise.all(this.#all.map(one => one.open()));
  }

  /**
   * Serves a read with all that was acknowledged before this call.
   * @throws what the read throws.
   */
  async read<Result>(
    work: (transaction: Transaction) => Promise<Result>,
    lane: ReadLane,
  ): Promise<{ result: Result } | LeftToPrimary> {
    const replica = this.#take();
    if (!replica) {
      this.#meter?.readsAtReplica('skipped');
      return { ranMs: 0 };
    }
    const read = await replica.read(work, { lane, position: () => this.#position() });
    this.#meter?.readsAtReplica('result' in read ? 'served' : read.why);
    return read;
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map(one => one.close()));
  }

  /** The one with the least to do. Those that have equally much get their turns. */
  #take(): Replica | undefined {
    if (performance.now() < this.#restsUntil) return undefined;
    const from = this.#turn++ % this.#all.length;
    const inTurn = [...this.#all.slice(from), ...this.#all.slice(0, from)];
    return inTurn.sort((a, b) => a.load - b.load).find(one => one.tryTake());
  }

  /** How far the primary is. Where that cannot be found out, the primary has to serve the read, or say what is wrong. */
  async #position(): Promise<PrimaryPosition | undefined> {
    try {
      return await this.#positions.now();
    } catch (error) {
      if (!CANNOT_SAY.test(String((error as { code?: unknown }).code))) return undefined;
      this.#restsUntil = performance.now() + REST_MS;
      const message =
        'the primary does not say how far it is, so no replica is used: both have to be PostgreSQL itself';
      this.#onTrouble(new Error(message, { cause: error }));
      return undefined;
    }
  }
}
