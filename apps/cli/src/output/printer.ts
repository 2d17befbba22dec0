import { once } from 'node:events';
import type { OutputStream } from '../context.js';

/**
 * Prints results: in words on a terminal, and as one JSON value a line for a program. It waits for a slow reader, so
 * that memory stays flat.
 */
export class Printer {
  /** Whether the output goes to a person. */
  readonly human: boolean;
  readonly #stream: OutputStream;

  constructor(stream: OutputStream, options: { json?: boolean } = {}) {
    this.#stream = stream;
    this.human = stream.isTTY === true && options.json !== true;
  }

  /** Prints one line. */
  async line(text: string): Promise<void> {
    if (!this.#stream.write(`${text}\n`)) await once(this.#stream, 'drain');
  }

  /** Prints one value as JSON on one line. */
  json(value: unknown): Promise<void> {
    return this.line(JSON.stringify(value));
  }

  /** Prints a value: the lines of `describe` for a person, JSON for a program. */
  async show(value: unknown, describe: () => readonly string[]): Promise<void> {
    if (!this.human) return this.json(value);
    for (const text of describe()) await this.line(text);
  }
}
