import { CLOSE_CODES, type ErrorCode } from '@rollcall/protocol';
import type { WebSocket } from 'ws';
import type { Reading } from './reading.js';

/** A peer that does not answer the close handshake within this time is gone, or reads too slowly to see it. */
const CLOSE_TIMEOUT_MS = 2000;

/** What a socket can send that is counted as a message. Nobody asks for pongs. */
export const COUNTED = ['message', 'ping', 'pong'] as const;

/** Closes a socket, and cuts it off when its peer does not answer. */
export function closeSocket(socket: WebSocket, code: number, reason: string): void {
  if (socket.readyState !== socket.OPEN) return;
  socket.close(code, reason);
  const timer = setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS);
  socket.once('close', () => clearTimeout(timer));
}

/** Listens no more to what a socket sends. */
export function stopListening(socket: WebSocket): void {
  for (const kind of COUNTED) socket.removeAllListeners(kind);
}

/** Closes a socket that sends too much. Nothing is read any more of what it sends until it is gone. */
export function stopReading(
  { socket, reading }: { socket: WebSocket; reading: Reading },
  code: number = CLOSE_CODES.tryAgainLater,
  reason: ErrorCode = 'RATE_LIMITED',
): void {
  stopListening(socket);
  closeSocket(socket, code, reason);
  reading.hold('closing');
}
