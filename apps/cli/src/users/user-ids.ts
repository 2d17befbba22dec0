import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { RollcallError } from '@rollcall/protocol';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { readLines } from '../rows/lines.js';
import { textOf } from '../rows/row.js';

/** The options of every command that takes the ids of users. */
export interface UserIdsOptions {
  idsFrom?: string;
  createdBy?: string;
}

/** Creates a command that takes ids of users, on the command line or in a file. */
export function createUserIdsCommand(users: Command, name: string): Command {
  return users
    .command(name)
    .argument('[id...]')
    .option('--ids-from <file>', 'read more ids from a file, one a line; - is standard input')
    .option('--created-by <id>', 'the user who causes this, as events report it');
}

/** Far longer than any id. A longer line is refused, and never held in memory. */
const MAX_LINE_BYTES = 4096;

/**
 * Reads the ids of the users that a command is about: first those of the command line, then those of a file with one id
 * a line (`-` is standard input). Each id comes once. Empty lines and blanks around an id are ignored.
 * @throws RollcallError `INPUT_INVALID` when there is no id or no such file, or when a line is too long or not UTF-8.
 */
export async function readUserIds(
  given: readonly string[],
  idsFrom: string | undefined,
  context: CommandContext,
): Promise<string[]> {
  const ids = new Set(given);
  if (idsFrom !== undefined) {
    for await (const id of idsOf(await openBytes(idsFrom, context))) ids.add(id);
  }
  if (ids.size > 0) return [...ids];
  throw invalid(
    idsFrom === undefined
      ? 'no user is named: give ids, or name a file of ids with --ids-from'
      : `no user is named: there is no id in ${idsFrom === '-' ? 'standard input' : idsFrom}`,
  );
}

async function openBytes(file: string, context: CommandContext): Promise<AsyncIterable<Uint8Array>> {
  if (file === '-') return addAbortSignal(context.interrupted, context.stdin);
  const path = resolve(context.directory, file);
  const stats = await stat(path).catch(() => undefined);
  if (!stats || stats.isDirectory()) throw invalid(`there is no file ${file}`);
  return createReadStream(path, { signal: context.interrupted });
}

async function* idsOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  for await (const line of readLines(bytes, { maxBytes: MAX_LINE_BYTES })) {
    const text = textOf(line);
    if (typeof text !== 'string' || line.tooLong) {
      throw invalid(
        `line ${line.number} of --ids-from is not the id of a user: it is too long, or it is not UTF-8 text`,
      );
    }
    const id = text.trim();
    if (id !== '') yield id;
  }
}

function invalid(message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', message);
}

/** Cuts a list into batches of `size`, in order. The last batch may be smaller. */
export function* batchesOf<Item>(items: readonly Item[], size: number): Generator<Item[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}
