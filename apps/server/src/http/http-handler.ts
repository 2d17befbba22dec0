import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Host } from '../host.js';
import { scrub } from '../logger.js';
import { answerError, fault } from './answer-error.js';
import { answerPreflight, applyCors, isPreflight } from './cors.js';
import { answerExport } from './export-file.js';
import { logPage, refusalOfPage } from './foreign-page.js';
import { handleCall } from './http-calls.js';
import { answerPage } from './pages.js';

/** Answers are data for programs. A browser must not run them, frame them, guess their type or cache them. */
const SECURITY_HEADERS: readonly (readonly [string, string])[] = [
  ['x-content-type-options', 'nosniff'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['referrer-policy', 'no-referrer'],
  ['cache-control', 'no-store'],
];

/** Answers every HTTP request of the host. It never throws and never rejects. */
export function createHttpHandler(host: Host): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const requestId = randomUUID();
    const startedAt = performance.now();
    // The query may hold anything, secrets too, so only the code that needs it reads it.
    const path = request.url?.split('?', 1)[0] ?? '/';
    response.setHeader('x-request-id', requestId);
    for (const [name, value] of SECURITY_HEADERS) response.setHeader(name, value);
    if (host.stage === 'draining') response.setHeader('connection', 'close');
    host.responses.add(response);
    response.once('close', () => {
      host.responses.delete(response);
      const ms = Math.round(performance.now() - startedAt);
      const { method } = request;
      host.logger.debug(
        { requestId, method, path: scrub(path), status: response.statusCode, ms },
        'a request was answered',
      );
    });
    route(host, { request, response, path, requestId }).catch((err: unknown) => {
      host.logger.error({ requestId, err }, 'a request failed');
      if (response.headersSent) return response.destroy();
      return answerError(response, fault(requestId, err));
    });
  };
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  path: string;
  requestId: string;
}

async function route(host: Host, exchange: Exchange): Promise<void> {
  const { request, response, path } = exchange;
  if (path === '/trpc' || path.startsWith('/trpc/')) {
    applyCors(request, response, host.config.allowedOrigins);
    const refusal = refusalOfPage(request, host.config);
    if (refusal) {
      logPage(host, request);
      return answerError(response, refusal);
    }
    if (isPreflight(request)) return answerPreflight(response);
    return handleCall(host, { ...exchange, procedure: path.slice('/trpc/'.length) });
  }
  if (path.startsWith('/exports/')) return answerExport(host, exchange);
  return answerPage(host, { request, response, path });
}
