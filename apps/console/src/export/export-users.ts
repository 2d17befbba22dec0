import type { ServerClient } from '@rollcall/client/server';
import type { ActionTarget } from '../actions/action-target.js';
import type { FileSink } from '../files/file-sink.js';
import type { UserLines } from './user-lines.js';

/** What is written at once, in characters. */
const PIECE = 64 * 1024;

/** Writes users into a file as they come, page after page. @throws the reason of the signal when it is stopped. */
export async function exportUsers(options: {
  client: ServerClient;
  target: ActionTarget;
  lines: UserLines;
  sink: FileSink;
  signal: AbortSignal;
  onProgress(done: number): void;
}): Promise<number> {
  const { client, lines, sink, signal, onProgress } = options;
  const { filter, sort, options: which } = options.target;
  let text = lines.header;
  let done = 0;
  try {
    for await (const user of client.queryUsersAll(filter, sort, which)) {
      signal.throwIfAborted();
      text += lines.lineOf(user);
      done += 1;
      if (text.length < PIECE) continue;
      await sink.write(text);
      text = '';
      onProgress(done);
    }
    signal.throwIfAborted();
    await sink.write(text);
    await sink.close();
    return done;
  } catch (error) {
    await sink.abort();
    throw error;
  }
}
