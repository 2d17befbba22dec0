import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { RollcallError } from '@rollcall/protocol';
import type { CallerBudget } from '@rollcall/router';

/** What a body may take. */
export interface BodyLimits {
  maxBytes: number;
  /** Of who sends it: what has arrived counts, from the first byte to `release`. */
  budget: Pick<CallerBudget, 'takeRequest'>;
}

/** A body in another form than JSON, in UTF-8, as it is. */
export class UnreadableForm extends RollcallError {}

/** A body that has arrived. */
export interface Body {
  text: string;
  /** Gives back what it takes, once its request is answered. */
  release(): void;
}

/**
 * Reads the body of a request. A length that is declared is taken at once, so that senders who never finish cannot have
 * more of them under way than fit into their budget.
 * @returns undefined when the sender has gone.
 * @throws RollcallError `PAYLOAD_TOO_LARGE`; `RATE_LIMITED` when the sender has too much under way; `INPUT_INVALID` for what is no
 * UTF-8, which would be read as another text than was sent; {@link UnreadableForm}. Then nothing is taken.
 */
export async function readBody(
  request: IncomingMessage,
  { maxBytes, budget }: BodyLimits,
): Promise<Body | undefined> {
  const taken: (() => void)[] = [];
  const release = () => {
    for (const give of taken.splice(0)) give();
  };
  let room = 0;
  const take = (bytes: number) => {
    if (bytes > maxBytes) {
      throw new RollcallError('PAYLOAD_TOO_LARGE', `a request has at most ${maxBytes} bytes`);
    }
    if (bytes <= room) return;
    taken.push(budget.takeRequest(bytes - room));
    room = bytes;
  };
  try {
    checkEncoding(request.headers['content-encoding']);
    take(Number(request.headers['content-length'] ?? 0));
    const chunks = await chunksOf(request, take);
    if (chunks) return { text: textOf(Buffer.concat(chunks)), release };
    release();
    return undefined;
  } catch (error) {
    release();
    throw error;
  }
}

function checkEncoding(encoding = 'identity'): void {
  if (encoding.trim().toLowerCase() === 'identity') return;
  const message = 'content-encoding: a body is taken as it is, not compressed; leave the header out';
  throw new UnreadableForm('INPUT_INVALID', message, { field: 'content-encoding' });
}

function textOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw new RollcallError('INPUT_INVALID', 'the body is no UTF-8, in which JSON is sent (RFC 8259)');
}

/** @param arrived is called with all bytes so far; what it throws ends the reading, and the rest is thrown away. */
function chunksOf(request: IncomingMessage, arrived: (bytes: number) => void): Promise<Buffer[] | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const onData = (chunk: Buffer) => {
      try {
        bytes += chunk.length;
        arrived(bytes);
        chunks.push(chunk);
      } catch (error) {
        request.off('data', onData);
        request.resume();
        reject(error);
      }
    };
    request.on('data', onData);
    request.once('end', () => resolve(chunks));
    request.once('close', () => resolve(undefined));
    request.once('error', () => resolve(undefined));
  });
}
