import type { QueryRunner } from 'typeorm';
import type { Statement } from './unit-of-work.js';

/** A connection of the driver, as far as it is used without TypeORM. */
export interface Client {
  /** Of the process that serves it. */
  processID: number;
  query(statement: string): Promise<{ command: string }>;
  query(statement: {
    text: string;
    values: unknown[];
    query_timeout: number;
  }): Promise<{ rows: Record<string, unknown>[] }>;
}

/**
 * A transaction that begins with its first statement. If that has no parameters, both are one message, so the transaction
 * waits for the network once less.
 */
export class LateTransaction {
  readonly connection: QueryRunner;
  readonly #begin: string;
  #beginning: Promise<unknown> | undefined;

  constructor(connection: QueryRunner, begin: string) {
    this.connection = connection;
    this.#begin = begin;
  }

  get hasBegun(): boolean {
    return this.#beginning !== undefined;
  }

  /** Begins at once, unless it has begun. */
  async begin(): Promise<void> {
    this.#beginning ??= this.connection.query(this.#begin);
    await this.#beginning;
  }

  async query({ text, values }: Statement): Promise<Record<string, unknown>[]> {
    if (!this.#beginning && values.length === 0) {
      const answers = this.#sendWithBegin(text);
      this.#beginning = answers;
      return (await answers).at(-1)?.rows ?? [];
    }
    await this.begin();
    return (await this.connection.query(text, values, true)).records;
  }

  async #sendWithBegin(text: string): Promise<Answer[]> {
    const client = (await this.connection.connect()) as Client;
    return client.query(`${this.#begin}; ${text}`) as unknown as Promise<Answer[]>;
  }
}

/** What the driver answers for each statement of a message. */
interface Answer {
  rows: Record<string, unknown>[];
}
