import type { Duplex } from 'node:stream';

/** A token is far shorter, and may be followed by the first calls at once. */
const MAX_BYTES = 32 * 1024;

/**
 * Bounds what arrives on a socket before its first message, the one with the token, is complete. Everybody can open
 * sockets, so what they may keep in memory is little.
 * @param tooLarge is called once, when more than that has arrived.
 * @returns what to call when the first message has arrived.
 */
export function boundFirstMessage(stream: Duplex, tooLarge: () => void): () => void {
  let bytes = 0;
  let over = false;
  const end = () => {
    over = true;
    stream.off('data', count);
  };
  const count = (chunk: Buffer) => {
    bytes += chunk.length;
    // ws has read the chunk by now: what else came in one with the first message does not count.
    if (over || bytes <= MAX_BYTES) return;
    end();
    tooLarge();
  };
  stream.on('data', count);
  return end;
}
