import { createHash, type Hash } from 'node:crypto';
import { RollcallError } from '@rollcall/protocol';
import type { Row } from '../rows/row.js';
import type { Checkpoint } from './checkpoint.js';

/** A point between two rows, and everything before it. */
export interface Mark {
  /** The last line before it. */
  line: number;
  rows: number;
  /** A hash of all rows before it. */
  fingerprint: string;
}

const ROWS_BETWEEN_MARKS = 100;

/**
 * Counts and hashes the rows of an input in their order. It remembers points from which an import can resume: the last
 * one where all rows were settled, and every hundredth row after it.
 */
export class LeadingRows {
  readonly #hash: Hash = createHash('sha256');
  #line = 0;
  #count = 0;
  #endOffset = 0;
  #marks: Mark[] = [this.#here()];

  /** How many rows were added. */
  get count(): number {
    return this.#count;
  }

  /** The position in the input after the last of them, in bytes. */
  get endOffset(): number {
    return this.#endOffset;
  }

  /** Adds the next row. */
  add(row: Row): void {
    // With its length in front, two rows never hash like one.
    this.#hash.update(`${row.bytes.length}:`).update(row.bytes);
    this.#line = row.lastLine;
    this.#endOffset = row.endOffset;
    this.#count++;
    if (this.#count % ROWS_BETWEEN_MARKS === 0) this.#marks.push(this.#here());
  }

  /** Marks every row so far as settled, and returns this point. */
  settle(): Mark {
    const mark = this.#here();
    this.#marks = [mark];
    return mark;
  }

  /** The last known point before a line. */
  lastBefore(line: number): Mark {
    return this.#marks.findLast(mark => mark.line < line) ?? (this.#marks[0] as Mark);
  }

  #here(): Mark {
    return { line: this.#line, rows: this.#count, fingerprint: this.#hash.copy().digest('hex') };
  }
}

/**
 * Skips the rows that an earlier import has settled. Nothing is sent for them. Later rows may have changed since.
 * @throws RollcallError `INPUT_INVALID` when the rows are not the ones that were imported.
 */
export async function skipLeading(
  rows: AsyncIterator<Row>,
  leading: LeadingRows,
  checkpoint: Checkpoint,
): Promise<void> {
  while (leading.count < checkpoint.rows) {
    const next = await rows.next();
    if (next.done) break;
    leading.add(next.value);
  }
  const { fingerprint } = leading.settle();
  if (fingerprint === checkpoint.fingerprint) return;
  throw new RollcallError(
    'INPUT_INVALID',
    `the first ${checkpoint.rows} rows of the input are not those that were imported before; import without --resume`,
  );
}
