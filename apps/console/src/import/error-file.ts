import { csvLine } from '../files/csv.js';
import { ERROR_COLUMN, LINE_COLUMN } from './import-fields.js';
import type { FileFormat, FileRow } from './import-file.js';

/** What is kept together before the browser is given it: a browser can put a large blob on a disk, but no list of texts. */
const PIECE = 1_000;

/**
 * The rows that were refused, in the format of their file, each with the reason in a column or a name of its own. It is imported
 * again when they are mended: an import passes the reasons over.
 */
export class ErrorFile {
  readonly #pieces: Blob[] = [];
  #lines: string[] = [];
  readonly #format: FileFormat;

  constructor(format: FileFormat) {
    this.#format = format;
    if (format.format === 'csv') {
      const names = format.names.filter((name, at) => at > 0 || name !== ERROR_COLUMN);
      this.#lines.push(csvLine([ERROR_COLUMN, ...names], format.delimiter));
    }
  }

  add(row: FileRow, reason: string): void {
    this.#lines.push(this.#lineOf(row, reason));
    if (this.#lines.length < PIECE) return;
    this.#pieces.push(new Blob(this.#lines));
    this.#lines = [];
  }

  /** All of it so far. */
  toBlob(): Blob {
    const type = this.#format.format === 'csv' ? 'text/csv' : 'application/x-ndjson';
    return new Blob([...this.#pieces, ...this.#lines], { type });
  }

  #lineOf(row: FileRow, reason: string): string {
    const format = this.#format;
    if (format.format === 'ndjson') {
      // The reason of an earlier import gives way to the new one.
      const object = 'object' in row ? row.object : { [LINE_COLUMN]: row.text };
      return `${JSON.stringify({ ...object, [ERROR_COLUMN]: reason })}\n`;
    }
    if (!('cells' in row)) return csvLine([reason, row.text], format.delimiter);
    const again = format.names[0] === ERROR_COLUMN;
    return csvLine([reason, ...(again ? row.cells.slice(1) : row.cells)], format.delimiter);
  }
}
