import type { IncomingMessage } from 'node:http';
import { RollcallError } from '@rollcall/protocol';
import type { CallerBudget } from '@rollcall/router';

/** What a body may take. */
export interface BodyLimits {
  maxBytes: number;
  /** Of who sends it: what has arrived counts, from the first byte to `release`. */
  budget: Pick<CallerBudget, 'takeRequest'>;
}

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
 * @throws RollcallError `PAYLOAD_TOO_LARGE`; `RATE_LIMITED` when the sender has too much under way. Then nothing is taken.
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
    take(Number(request.headers['content-length'] ?? 0));
    const chunks = await chunksOf(request, take);
    if (chunks) return { text: Buffer.concat(chunks).toString('utf8'), release };
    release();
    return undefined;
  } catch (error) {
    release();
    throw error;
  }
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
