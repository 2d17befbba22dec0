import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { RollcallError } from '@rollcall/protocol';

/**
 * How far an import got: the leading lines of its input, all of which are stored or reported as failed. Later lines may
 * be stored too, but importing them again changes nothing.
 */
export interface Checkpoint {
  version: 1;
  /** The last of the leading lines. */
  line: number;
  /** The number of rows on these lines. */
  rows: number;
  /** How many of these rows failed. */
  failed: number;
  /** A hash of these rows. They must be the same when the import resumes; later rows may have been corrected. */
  fingerprint: string;
}

/** The file that keeps the checkpoint of an input. */
export function checkpointFileOf(inputFile: string): string {
  return `${inputFile}.rollcall-import.json`;
}

/**
 * Reads a checkpoint; undefined when there is no file.
 * @throws RollcallError `INPUT_INVALID` when the file is not a checkpoint.
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
    `${file} is not the checkpoint of an import; delete it, and import without --resume`,
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

/** Replaces the checkpoint. Whenever the process dies, the file holds the old one or the new one, complete. */
export async function writeCheckpoint(file: string, checkpoint: Checkpoint): Promise<void> {
  const unfinished = `${file}.new`;
  await writeFile(unfinished, `${JSON.stringify(checkpoint)}\n`);
  await rename(unfinished, file);
}

/** Removes a checkpoint that is no longer needed. */
export async function removeCheckpoint(file: string): Promise<void> {
  await rm(file, { force: true });
}
