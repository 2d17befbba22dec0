import sql, { raw } from 'sql-template-tag';
import { insertRows, type Table } from './table.js';
import type { Transaction } from './unit-of-work.js';

/** A counter: one row, whose column holds the last number that was given. */
export interface Counter {
  table: string;
  id: number;
  column: string;
}

/**
 * Takes the next numbers from a counter and inserts rows that carry them, in their order. The counter stays locked until the
 * commit. Where statements may hold others, it is one statement, so that those who wait for the counter wait less.
 * @param number the column of the rows that gets the number.
 * @returns the first number, and the row of the counter as it is then.
 */
export async function insertNumbered<Row extends object, Numbered extends keyof Row & string>(
  transaction: Transaction,
  { counter, table, number }: { counter: Counter; table: Table<Row>; number: Numbered },
  rows: readonly Omit<Row, Numbered>[],
): Promise<{ first: number; counter: Record<string, unknown> }> {
  const { dialect } = transaction;
  const bump = sql`UPDATE ${raw(counter.table)} SET ${raw(counter.column)} = ${raw(counter.column)} + ${rows.length}
    WHERE id = ${counter.id} RETURNING *`;
  if (!dialect.writesWithin) {
    const [bumped = {}] = await transaction.query(bump);
    const first = Number(bumped[counter.column]) - rows.length + 1;
    const numbered = rows.map((row, place) => ({ ...row, [number]: first + place }) as unknown as Row);
    await insertRows(transaction, table, numbered);
    return { first, counter: bumped };
  }
  const encoded = rows.map((row, place) =>
    table.encode({ ...row, [number]: place + 1 } as unknown as Row, dialect),
  );
  const { expressions, source } = dialect.rowsFromJson(table.columns);
  const names = table.columns.map(({ name }) => name);
  const taken = names.map(name =>
    name === number ? `bumped.${counter.column} - ${rows.length} + given_rows.${name}` : `given_rows.${name}`,
  );
  const [bumped = {}] = await transaction.query(
    sql`WITH bumped AS (${bump}), given_rows(${raw(names.join(', '))}) AS (SELECT ${expressions} FROM ${source(JSON.stringify(encoded))}),
      inserted AS (INSERT INTO ${raw(table.name)} (${raw(names.join(', '))}) SELECT ${raw(taken.join(', '))} FROM given_rows, bumped)
      SELECT * FROM bumped`,
  );
  return { first: Number(bumped[counter.column]) - rows.length + 1, counter: bumped };
}
