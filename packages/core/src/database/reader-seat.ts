import type { SqliteReader } from './sqlite-reader.js';

/**
 * A place for a reader. The reader is opened when it is first used, and again after it was given up; the next one can be
 * prepared before it is needed, so that nobody waits for it to open.
 */
export class ReaderSeat {
  readonly #open: () => Promise<SqliteReader>;
  #reader: SqliteReader | undefined;
  #next: Promise<SqliteReader> | undefined;
  #retired = false;

  constructor(open: () => Promise<SqliteReader>) {
    this.#open = open;
  }

  /** The reader, if it is open. */
  get opened(): SqliteReader | undefined {
    return this.#reader;
  }

  /** The reader, which is opened if it has to be. */
  async take(): Promise<SqliteReader> {
    if (!this.#reader) {
      const next = this.#next ?? this.#open();
      this.#next = undefined;
      this.#reader = await next;
    }
    return this.#reader;
  }

  /** Opens the next reader ahead of time, unless that has been done. If that fails, it is opened when it is taken. */
  prepare(): void {
    if (this.#retired || this.#next) return;
    const next = this.#open();
    this.#next = next;
    next.catch(() => {
      if (this.#next === next) this.#next = undefined;
    });
  }

  /** Opens a reader if the seat has none. It never throws: the next `take` tries again. */
  async fill(): Promise<void> {
    if (!this.#retired) await this.take().catch(() => undefined);
  }

  /** Closes the reader; the next one takes its place. It never throws. */
  async giveUp(): Promise<void> {
    const reader = this.#reader;
    this.#reader = undefined;
    await closeQuietly(reader);
  }

  /** Opens nothing ahead of time any more. */
  retire(): void {
    this.#retired = true;
  }

  /** Closes what is open. It never throws. */
  async close(): Promise<void> {
    this.retire();
    await this.giveUp();
    await closeQuietly(await this.#next?.catch(() => undefined));
  }
}

/** A reader that cannot even be closed holds nothing that was acknowledged. */
async function closeQuietly(reader: SqliteReader | undefined): Promise<void> {
  await reader?.close().catch(() => undefined);
}
