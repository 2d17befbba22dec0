import { closeSync, openSync, writeSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { ErrorCode, UpsertUserInput } from '@rollcall/protocol';

/** One row that was not stored, and why: an entry of the error file. */
export interface FailedRow {
  /** The line of the input that it begins on, from 1. */
  row: number;
  id?: string;
  name?: string;
  code: ErrorCode;
  message: string;
  /** What is wrong within the user, as a dotted path. */
  field?: string;
  /** As it was read; absent where it could not be read. */
  user?: UpsertUserInput;
}

/** Describes a failed row. What the input calls id and name may be anything; only text is repeated as such. */
export function failedRow(
  line: number,
  reason: { code: ErrorCode; message: string; field?: string },
  user?: UpsertUserInput,
): FailedRow {
  const { id, name }: { id?: unknown; name?: unknown } = user ?? {};
  return {
    row: line,
    ...(typeof id === 'string' && { id }),
    ...(typeof name === 'string' && { name }),
    code: reason.code,
    message: reason.message,
    ...(reason.field !== undefined && { field: reason.field }),
    ...(user && { user }),
  };
}

/**
 * The file that lists the rows that were not stored, one JSON object a line. It is made with the first of them, and
 * every entry is written at once: what was reported stays reported when the process dies.
 */
export class ErrorFile {
  readonly path: string;
  #descriptor: number | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Gets rid of what an earlier import left. When an import goes on, the entries of its leading lines stay: those rows
   * are not tried again; later ones are, and would be listed twice.
   */
  async prepare(options: { keepToLine: number }): Promise<void> {
    if (options.keepToLine === 0) return rm(this.path, { force: true });
    const entries = await readFile(this.path, 'utf8').catch(() => '');
    const kept = entries.split('\n').filter(entry => rowOf(entry) <= options.keepToLine);
    if (kept.length === 0) return rm(this.path, { force: true });
    await writeFile(`${this.path}.new`, `${kept.join('\n')}\n`);
    await rename(`${this.path}.new`, this.path);
  }

  add(failed: FailedRow): void {
    this.#descriptor ??= openSync(this.path, 'a');
    writeSync(this.#descriptor, `${JSON.stringify(failed)}\n`);
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

/** The row of an entry; an entry that was cut off by the death of the process belongs to none. */
function rowOf(entry: string): number {
  try {
    const { row } = JSON.parse(entry) as { row?: unknown };
    return typeof row === 'number' ? row : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
