import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RollcallError } from '@rollcall/protocol';
import type { Host } from '../host.js';
import { scrub } from '../logger.js';
import { METRICS_PATH, metricsAnswer } from '../metrics/answer-metrics.js';
import { countElsewhere } from '../metrics/count-elsewhere.js';
import { answerError, fault } from './answer-error.js';
import { isApiPage } from './api/api-page.js';
import { handleApi } from './api/handle-api.js';
import { answerProblem, problemOf } from './api/problem.js';
import { answerPreflight, applyCors, CORS, isPreflight } from './cors.js';
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
  // A port of their own takes them off this one.
  const answerMetrics = host.config.metricsPort === undefined ? metricsAnswer(host) : undefined;
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
    const exchange = { request, response, path, requestId };
    const answered =
      answerMetrics && host.metrics && path === METRICS_PATH
        ? answerMetrics(request, response)
        : route(host, exchange);
    answered.catch((err: unknown) => {
      host.logger.error({ requestId, err }, 'a request failed');
      const failure = fault(requestId, err);
      countElsewhere(host, failure);
      if (response.headersSent) return response.destroy();
      return answerWith(failure, exchange);
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
  const face = faceAt(path);
  if (face) {
    applyCors(request, response, { allowed: host.config.allowedOrigins, face: CORS[face] });
    const refusal = refusalOfPage(request, host.config);
    if (refusal) {
      logPage(host, request);
      countElsewhere(host, refusal);
      return answerWith(refusal, exchange);
    }
    if (isPreflight(request)) return answerPreflight(response, CORS[face]);
    if (face === 'api') return handleApi(host, exchange);
    return handleCall(host, { ...exchange, procedure: path.slice('/trpc/'.length) });
  }
  if (path.startsWith('/exports/')) return answerExport(host, exchange);
  return answerPage(host, { request, response, path });
}

/** The form in which calls come at a path; undefined where there are pages and files. */
function faceAt(path: string): keyof typeof CORS | undefined {
  if (path === '/trpc' || path.startsWith('/trpc/')) return 'trpc';
  if (isApiPage(path)) return undefined;
  return path === '/api' || path.startsWith('/api/') ? 'api' : undefined;
}

/** Answers with an error in the form of the calls at the path. */
function answerWith(error: RollcallError, { response, path, requestId }: Exchange): void {
  if (faceAt(path) === 'api') answerProblem(response, problemOf(error, { requestId }));
  else answerError(response, error);
}
