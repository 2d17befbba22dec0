import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RollcallError } from '@rollcall/protocol';
import type { Host } from '../host.js';
import { answerError } from '../http/answer-error.js';
import { refusalOfPage } from '../http/foreign-page.js';
import { METRICS_PATH, metricsAnswer } from './answer-metrics.js';

/** A port that answers with the metrics and with nothing else. */
export interface MetricsListener {
  port: number;
  close(): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 10_000;

/**
 * Opens the port of the metrics.
 * @throws RollcallError `UNAVAILABLE` when it cannot be opened.
 */
export async function listenForMetrics(
  host: Pick<Host, 'config' | 'metrics' | 'logger'>,
  port: number,
): Promise<MetricsListener> {
  const { config, logger } = host;
  const answer = metricsAnswer(host);
  const server = createServer(
    { headersTimeout: REQUEST_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
    (request, response) => {
      response.setHeader('cache-control', 'no-store').setHeader('x-content-type-options', 'nosniff');
      // A page that points its name at this machine must not read them either.
      const refusal = refusalOfPage(request, { ...config, host: config.metricsHost });
      if (refusal) return answerError(response, refusal);
      if (request.url?.split('?', 1)[0] !== METRICS_PATH) {
        return answerError(response, new RollcallError('NOT_FOUND', `this port has ${METRICS_PATH} only`));
      }
      answer(request, response).catch((err: unknown) => {
        logger.error({ err }, 'the metrics could not be told');
        response.destroy();
      });
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const where = `${config.metricsHost}:${port}`;
      const message = `cannot listen on ${where} for the metrics (${cause.code}); set ROLLCALL_METRICS_PORT to another port, or to 0 for any free one`;
      reject(new RollcallError('UNAVAILABLE', message, { cause, unrecoverable: true }));
    });
    server.listen(port, config.metricsHost, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
