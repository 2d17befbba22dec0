import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import type { CommandContext, OutputStream } from '../context.js';
import { fileError } from './file-error.js';

/**
 * Writes a file that appears under its name only when it is complete, so that nobody takes a part for the whole. It
 * replaces a file of that name. Only its owner can read it: what commands write is people's data. After an error or an interrupt there is no new file.
 * @returns what `write` returns.
 */
export async function writeFileAtomically<Result>(
  file: string,
  context: CommandContext,
  write: (stream: OutputStream) => Promise<Result>,
): Promise<Result> {
  const path = resolve(context.directory, file);
  const unfinished = `${path}.${randomBytes(4).toString('hex')}.part`;
  const stream = createWriteStream(unfinished, { flags: 'wx', mode: 0o600 });
  try {
    const failure = new Promise<never>((_, reject) =>
      // The person knows the file by the name that was given, not by that of its unfinished form.
      stream.once('error', error => reject(fileError(error, file))),
    );
    const result = await Promise.race([write(stream), failure]);
    stream.end();
    await finished(stream);
    if (!context.interrupted.aborted) {
      await rename(unfinished, path).catch(error => {
        throw fileError(error, file);
      });
    }
    return result;
  } finally {
    stream.destroy();
    await rm(unfinished, { force: true });
  }
}
