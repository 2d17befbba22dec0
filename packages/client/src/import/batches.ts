import { LIMITS, RollcallError } from '@rollcall/protocol';
import { inputInvalid, problemOf } from '../check/checked-methods.js';
import { jsonObject } from '../check/json-kind.js';

/** Leaves room for the text around the users of a batch, and for proxies that count differently. */
const MAX_BATCH_BYTES = 900 * 1024;

/** One user of an import, and its place in the whole input, from 0. */
export interface ImportRow<Input> {
  index: number;
  user: Input;
}

/** What happens to users on their way into batches. */
export interface CutOptions<Input> {
  /** Receives a user that is not sent. Default: the error is thrown. */
  refuse?(row: ImportRow<Input>, error: RollcallError): Promise<void>;
  /** The method that is called, for messages. Default: `importUsers`. */
  method?: string;
  /** Looks at each user first, whatever it is. @returns why it must not be sent. */
  admit?(row: ImportRow<Input>): RollcallError | undefined;
}

/**
 * Cuts users into batches as large as the server accepts, in the order of the input. A batch contains an id only once:
 * the second occurrence begins the next batch. A user that is too large is a batch of its own, which the server then
 * refuses. What JSON cannot say, or would leave out, is not sent: it is refused here, as in a call of `upsertUsers`.
 */
export async function* cutBatches<Input extends { id: string }>(
  users: Iterable<Input> | AsyncIterable<Input>,
  options: CutOptions<Input> = {},
): AsyncGenerator<ImportRow<Input>[], void, undefined> {
  const { refuse, admit, method = 'importUsers' } = options;
  let batch: ImportRow<Input>[] = [];
  let ids = new Set<string>();
  let bytes = 0;
  let index = -1;
  for await (const user of users) {
    index += 1;
    const size = admit?.({ index, user }) ?? unsayable(user, { index, method }) ?? jsonBytesOf(user);
    if (size instanceof RollcallError) {
      if (!refuse) throw size;
      await refuse({ index, user }, size);
      continue;
    }
    const full = batch.length === LIMITS.batchUsers || bytes + size > MAX_BATCH_BYTES || ids.has(user.id);
    if (full && batch.length > 0) {
      yield batch;
      batch = [];
      ids = new Set();
      bytes = 0;
    }
    batch.push({ index, user });
    ids.add(user.id);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

function unsayable(
  user: unknown,
  { index, method }: { index: number; method: string },
): RollcallError | undefined {
  const problem = problemOf(jsonObject, user, '');
  return problem && inputInvalid(method, 'user', { ...problem, index });
}

function jsonBytesOf(user: unknown): number {
  return new TextEncoder().encode(JSON.stringify(user)).length;
}
