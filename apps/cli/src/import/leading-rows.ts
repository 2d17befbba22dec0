import { createHash, type Hash } from 'node:crypto';
import type { Row } from '../rows/row.js';

/** A point between two rows, and everything before it. */
export interface Mark {
  /** The last line before it. */
  line: number;
  rows: number;
  /** Of the bytes of all rows before it. */
  fingerprint: string;
}

const ROWS_BETWEEN_MARKS = 100;

/**
 * Counts and fingerprints the rows of an input in their order, and remembers points from which an import can go on: one
 * every hundred rows since everything was last known to be done.
 */
export class LeadingRows {
  readonly #hash: Hash = createHash('sha256');
  #line = 0;
  #count = 0;
  #marks: Mark[] = [this.#here()];

  /** How many rows were taken. */
  get count(): number {
    return this.#count;
  }

  /** Takes the next row. */
  add(row: Row): void {
    // The length in front keeps two rows from being taken for one.
    this.#hash.update(`${row.bytes.length}:`).update(row.bytes);
    this.#line = row.lastLine;
    this.#count++;
    if (this.#count % ROWS_BETWEEN_MARKS === 0) this.#marks.push(this.#here());
  }

  /** Says that every row so far is done with, and returns this point. */
  settle(): Mark {
    const mark = this.#here();
    this.#marks = [mark];
    return mark;
  }

  /** The last point known whose rows all lie before a line. */
  lastBefore(line: number): Mark {
    return this.#marks.findLast(mark => mark.line < line) ?? (this.#marks[0] as Mark);
  }

  #here(): Mark {
    return { line: this.#line, rows: this.#count, fingerprint: this.#hash.copy().digest('hex') };
  }
}
