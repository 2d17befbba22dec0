import { LIMITS, RollcallError } from '@rollcall/protocol';

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
  /** Looks at each user first, whatever it is. @returns why it must not be sent. */
  admit?(row: ImportRow<Input>): RollcallError | undefined;
}

/**
 * Cuts users into batches as large as the server accepts, in the order of the input. A batch contains an id only once:
 * the second occurrence begins the next batch. A user that is too large is a batch of its own, which the server then
 * refuses. A user that JSON cannot represent is not sent.
 */
export async function* cutBatches<Input extends { id: string }>(
  users: Iterable<Input> | AsyncIterable<Input>,
  options: CutOptions<Input> = {},
): AsyncGenerator<ImportRow<Input>[], void, undefined> {
  const { refuse, admit } = options;
  let batch: ImportRow<Input>[] = [];
  let ids = new Set<string>();
  let bytes = 0;
  let index = -1;
  for await (const user of users) {
    index += 1;
    const size = admit?.({ index, user }) ?? jsonBytesOf(user, index);
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

function jsonBytesOf(user: unknown, index: number): number | RollcallError {
  try {
    if (typeof user !== 'object' || user === null) throw new TypeError('a user must be an object');
    return new TextEncoder().encode(JSON.stringify(user)).length;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return new RollcallError('INPUT_INVALID', `user ${index} cannot be sent as JSON: ${why}`, {
      index,
      cause: error,
    });
  }
}
