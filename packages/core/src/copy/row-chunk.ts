import type { CopiedTable } from './copied-table.js';

/** The cells of a row in the order of the table's columns, each as text. */
export type Row = readonly (string | null)[];

/** The cells of a primary key, in its order. */
export type Key = readonly string[];

/** A stretch of a table: behind `after`, up to and with `upTo`; where one is absent it has no end on that side. */
export interface KeyRange {
  readonly after?: Key;
  readonly upTo?: Key;
}

/** Neighbouring rows of a table, in the order of its primary key. */
export class RowChunk {
  readonly rows: readonly Row[];
  /** Each row as one text that is the same for all rows that mean the same. */
  readonly lines: readonly string[];
  readonly #keyCells: readonly number[];

  constructor(table: CopiedTable, rows: readonly Row[]) {
    this.#keyCells = table.key.map(column => table.columns.indexOf(column));
    this.rows = rows;
    this.lines = rows.map(row => lineOf(table, row));
  }

  /** The key of the last row; undefined for no rows. */
  get lastKey(): Key | undefined {
    const last = this.rows.at(-1);
    return last && this.keyOf(last);
  }

  keyOf(row: Row): Key {
    return this.#keyCells.map(index => row[index] ?? '');
  }

  equals(other: RowChunk): boolean {
    return (
      this.lines.length === other.lines.length &&
      this.lines.every((line, index) => line === other.lines[index])
    );
  }

  /** The rows that the other chunk does not have as they are here. */
  missingIn(other: RowChunk): Row[] {
    const known = new Set(other.lines);
    return this.rows.filter((_, index) => !known.has(this.lines[index] ?? ''));
  }
}

function lineOf(table: CopiedTable, row: Row): string {
  const cells = row.map((cell, index) => {
    const canonical = table.columns[index]?.kind.canonical;
    return cell === null || !canonical ? cell : canonical(cell);
  });
  return JSON.stringify(cells);
}
