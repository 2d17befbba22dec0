import { RollcallError } from '@rollcall/protocol';
import type { CopiedTable } from './copied-table.js';

/** The cells of a primary key, in its order. */
export type Key = readonly string[];

/** A range of a table: after `after`, up to and including `upTo`. If one is absent, the range is open on that side. */
export interface KeyRange {
  readonly after?: Key;
  readonly upTo?: Key;
}

/** A range of a table in words, for an error. */
export function describeRange({ after, upTo }: KeyRange): string {
  const from = after ? `after ${describeKey(after)}` : 'from the beginning';
  return `${from}${upTo ? ` up to ${describeKey(upTo)}` : ' to the end'}`;
}

/** The key of a row in words. */
function describeKey(key: Key): string {
  return key.map(cell => JSON.stringify(cell)).join(', ');
}

/** A row as a database returns it. */
export interface StoredRow {
  /** The cells as a JSON array, in the order of the table's columns. Each is text, or null. */
  readonly cells: string;
  /** Whether some cell can be written in more than one way. */
  readonly varied: boolean;
}

/** Neighbouring rows of a table, in the order of its primary key. */
export class RowChunk {
  readonly rows: readonly StoredRow[];
  /** Each row as a text that is the same for all rows that mean the same. */
  readonly lines: readonly string[];
  readonly #keyCells: readonly number[];

  constructor(table: CopiedTable, rows: readonly StoredRow[]) {
    this.#keyCells = table.key.map(column => table.columns.indexOf(column));
    this.rows = rows;
    this.lines = rows.map(row => this.#lineOf(table, row));
  }

  /** The key of the last row; undefined for no rows. */
  get lastKey(): Key | undefined {
    const last = this.rows.at(-1);
    return last && this.keyOf(last);
  }

  /** @throws RollcallError `INPUT_INVALID` that names the row, for a row with a text that is not JSON but should be. */
  #lineOf(table: CopiedTable, row: StoredRow): string {
    try {
      return lineOf(table, row);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw refusedRow({ table: table.name, key: this.keyOf(row), reason });
    }
  }

  keyOf({ cells }: StoredRow): Key {
    const values = JSON.parse(cells) as (string | null)[];
    return this.#keyCells.map(index => values[index] ?? '');
  }

  equals(other: RowChunk): boolean {
    return (
      this.lines.length === other.lines.length &&
      this.lines.every((line, index) => line === other.lines[index])
    );
  }

  /** The rows that the other chunk lacks or has with other content. */
  missingIn(other: RowChunk): StoredRow[] {
    const known = new Set(other.lines);
    return this.rows.filter((_, index) => !known.has(this.lines[index] ?? ''));
  }
}

/** Most rows have the same text on both sides. Parsing and writing their JSON again would take most of the time. */
function lineOf(table: CopiedTable, { cells, varied }: StoredRow): string {
  if (!varied && !cells.includes('\\')) return cells;
  const values = (JSON.parse(cells) as (string | null)[]).map((cell, index) => {
    const canonical = table.columns[index]?.kind.canonical;
    return cell === null || !canonical ? cell : canonical(cell);
  });
  return JSON.stringify(values);
}

/** The error for a row that cannot be copied as it is. What was copied before stays. */
export function refusedRow({
  table,
  key,
  reason,
}: {
  table: string;
  key: Key;
  reason: string;
}): RollcallError {
  return new RollcallError(
    'INPUT_INVALID',
    `PostgreSQL refuses the row of the table "${table}" with the key ${describeKey(key)}: ${reason}; correct it in the source and run the copy again`,
    { field: 'from' },
  );
}
