import { type Mutation, switchedOff } from './mutation.js';

const SERVER_TEST = 'apps/server/test/metrics.test.ts';
const COUNTED_TEST = 'apps/server/test/counted-calls.test.ts';
const KEPT_TEST = 'apps/server/src/metrics/kept-state.test.ts';

/** Who sees the numbers, what they may cost, and that nobody can make series up. */
export const METRICS_MUTATIONS: readonly Mutation[] = [
  ...switchedOff({ file: 'apps/server/src/metrics/answer-metrics.ts', test: SERVER_TEST }, [
    [
      'the token of the metrics',
      '!timingSafeEqual(digestOf(given), token)',
      'given === ""',
      'shows the metrics on the port of the server to the bearer of the token, and to nobody else',
    ],
    [
      'the token that has to be there',
      'given === undefined ||',
      'given !== undefined &&',
      'shows the metrics on the port of the server to the bearer of the token, and to nobody else',
    ],
    [
      'the number of times that one address may ask for metrics',
      'points: MOST_PER_MINUTE,',
      'points: 1_000_000,',
      'refuses one address that asks far too often, whatever its token',
    ],
  ]),
  ...switchedOff({ file: 'apps/server/src/metrics/metrics-listener.ts', test: SERVER_TEST }, [
    [
      'the pages that may not read metrics',
      'if (refusal) return answerError(response, refusal);',
      '',
      'does not show them to a page that points its name at this machine',
    ],
    [
      'the one path of the port of the metrics',
      "if (request.url?.split('?', 1)[0] !== METRICS_PATH) {",
      'if (request.url === undefined) {',
      'keeps a port of their own to the metrics, and the port of the server free of them',
    ],
  ]),
  ...switchedOff({ file: 'apps/server/src/http/http-handler.ts', test: SERVER_TEST }, [
    [
      'the port of the server that has no metrics while they have one of their own',
      'host.config.metricsPort === undefined ? metricsAnswer(host) : undefined',
      'metricsAnswer(host)',
      'keeps a port of their own to the metrics, and the port of the server free of them',
    ],
  ]),
  ...switchedOff(
    { file: 'apps/server/src/metrics/registry.ts', test: 'apps/server/src/metrics/closed-labels.test.ts' },
    [
      [
        'the closed list of the values of a label',
        'known.has(value) ? value : OTHER',
        'value',
        'counts a label that the table does not list as other, so that nobody can make series up',
      ],
    ],
  ),
  ...switchedOff({ file: 'apps/server/src/metrics/kept-state.ts', test: KEPT_TEST }, [
    [
      'the time for which metrics keep what costs statements',
      'performance.now() - this.#beganAt >= this.#keptMs',
      'true',
      'reads once for all who ask at a time, and not again before its time',
    ],
    [
      'the most that storage may hold up a scrape',
      'await withTimeout(this.#reading, this.#mostWaitMs)',
      'await this.#reading',
      'waits for a source that hangs no longer than it may, asks it once, and says how old the last answer is',
    ],
    [
      'the read that is not joined by a second one',
      'this.#reading ??= this.#renew()',
      'this.#reading = this.#renew()',
      'waits for a source that hangs no longer than it may, asks it once, and says how old the last answer is',
    ],
  ]),
  ...switchedOff({ file: 'apps/server/src/metrics/count-elsewhere.ts', test: COUNTED_TEST }, [
    [
      'the error that is counted once',
      'if (isMeasured(failure)) return;',
      '',
      'counts a call of the HTTP API as it counts those of tRPC over HTTP and over a WebSocket',
    ],
  ]),
  ...switchedOff({ file: 'apps/server/src/http/api/handle-api.ts', test: COUNTED_TEST }, [
    [
      'the requests below /api that reach no call, and count',
      'entered.failed(new TRPCError({ code: ERROR_CODES[error.code].trpc, cause: error }), undefined);',
      '',
      'counts what reaches no call as other, whatever it is called',
    ],
  ]),
  ...switchedOff({ file: 'apps/server/src/live/socket-handler.ts', test: COUNTED_TEST }, [
    [
      'the fault that ends a stream, and counts',
      'countElsewhere(host, error, path);',
      '',
      'counts a stream when it begins, nothing when its reader goes, and a fault that ends it',
    ],
  ]),
  ...switchedOff({ file: 'packages/router/src/measured-call.ts', test: COUNTED_TEST }, [
    [
      'the caller that has gone, and is no failure of the storage',
      "isCallerGone(error.cause) ? 'caller_gone' : codeOf(error)",
      'codeOf(error)',
      'does not hold a caller that goes before its answer against the storage, nor against the server',
    ],
  ]),
  ...switchedOff(
    { file: 'packages/core/src/webhooks/traced-sender.ts', test: 'apps/server/test/spans.test.ts' },
    [
      [
        'the receiver whose failure is no fault of the server in a trace',
        '(error: unknown) => ({ error }),',
        'error => { throw error; },',
        'makes a span of each try of a webhook, with what was answered',
      ],
    ],
  ),
  ...switchedOff({ file: 'apps/server/src/metrics/spans.ts', test: 'apps/server/test/spans.test.ts' }, [
    [
      'the faults alone that a span is marked for',
      'if (FAULTS.has(outcome)) span',
      'if (outcome !== "ok") span',
      'says of a refused call its code, and holds a fault of the server alone against it',
    ],
  ]),
];
