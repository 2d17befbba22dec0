import { type Mutation, switchedOff } from './mutation.js';

const HTTP_TESTS = 'apps/server/test/http.test.ts';
const SOCKET_TESTS = 'apps/server/test/sockets.test.ts';
const FLOODS = 'apps/server/test/floods.test.ts';
const RATES = 'apps/server/test/rate-limits.test.ts';
const LIMITS = 'apps/server/src/http/rate-limits.ts';
const COUNT = 'apps/server/src/http/count-request.ts';
const CALLS = 'apps/server/src/http/http-calls.ts';
const ENTRY = 'apps/server/src/http/enter-call.ts';
const PLAIN = 'apps/server/src/http/plain-calls.ts';
const PLAIN_TESTS = 'apps/server/test/plain-calls.test.ts';
const SOCKETS = 'apps/server/src/live/socket-handler.ts';
const CONNECTIONS = 'apps/server/src/live/connections.ts';
const START = 'apps/server/src/start-server.ts';
const CLOSE = 'const COUNTED = [';

/** Some senders are given a minute. */
const TAKES_MS = 120_000;

/** What counts and bounds calls, messages, connections and refusals. */
export const FLOOD_MUTATIONS: readonly Mutation[] = [
  ...switchedOff({ file: LIMITS, test: RATES }, [
    [
      'the calls of a caller in a minute',
      'throw new TooManyCalls(procedure, allowanceOf(limiter, refusal));',
      'return allowanceOf(limiter, refusal);',
      'say with every answer what is left, and the one too many when to come back',
    ],
    [
      'the count of bad tokens for their address',
      "if (kindOfCaller(callerKeyOf(origin)) === 'server') return undefined;",
      "if (kindOfCaller(callerKeyOf(origin)) !== 'user') return undefined;",
      '%s are counted for the address, and refused before the token is',
    ],
  ]),
  ...switchedOff({ file: LIMITS, test: 'apps/server/src/http/rate-limits.test.ts' }, [
    [
      'the lower limit of new guests',
      'procedure === CREATES_GUESTS ? this.#guests : this.#calls',
      'this.#calls',
      'to make guests have a limit of their own',
    ],
  ]),
  ...switchedOff({ file: LIMITS, test: FLOODS }, [
    [
      'the count by address of calls that look at no token',
      'const tokenless = kindOfProcedure(procedure)?.tokenless;',
      'const tokenless = false;',
      'that make guests count for their address, whatever token comes along',
    ],
  ]),
  ...switchedOff({ file: 'packages/router/src/caller-key.ts', test: FLOODS }, [
    [
      'the count of guests for their address',
      "principal?.kind === 'user' && !principal.guest &&",
      "principal?.kind === 'user' &&",
      'of one address have one allowance, together with callers without a user',
    ],
  ]),
  ...switchedOff({ file: 'packages/router/src/trpc.ts', test: FLOODS }, [
    [
      'the count of guests whose token does not say so',
      'await origin.limit?.({ procedure: call.path, type: call.type, guest: true });',
      '',
      'whose token somebody else signed count for their address as well',
    ],
  ]),
  ...switchedOff({ file: COUNT, test: FLOODS }, [
    [
      'the count of names that are no procedures',
      'if (unknown > 0) await limit({ procedure: NO_PROCEDURE, calls: unknown });',
      '',
      'is counted: names that are no procedures, each one of a batch, under one name',
    ],
    [
      'the count of batches that are too long',
      "return names.length > MAX_CALLS_PER_BATCH ? names.map(() => '') : names;",
      'return names.length > MAX_CALLS_PER_BATCH ? [] : names;',
      'is counted: %s',
    ],
  ]),
  ...switchedOff({ file: ENTRY, test: FLOODS }, [
    [
      'the count of calls before they are looked up',
      'if (counter) limit = await countRequest(counter, { procedure, url });',
      'limit = counter;',
      'is counted: %s',
    ],
  ]),
  ...switchedOff({ file: SOCKETS, test: FLOODS }, [
    [
      'the count of what is no call over a WebSocket',
      'openSocket.limit?.({ procedure: NO_PROCEDURE }).catch(() => stopReading(openSocket));',
      'void stopReading;',
      'closes the WebSocket that it came over with 1013',
    ],
  ]),
  ...switchedOff({ file: SOCKETS, test: RATES }, [
    [
      'the count of calls over a WebSocket',
      '...(limit && { limit: callsOnly(limit) }),',
      '',
      'count the same as those over HTTP, together with them',
    ],
    [
      'the most messages of a WebSocket in a minute',
      'if (!openSocket.exempt && isOneTooMany()) stopReading(openSocket);',
      'if (!openSocket.exempt) isOneTooMany();',
      'close the connection with 1013 beyond it; what follows is not read',
    ],
    [
      'the count of messages that goes on when a caller reconnects',
      'openSocket.meter?.giveBack();',
      '',
      'are counted on by the next connection of the caller, and by none that was there already',
    ],
  ]),
  ...switchedOff({ file: 'apps/server/src/live/close-socket.ts', test: RATES }, [
    [
      'the count of pings as messages',
      `${CLOSE}'message', 'ping', 'pong'] as const;`,
      `${CLOSE}'message', 'pong'] as const;`,
      'close it for %ss of the protocol just the same',
    ],
    [
      'the count of pongs that nobody asked for',
      `${CLOSE}'message', 'ping', 'pong'] as const;`,
      `${CLOSE}'message', 'ping'] as const;`,
      'close it for %ss of the protocol just the same',
    ],
  ]),
  ...switchedOff(
    { file: 'apps/server/src/http/client-address.ts', test: 'apps/server/src/http/client-address.test.ts' },
    [
      [
        'the word of the nearest proxy only',
        '.slice(0, trustedProxies + 1);',
        ';',
        'is what the trusted proxies say, and never what stands in front of their words',
      ],
      [
        'one network of IPv6 as one caller',
        'return [...front, ...zeros, ...back].slice(0, NETWORK_GROUPS)',
        'return [...front, ...zeros, ...back]',
        '',
      ],
    ],
  ),
  ...switchedOff({ file: 'apps/server/src/refusal-log.ts', test: 'apps/server/src/refusal-log.test.ts' }, [
    [
      'one line a minute for the refusals after the first',
      'return before === undefined;',
      'return before !== -1;',
      'lets the first of a caller and kind in a minute pass, and writes one line for the others at its end',
    ],
    [
      'the end of the minute of a refusal',
      'this.#timer ??= setTimeout(() => this.flush(), WINDOW_MS).unref();',
      '',
      'lets the first of a caller and kind in a minute pass, and writes one line for the others at its end',
    ],
    [
      'the most callers whose refusals are kept apart',
      'this.#callers.has(key) || this.#callers.size < MAX_CALLERS;',
      'key !== undefined;',
      'counts callers beyond a thousand together, so that many of them fill neither memory nor the log',
    ],
  ]),
  ...switchedOff({ file: 'apps/server/src/logger.ts', test: FLOODS }, [
    [
      'the lines that refused calls do not get',
      "if (code !== 'INTERNAL' && !refusals.isFirst(caller, code)) return;",
      'refusals.isFirst(caller, code);',
      'has the first refusal of each kind of a caller, and then one line with the number',
    ],
  ]),
  ...switchedOff({ file: CONNECTIONS, test: SOCKET_TESTS }, [
    [
      'the most connections of a user',
      'if (ofUser && ofUser.size >= this.#maxPerUser) {',
      'if (ofUser && ofUser.size >= 1e9) {',
      'refuses a connection more than a user may have with 1013, and takes one again afterwards',
    ],
  ]),
  ...switchedOff({ file: CONNECTIONS, test: FLOODS }, [
    [
      'the most connections without a user of an address',
      'if (others >= this.#maxPerAddress) {',
      'if (others >= 1e9) {',
      'and those of guests are as many as one address may have, all together; one that ends makes room',
    ],
  ]),
  ...switchedOff({ file: ENTRY, test: 'apps/server/test/event-streams.test.ts' }, [
    [
      'the wait of what breaks off until it has begun',
      'if (hasBegun || response.writableEnded) response.destroy();',
      'response.destroy();',
      'says why it is refused, or opens and breaks off, when its user is deactivated meanwhile',
    ],
  ]),
  ...switchedOff({ file: 'apps/server/src/live/admission.ts', test: FLOODS }, [
    [
      'the count of connections of guests whose token does not say so',
      'connections.countAs(connection, callerKeyOf({ authentication, address }, { role: access.user?.role }));',
      '',
      'and those of guests are as many as one address may have, all together; one that ends makes room',
    ],
  ]),
  ...switchedOff({ file: 'apps/server/src/live/signing-in.ts', test: FLOODS }, [
    [
      'the most sockets of an address that have not signed in',
      'if ((this.#counts.get(address) ?? 0) < this.#maxPerAddress) return undefined;',
      'if ((this.#counts.get(address) ?? 0) < 1e9) return undefined;',
      'that have not signed in are as many as one address may have; the next is refused with 429',
    ],
  ]),
  ...switchedOff(
    { file: 'apps/server/src/live/message-meter.ts', test: 'apps/server/src/live/message-meter.test.ts' },
    [
      [
        'what a connection that comes after another one counts for',
        'const messages = counted + (earlier ? COMING_BACK : 0);',
        'const messages = counted;',
        'counts a connection that comes after another one as five messages, since signing in costs more than one',
      ],
    ],
  ),
  ...switchedOff(
    {
      file: 'apps/server/src/http/waiting-connections.ts',
      test: 'apps/server/src/http/waiting-connections.test.ts',
    },
    [
      [
        'the most connections over which no request is under way',
        'if (waiting.size > max) longest?.destroy();',
        '',
        'closes the connections that have waited longest for the rest of their headers, and serves newcomers',
      ],
    ],
  ),
  ...switchedOff({ file: SOCKETS, test: SOCKET_TESTS }, [
    [
      'the largest message',
      'maxPayload: config.maxBodyBytes,',
      '',
      'comes with 1009 for a message that is too large',
    ],
    [
      'the longest batch of a message',
      'maxBatchSize: MAX_CALLS_PER_BATCH,',
      '',
      'refuses every call of a batch of 21 and none of a batch of 20',
    ],
    [
      'the time within which a socket signs in',
      "closeSocket(socket, CLOSE_CODES.authTimeout, 'no token arrived in time');",
      '',
      'closes a connection that sends no token in time with 4408',
    ],
  ]),
  ...switchedOff({ file: CALLS, test: HTTP_TESTS }, [
    [
      'the longest batch',
      'maxBatchSize: MAX_CALLS_PER_BATCH,',
      '',
      'takes 20 calls in a batch and refuses 21',
    ],
  ]),
  ...switchedOff({ file: PLAIN, test: PLAIN_TESTS }, [
    [
      'the longest batch of plain calls',
      'if (names.length > MAX_CALLS_PER_BATCH ||',
      'if (names.length > 1e9 ||',
      '%s: the adapter answers with %i',
    ],
    [
      'the one error for inputs that cannot be read',
      'this.#error = unreadable(cause);',
      'this.#error = cause as TRPCError;',
      '%s: %i',
    ],
  ]),
  ...switchedOff({ file: CALLS, test: 'apps/server/test/request-costs.test.ts' }, [
    [
      'the watch over an answer in one piece that nobody reads',
      'outlet.sent();\n}',
      'void outlet;\n}',
      'a large answer over HTTP that nobody reads breaks off, as over a WebSocket',
    ],
  ]),
  ...switchedOff(
    {
      file: 'apps/server/src/http/caller-gone.ts',
      test: 'apps/server/src/http/caller-gone.test.ts',
    },
    [
      [
        'the end of a call that waits behind another one',
        "request.once('aborted', leave);",
        '',
        'is gone for the call that runs, and for the one behind it',
      ],
      [
        'the difference between a caller that has gone and one that was answered',
        'if (!response.writableEnded) gone.abort();',
        'gone.abort();',
        'after the whole answer was sent is not gone for the call',
      ],
    ],
  ),
  ...switchedOff({ file: CALLS, test: 'tests/seams/queries-in-turn.test.ts' }, [
    [
      'the end of a query over HTTP whose caller has gone',
      'const signal = callerGone(request, response);',
      'const { signal } = new AbortController();\n    void callerGone;',
      'end when their caller has gone, over HTTP and over a WebSocket',
    ],
  ]),
  ...switchedOff({ file: 'apps/server/src/http/read-body.ts', test: HTTP_TESTS }, [
    [
      'the largest body',
      'if (bytes > maxBytes) {',
      'if (bytes > 1e12) {',
      'refuses one byte more, in the one shape of errors',
    ],
  ]),
  ...switchedOff({ file: START, test: 'tests/processes/slow-senders.test.ts', hangsMs: TAKES_MS }, [
    [
      'the time for headers',
      'headersTimeout: 10_000,',
      'headersTimeout: 600_000,',
      'a sender of $what without an end is cut off by the times that a server has by itself',
    ],
    [
      'the time for a whole request',
      'requestTimeout: 60_000,',
      'requestTimeout: 600_000,',
      'a sender of $what without an end is cut off by the times that a server has by itself',
    ],
  ]),
];
