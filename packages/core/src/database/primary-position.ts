/** How far the primary has come at one moment: everything that was acknowledged before is up to there. */
export interface PrimaryPosition {
  /** The epoch of the event log, which another history of the database does not have, and its last position. */
  epoch: string;
  seq: string;
  /** The end of what the primary has written to its own log. */
  lsn: string;
}

const WHERE_IT_IS =
  'SELECT epoch, last_seq::text AS seq, pg_current_wal_flush_lsn()::text AS lsn FROM event_stream WHERE id = 1';

/**
 * Asks the primary how far it has come. One question is under way at a time, however many want to know. Those who come
 * meanwhile share the next one, since the answer of the present one may lack what was acknowledged before they came.
 */
export class PrimaryPositions {
  readonly #ask: (text: string) => Promise<Record<string, unknown>[]>;
  #present: Promise<unknown> | undefined;
  #next: Promise<PrimaryPosition> | undefined;

  /** @param ask runs a statement at the primary. */
  constructor(ask: (text: string) => Promise<Record<string, unknown>[]>) {
    this.#ask = ask;
  }

  /** How far the primary has come at some moment after this call. @throws what the primary says when it does not answer. */
  now(): Promise<PrimaryPosition> {
    this.#next ??= this.#askAfterPresent();
    return this.#next;
  }

  async #askAfterPresent(): Promise<PrimaryPosition> {
    await this.#present?.catch(() => undefined);
    const asking = this.#ask(WHERE_IT_IS);
    this.#present = asking;
    this.#next = undefined;
    const [row] = await asking;
    return row as unknown as PrimaryPosition;
  }
}
