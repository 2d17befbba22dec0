import { RollcallError } from '@rollcall/protocol';
import type { CopiedTable } from './copied-table.js';
import type { CopyTarget } from './copy-target.js';
import { describeKey } from './describe-range.js';
import { RowChunk, type StoredRow } from './row-chunk.js';

/** Whether another row has the unique value that a row was to have. */
export function isTaken(error: unknown): boolean {
  return sqlState(error) === '23505';
}

/** Whether PostgreSQL does not take what a row says: a NUL in a text, a number out of range, nothing where something must be. */
export function isOfTheData(error: unknown): boolean {
  return /^2[23]/.test(sqlState(error)) && !isTaken(error);
}

/** Finds the first of these rows that PostgreSQL does not take, and makes the error that names it. */
export async function nameTheRow(
  { target, table, rows }: { target: CopyTarget; table: CopiedTable; rows: readonly StoredRow[] },
  cause: unknown,
): Promise<RollcallError> {
  const chunk = new RowChunk(table, rows);
  for (const row of rows) {
    try {
      await target.write(() => target.upsert(table, [row]));
    } catch (error) {
      if (isOfTheData(error)) return refusedRow(table, describeKey(chunk.keyOf(row)), error);
    }
  }
  return refusedRow(table, 'of a row that could not be found', cause);
}

/** The code of an error of PostgreSQL (postgresql.org/docs/current/errcodes-appendix.html). */
function sqlState(error: unknown): string {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: { code?: unknown } };
  return String(driverError?.code ?? code ?? '');
}

function refusedRow(table: CopiedTable, key: string, cause: unknown): RollcallError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RollcallError(
    'INPUT_INVALID',
    `PostgreSQL does not take the row of the table "${table.name}" with the key ${key}: ${reason}; mend it in the source and run the copy again`,
    { cause, field: 'from' },
  );
}
