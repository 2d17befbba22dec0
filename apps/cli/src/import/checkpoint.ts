import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { RollcallError } from '@rollcall/protocol';

/**
 * How far an import got: the leading lines of its input that are done with, be it stored or reported as failed. Lines
 * behind them may be stored too; importing those again changes nothing.
 */
export interface Checkpoint {
  version: 1;
  /** The last of the leading lines. */
  line: number;
  /** Rows on them. */
  rows: number;
  /** Of these, rows that failed. */
  failed: number;
  /** Of the bytes of these rows: they have to be the same when the import goes on; what follows may have been mended. */
  fingerprint: string;
}

/** Where the checkpoint of an input is kept. */
export function checkpointFileOf(inputFile: string): string {
  return `${inputFile}.rollcall-import.json`;
}

/**
 * Reads a checkpoint; undefined when there is none.
 * @throws RollcallError `INPUT_INVALID` when the file is not one.
 */
export async function readCheckpoint(file: string): Promise<Checkpoint | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const checkpoint = parseCheckpoint(text);
  if (checkpoint) return checkpoint;
  throw new RollcallError(
    'INPUT_INVALID',
    `${file} is no checkpoint of an import; delete it and start again`,
  );
}

function parseCheckpoint(text: string): Checkpoint | undefined {
  let value: Partial<Checkpoint> | null;
  try {
    value = JSON.parse(text) as Partial<Checkpoint> | null;
  } catch {
    return undefined;
  }
  const counts = [value?.line, value?.rows, value?.failed];
  const sound =
    value?.version === 1 &&
    typeof value.fingerprint === 'string' &&
    counts.every(count => Number.isSafeInteger(count) && (count as number) >= 0);
  return sound ? (value as Checkpoint) : undefined;
}

/** Writes a checkpoint so that a reader finds the one before or this one, whole, whenever the process dies. */
export async function writeCheckpoint(file: string, checkpoint: Checkpoint): Promise<void> {
  const unfinished = `${file}.new`;
  await writeFile(unfinished, `${JSON.stringify(checkpoint)}\n`);
  await rename(unfinished, file);
}

/** Removes a checkpoint that is no longer needed. */
export async function removeCheckpoint(file: string): Promise<void> {
  await rm(file, { force: true });
}
