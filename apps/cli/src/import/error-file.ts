import { closeSync, openSync, writeSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { type ErrorCode, RollcallError, type UpsertUserInput } from '@rollcall/protocol';
import type { CommandContext } from '../context.js';
import { countOf, terminalText } from '../output/terminal-text.js';
import type { Input } from '../rows/input.js';

const OWNER_ONLY = 0o600;

/** A row that was not stored, and why: an entry of the error file. */
export interface FailedRow {
  /** The line of the input that the row begins on, from 1. */
  row: number;
  id?: string;
  name?: string;
  code: ErrorCode;
  message: string;
  /** The field that is wrong, as a dotted path. */
  field?: string;
  /** The user as it was read; absent when the row could not be read. */
  user?: UpsertUserInput;
}

/** Describes a failed row. The id and name of the input can be of any type; only text is repeated. */
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
 * The error file of an input: the one that was asked for, or else one beside the input.
 * @throws RollcallError `INPUT_INVALID` when it would overwrite the input.
 */
export function errorFileOf(
  input: Pick<Input, 'path'>,
  asked: string | undefined,
  { directory }: Pick<CommandContext, 'directory'>,
): ErrorFile {
  if (!asked) return new ErrorFile(`${input.path ?? resolve(directory, 'standard-input')}.errors.ndjson`);
  const path = resolve(directory, asked);
  if (path !== input.path) return new ErrorFile(path);
  throw new RollcallError('INPUT_INVALID', 'errors: the error file would overwrite the input');
}

/** How results name the error file: from the folder in which the command runs. */
export function errorFileName(path: string, { directory }: Pick<CommandContext, 'directory'>): string {
  return relative(directory, path);
}

/** Says how many rows failed, and where they are listed. */
export function failedRowsText(failedRows: number, errorFile: string): string {
  return `${countOf(failedRows, 'row')} failed; ${terminalText(errorFile)} lists them with the reasons`;
}

/**
 * The file that lists the rows that were not stored, one JSON object a line. The first entry creates the file. Each
 * entry is written at once, so that it stays when the process dies. Only its owner can read it: it repeats people's data.
 */
export class ErrorFile {
  readonly path: string;
  #descriptor: number | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Removes the entries of an earlier import. When that import resumes, the entries up to `keepToLine` stay, because
   * their rows are not tried again. Later rows are, and would be listed twice.
   */
  async prepare(options: { keepToLine: number }): Promise<void> {
    if (options.keepToLine === 0) return rm(this.path, { force: true });
    const entries = await readFile(this.path, 'utf8').catch(() => '');
    const kept = entries.split('\n').filter(entry => rowOf(entry) <= options.keepToLine);
    if (kept.length === 0) return rm(this.path, { force: true });
    await rm(`${this.path}.new`, { force: true });
    await writeFile(`${this.path}.new`, `${kept.join('\n')}\n`, { mode: OWNER_ONLY });
    await rename(`${this.path}.new`, this.path);
  }

  add(failed: FailedRow): void {
    this.#descriptor ??= openSync(this.path, 'a', OWNER_ONLY);
    writeSync(this.#descriptor, `${JSON.stringify(failed)}\n`);
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

/** The row of an entry; infinity for an entry that was cut off when the process died. */
function rowOf(entry: string): number {
  try {
    const { row } = JSON.parse(entry) as { row?: unknown };
    return typeof row === 'number' ? row : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
