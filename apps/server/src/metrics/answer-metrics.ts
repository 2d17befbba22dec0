import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RollcallError } from '@rollcall/protocol';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Host } from '../host.js';
import { answerError } from '../http/answer-error.js';
import { clientAddress } from '../http/client-address.js';
import { bearerToken } from '../http/tokens.js';

/** Where the metrics are, on whichever port. */
export const METRICS_PATH = '/metrics';

/** A Prometheus asks a few times a minute. What guesses tokens, or costs time, asks more often. */
const MOST_PER_MINUTE = 120;

/** Answers an HTTP request for the metrics. */
export type AnswerMetrics = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Makes what answers with the metrics of a host that has them: to the bearer of the token, if the settings have one. */
export function metricsAnswer({ config, metrics }: Pick<Host, 'config' | 'metrics'>): AnswerMetrics {
  const limiter = new RateLimiterMemory({ points: MOST_PER_MINUTE, duration: 60 });
  const token = config.metricsToken === undefined ? undefined : digestOf(config.metricsToken);
  return async (request, response) => {
    if (!metrics)
      return answerError(response, new RollcallError('NOT_FOUND', 'there is nothing at this path'));
    const isAllowed = await limiter.consume(clientAddress(request, config.trustedProxies)).then(
      () => true,
      () => false,
    );
    if (!isAllowed) {
      const message = `the metrics may be asked for ${MOST_PER_MINUTE} times a minute from one address`;
      return answerError(response, new RollcallError('RATE_LIMITED', message, { retry_after: 60 }));
    }
    const given = bearerToken(request.headers.authorization);
    if (token && (given === undefined || !timingSafeEqual(digestOf(given), token))) {
      response.setHeader('www-authenticate', 'Bearer');
      const message = 'the metrics need the token of ROLLCALL_METRICS_TOKEN, as a bearer token';
      return answerError(response, new RollcallError(given ? 'TOKEN_INVALID' : 'TOKEN_MISSING', message));
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return;
    }
    const text = await metrics.text();
    response.writeHead(200, { 'content-type': metrics.registry.contentType }).end(text);
  };
}

/** Two digests take the same time to compare wherever they differ, and however long the tokens are. */
function digestOf(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
