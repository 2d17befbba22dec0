import type { CopiedTable } from './copied-table.js';
import type { CopyTarget } from './copy-target.js';
import { refusedRow } from './refused-row.js';
import type { RowChunk } from './row-chunk.js';

/** Whether another row has the unique value that a row was to have. */
export function isTaken(error: unknown): boolean {
  return sqlState(error) === '23505';
}

/** Whether PostgreSQL does not take what a row says: a NUL in a text, a number out of range, nothing where something must be. */
export function isOfTheData(error: unknown): error is Error {
  return /^2[23]/.test(sqlState(error)) && !isTaken(error);
}

/** @returns the error that names the first of these rows that PostgreSQL does not take; the cause when it takes each. */
export async function nameTheRow(
  { target, table, chunk }: { target: CopyTarget; table: CopiedTable; chunk: RowChunk },
  cause: unknown,
): Promise<unknown> {
  for (const row of chunk.rows) {
    try {
      await target.write(() => target.upsert(table, [row]));
    } catch (error) {
      if (isOfTheData(error))
        return refusedRow({ table: table.name, key: chunk.keyOf(row), reason: error.message });
    }
  }
  return cause;
}

/** The code of an error of PostgreSQL (postgresql.org/docs/current/errcodes-appendix.html). */
function sqlState(error: unknown): string {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: { code?: unknown } };
  return String(driverError?.code ?? code ?? '');
}
