import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { RollcallError } from '@rollcall/protocol';
import type { Host } from '../host.js';
import { errorAnswer } from '../http/answer-error.js';
import { logPage, refusalOfPage } from '../http/foreign-page.js';

/** A peer that does not read the refusal within this time is cut off. */
const REFUSAL_TIMEOUT_MS = 2000;

/** Why a request may not become a WebSocket; undefined when it may. */
export function refusalOfUpgrade(request: IncomingMessage, host: Host): RollcallError | undefined {
  const { host: hostHeader } = request.headers;
  if (host.stage === 'draining')
    return new RollcallError('UNAVAILABLE', 'the server restarts; reconnect', { retry_after: 1 });
  if (request.url?.split('?', 1)[0] !== '/trpc') {
    return new RollcallError('NOT_FOUND', 'a WebSocket connects to /trpc');
  }
  // tRPC parses both as one URL, and an unparsable one would end the process.
  if (!URL.canParse(request.url, `http://${hostHeader ?? 'localhost'}`)) {
    return new RollcallError(
      'INPUT_INVALID',
      'the Host header or the request target is not part of a valid URL',
    );
  }
  const foreign = refusalOfPage(request, host.config);
  if (foreign) logPage(host, request);
  return foreign;
}

/** Answers a request that may not become a WebSocket, and closes its connection. */
export function refuseUpgrade(stream: Duplex, error: RollcallError): void {
  const { status, body } = errorAnswer(error);
  // A peer that does not read the answer must not keep the connection open.
  const timer = setTimeout(() => stream.destroy(), REFUSAL_TIMEOUT_MS);
  stream.once('close', () => clearTimeout(timer));
  const wait = error.retry_after === undefined ? '' : `retry-after: ${error.retry_after}\r\n`;
  stream.end(
    `HTTP/1.1 ${status} ${error.code}\r\ncontent-type: application/json\r\n${wait}` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    () => stream.destroy(),
  );
}
