import { createHash } from 'node:crypto';
import { RollcallError } from '@rollcall/protocol';
import type { CopiedTable } from './copied-table.js';
import type { CopySource } from './copy-source.js';
import type { CopyTarget } from './copy-target.js';
import { describeRange, type KeyRange, type RowChunk, refusedRow } from './row-chunk.js';

/** One pass through one table. */
export interface TablePass {
  readonly source: CopySource;
  readonly target: CopyTarget;
  readonly table: CopiedTable;
  /** Whether the source does not change any more: then the target must be the same afterwards, and is read back to check. */
  readonly last: boolean;
  readonly signal: AbortSignal;
  /** Hears how many more rows it has gone through. */
  onRows(rows: number): void;
}

/** The result of a pass. */
export interface TableCopy {
  readonly name: string;
  readonly rows: number;
  /** SHA-256 of all rows of the target in the order of their keys, in a form that is the same on all engines. */
  readonly checksum: string;
  /** Rows in chunks of the source that were different in the target. */
  readonly changed: number;
}

/**
 * Goes through a table in the order of its primary key and makes each range of the target the same as in the source. It
 * does not touch what is the same already, so a pass can be repeated, and resumed by starting again.
 * @throws RollcallError `INTERNAL` when the last pass ends with a difference; `INPUT_INVALID` for a row that PostgreSQL
 * does not take; the reason of the signal.
 */
export async function copyTable(pass: TablePass): Promise<TableCopy> {
  try {
    return await walk(pass);
  } catch (error) {
    if (!pass.last || !isTaken(error)) throw error;
    // A unique value has moved to a row that comes before its old row. Without the old rows it is free.
    await pass.target.empty(pass.table);
    return walk(pass);
  }
}

async function walk(pass: TablePass): Promise<TableCopy> {
  const { source, target, table, last, signal, onRows } = pass;
  const [given, found] = [createHash('sha256'), createHash('sha256')];
  let [rows, changed] = [0, 0];
  let range: KeyRange = {};
  let ahead = source.chunkAfter(table, undefined);
  for (;;) {
    signal.throwIfAborted();
    const chunk = await ahead;
    const upTo = chunk.lastKey;
    range = { ...(range.upTo && { after: range.upTo }), ...(upTo && { upTo }) };
    if (upTo) {
      // The next chunk is read while PostgreSQL works on this one. An error of that read shows in its turn.
      ahead = source.chunkAfter(table, upTo);
      ahead.catch(() => undefined);
    }
    const before = await target.chunkWithin(table, range, chunk.rows.length + 1);
    let after = before;
    if (!chunk.equals(before)) {
      await bringOver(pass, { range, chunk, before });
      changed += chunk.rows.length;
      if (last) after = await target.chunkWithin(table, range, chunk.rows.length + 1);
      if (last && !chunk.equals(after)) throw differs(table, describeRange(range));
    }
    if (upTo) {
      given.update(`${chunk.lines.join('\n')}\n`);
      found.update(`${after.lines.join('\n')}\n`);
    }
    rows += chunk.rows.length;
    onRows(chunk.rows.length);
    if (!upTo) break;
  }
  const checksum = found.digest('hex');
  if (last) {
    const counts = [await source.count(table), await target.count(table)];
    if (counts.some(count => count !== rows)) {
      throw differs(
        table,
        `the source has ${counts[0]} rows, the target has ${counts[1]}, and ${rows} were compared`,
      );
    }
    if (given.digest('hex') !== checksum) throw differs(table, 'the checksums differ');
  }
  return { name: table.name, rows, checksum, changed };
}

async function bringOver(
  { target, table, last }: TablePass,
  { range, chunk, before }: { range: KeyRange; chunk: RowChunk; before: RowChunk },
): Promise<void> {
  try {
    await target.write(async () => {
      if (before.rows.length > 0) await target.deleteOthers(table, range, chunk.rows);
      const missing = chunk.missingIn(before);
      if (missing.length > 0) await target.upsert(table, missing);
    });
  } catch (error) {
    // While the source changes, two ranges are of two moments. The row in the way may be gone in the next pass.
    if (isTaken(error) && !last) return;
    if (isOfTheData(error)) throw await nameTheRow({ target, table, chunk }, error);
    throw error;
  }
}

function differs(table: CopiedTable, where: string): RollcallError {
  return new RollcallError(
    'INTERNAL',
    `the table "${table.name}" is not the same on both sides: ${where}; the copy is not finished`,
  );
}

/** Whether another row already has the unique value of a row. */
function isTaken(error: unknown): boolean {
  return sqlState(error) === '23505';
}

/** Whether PostgreSQL refuses the content of a row: a NUL in a text, a number out of range, a missing value. */
function isOfTheData(error: unknown): error is Error {
  return /^2[23]/.test(sqlState(error)) && !isTaken(error);
}

/** @returns the error that names the first of these rows that PostgreSQL refuses; the cause when it accepts each row. */
async function nameTheRow(
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
