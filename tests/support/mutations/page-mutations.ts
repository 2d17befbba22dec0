import { type Mutation, switchedOff } from './mutation.js';

const HTTP = 'apps/server/src/http/http-handler.ts';
const FOREIGN = 'apps/server/src/http/foreign-page.ts';
const CALLS = 'apps/server/src/http/http-calls.ts';
const HTTP_TESTS = 'apps/server/test/http.test.ts';
const SOCKETS = 'apps/server/test/sockets.test.ts';
const HEADERS = 'forbids browsers to guess, frame, run or keep any answer';

/** What keeps pages of other origins from calling, and answers from being kept or run. */
export const PAGE_MUTATIONS: readonly Mutation[] = [
  ...switchedOff({ file: FOREIGN, test: SOCKETS }, [
    [
      'the origins that may open a socket',
      'if (origin !== undefined && !isAllowedOrigin(allowedOrigins, origin) && !isOwnOrigin(origin, host)) {',
      'if (origin === "nobody") {',
      'refuses a page of %s with 403',
    ],
  ]),
  ...switchedOff({ file: FOREIGN, test: HTTP_TESTS }, [
    [
      'the names of a server that listens to its own machine',
      'const open = !isLoopback(config.host) ||',
      'const open = true ||',
      'that listens to itself only: Host: %s is answered with %i',
    ],
  ]),
  ...switchedOff(
    {
      file: 'apps/server/src/config/allowed-origin.ts',
      test: 'apps/server/src/config/allowed-origin.test.ts',
    },
    [
      [
        'the comparison of whole origins',
        'return allowed.origins.includes(origin);',
        'return allowed.origins.some(one => origin.toLowerCase().startsWith(one));',
        '',
      ],
    ],
  ),
  ...switchedOff({ file: HTTP, test: HTTP_TESTS }, [
    [
      'the origins that may call over HTTP',
      'const refusal = refusalOfPage(request, host.config);',
      'const refusal = refusalOfPage({ headers: {} } as typeof request, host.config);',
      'does nothing for a page of %s, and logs what it calls itself',
    ],
    [
      'the line in the log about a foreign page',
      'logPage(host, request);',
      '',
      'does nothing for a page of %s, and logs what it calls itself',
    ],
    ['the header against guessing types', "['x-content-type-options', 'nosniff'],", '', HEADERS],
    [
      'the header that keeps answers from being run',
      `['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],`,
      '',
      HEADERS,
    ],
    ['the header that keeps addresses from other sites', "['referrer-policy', 'no-referrer'],", '', HEADERS],
    ['the header that keeps answers out of caches', "['cache-control', 'no-store'],", '', HEADERS],
  ]),
  ...switchedOff({ file: CALLS, test: 'apps/server/test/event-streams.test.ts' }, [
    [
      'the same header of event streams',
      "if (type === 'subscription') headers.set('cache-control', 'no-store');",
      '',
      '',
    ],
  ]),
  ...switchedOff(
    { file: 'apps/server/src/http/plain-calls.ts', test: 'apps/server/test/plain-calls.test.ts' },
    [
      [
        'the method of plain calls that change something',
        "if (type === 'mutation' && method !== 'POST') return undefined;",
        '',
        '%s: the adapter answers with %i',
      ],
    ],
  ),
  ...switchedOff({ file: 'apps/server/src/http/cors.ts', test: HTTP_TESTS }, [
    [
      'the pages that may read an answer',
      'if (origin === undefined || !isAllowedOrigin(allowed, origin)) return;',
      'if (origin === undefined) return;',
      'lets an allowed page read answers, and no other page',
    ],
  ]),
  ...switchedOff({ file: 'apps/server/src/live/upgrade.ts', test: SOCKETS }, [
    [
      'the check of what a socket asks for',
      `if (!URL.canParse(request.url, \`http://\${hostHeader ?? 'localhost'}\`)) {`,
      "if (hostHeader === 'nobody') {",
      'refuses a Host header that is not one, and lives on',
    ],
  ]),
  ...switchedOff({ file: 'apps/server/src/start-server.ts', test: HTTP_TESTS }, [
    [
      'the warning about a developer’s server that the network reaches',
      "if (config.environment !== 'production' && !isLoopback(config.host)) {",
      "if (config.host === 'nowhere') {",
      'of a server that %s warns about it only when somebody has to act',
    ],
  ]),
];
