import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AllowedOrigins, isAllowedOrigin } from '../config/allowed-origin.js';

/** The headers that the client adds to those that a browser always sends. */
const REQUEST_HEADERS = 'authorization, content-type, idempotency-key, last-event-id, trpc-accept';
const RESPONSE_HEADERS =
  'x-request-id, retry-after, ratelimit-limit, ratelimit-remaining, ratelimit-reset, idempotency-replayed';

/** What a page may send, and read of the answer: at `/trpc`, and at `/api`. */
export const CORS = {
  trpc: { methods: 'GET, POST', sent: REQUEST_HEADERS, read: RESPONSE_HEADERS },
  api: {
    methods: 'GET, HEAD, POST, PUT, PATCH, DELETE',
    sent: 'authorization, content-type, idempotency-key, last-event-id, if-match, if-none-match',
    read: `${RESPONSE_HEADERS}, etag, link, location, allow`,
  },
} as const;

type Face = (typeof CORS)[keyof typeof CORS];

/** Chromium remembers a preflight for at most two hours, Firefox for a day. */
const PREFLIGHT_SECONDS = '7200';

/**
 * Adds the headers that let an allowed page read the answer (fetch.spec.whatwg.org, CORS protocol). Cookies never sign
 * anybody in, so credentials are not allowed.
 */
export function applyCors(
  request: IncomingMessage,
  response: ServerResponse,
  { allowed, face }: { allowed: AllowedOrigins; face: Face },
): void {
  response.setHeader('vary', 'origin');
  const { origin } = request.headers;
  if (origin === undefined || !isAllowedOrigin(allowed, origin)) return;
  response.setHeader('access-control-allow-origin', allowed.kind === 'any' ? '*' : origin);
  response.setHeader('access-control-expose-headers', face.read);
}

/** Whether a browser asks here if its page may send a request. */
export function isPreflight(request: IncomingMessage): boolean {
  return request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
}

/** Answers the preflight of an allowed page; the browser remembers the answer. */
export function answerPreflight(response: ServerResponse, face: Face): void {
  response.setHeader('access-control-allow-methods', face.methods);
  response.setHeader('access-control-allow-headers', face.sent);
  response.setHeader('access-control-max-age', PREFLIGHT_SECONDS);
  response.writeHead(204).end();
}
