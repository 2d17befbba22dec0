import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RollcallError } from '@rollcall/protocol';
import type { Host } from '../host.js';
import { answerError } from './answer-error.js';
import { answerPreflight, applyCors, isPreflight } from './cors.js';
import { answerExport } from './export-file.js';
import { fault } from './fault.js';
import { checkReadiness } from './health.js';
import { handleCall } from './http-calls.js';

/** Answers are data for programs: nothing in them is ever to be run, framed, guessed at or kept by a cache. */
const SECURITY_HEADERS: readonly (readonly [string, string])[] = [
  ['x-content-type-options', 'nosniff'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['referrer-policy', 'no-referrer'],
  ['cache-control', 'no-store'],
];

const GREETING = 'Rollcall, an open user service. Its procedures are at /trpc.\n';

/** Answers every HTTP request of the host. It never throws and never rejects. */
export function createHttpHandler(host: Host): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const requestId = randomUUID();
    const startedAt = performance.now();
    // What follows the question mark may hold anything, so it goes nowhere but to what reads it.
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
        { requestId, method, path, status: response.statusCode, ms },
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
    const allowed = applyCors(request, response, host.config.allowedOrigins);
    if (!isPreflight(request))
      return handleCall(host, { ...exchange, procedure: path.slice('/trpc/'.length) });
    if (allowed) return answerPreflight(response);
    const message = 'this origin may not call; the setting ROLLCALL_ALLOWED_ORIGINS lists those that may';
    return answerError(response, new RollcallError('NOT_ALLOWED', message));
  }
  if (path.startsWith('/exports/')) return answerExport(host, exchange);
  const answer = PAGES[path];
  if (!answer) return answerError(response, new RollcallError('NOT_FOUND', 'there is nothing at this path'));
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
    return;
  }
  await answer(host, response);
}

const PAGES: Readonly<Record<string, (host: Host, response: ServerResponse) => void | Promise<void>>> = {
  '/': (_host, response) => {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(GREETING);
  },
  '/healthz': (_host, response) => answerJson(response, 200, { status: 'ok' }),
  '/readyz': async (host, response) => {
    const readiness =
      host.stage === 'serving'
        ? await checkReadiness(host.directory, host.logger)
        : { status: 'unavailable', reason: 'SHUTTING_DOWN' };
    answerJson(response, readiness.status === 'ready' ? 200 : 503, readiness);
  },
};

function answerJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
