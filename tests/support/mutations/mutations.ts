import type { Mutation } from './mutation.js';

const TOKENS = 'packages/core/src/access/tokens.ts';
const HTTP = 'apps/server/src/http/http-handler.ts';
const SOCKETS = 'apps/server/src/live/socket-handler.ts';
const CONNECTIONS = 'apps/server/src/live/connections.ts';
const SECURITY_TOKENS = 'apps/server/test/security-tokens.test.ts';
const SOCKET_TESTS = 'apps/server/test/sockets.test.ts';
const HTTP_TESTS = 'apps/server/test/http.test.ts';
const REPLAY_TESTS = 'packages/router/test/replay.test.ts';
const NOTHING_THAT_IS_GONE =
  'is the same, whatever the values were that users have no more, and whatever it asks for';
const SAME_401 = '%s is answered with the same 401 as every other';

/** The mechanisms of docs/security.md, in its order, and how each is switched off. */
export const MUTATIONS: readonly Mutation[] = [
  {
    mechanism: 'the pinned algorithm of tokens',
    file: TOKENS,
    from: 'algorithms: [ALGORITHM],',
    to: '',
    test: { file: SECURITY_TOKENS, name: SAME_401 },
  },
  {
    mechanism: 'the check of the claims of a token',
    file: TOKENS,
    from: 'if (claims.server !== undefined || !userId.success) throw invalidToken();',
    to: '',
    test: { file: SECURITY_TOKENS, name: SAME_401 },
  },
  {
    mechanism: 'the one refusal of bad tokens',
    file: TOKENS,
    from: "if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf') throw notYetValid();\n    throw invalidToken();",
    to: 'throw error;',
    test: { file: SECURITY_TOKENS, name: SAME_401 },
  },
  {
    mechanism: 'the choice of the key by its name',
    file: TOKENS,
    from: 'keys.find(one => one.kid === kid)',
    to: 'keys.find(one => one.kid === kid) ?? keys[0]',
    test: { file: 'packages/core/src/access/tokens.test.ts', name: '' },
  },
  {
    mechanism: 'the least length of a secret',
    file: TOKENS,
    from: 'const MIN_SECRET_BYTES = 32;',
    to: 'const MIN_SECRET_BYTES = 1;',
    test: {
      file: 'tests/processes/security-process.test.ts',
      name: 'refuses to start with a secret that is too short, and does not repeat it',
    },
  },
  {
    mechanism: 'the end of a connection with its token',
    file: CONNECTIONS,
    from: "entry.connection.close(CLOSE_CODES.tokenExpired, 'TOKEN_EXPIRED');",
    to: '',
    test: { file: SOCKET_TESTS, name: 'comes with 4401 when the token expires, within a second' },
  },
  {
    mechanism: 'the watch over who loses access',
    file: 'apps/server/src/live/access-watcher.ts',
    from: 'if (refusal) connection.close(closeCodeOf(refusal.code), refusal.code);',
    to: '',
    test: {
      file: SOCKET_TESTS,
      name: 'comes with 4403 within a second when the user is deactivated; server tokens and others stay',
    },
  },
  {
    mechanism: 'the revocation of tokens without a time of issue',
    file: 'packages/core/src/access/judge.ts',
    from: 'if (issuedAt !== undefined && issuedAt >= before) return undefined;',
    to: 'if (issuedAt === undefined || issuedAt >= before) return undefined;',
    test: {
      file: 'packages/core/test/contract/revocation.test.ts',
      name: 'refuses a token of a user that was issued before the time, or does not say when, and no other',
    },
  },
  {
    mechanism: 'the origins that may open a socket',
    file: 'apps/server/src/http/foreign-page.ts',
    from: 'if (origin !== undefined && !isAllowedOrigin(allowedOrigins, origin)) {',
    to: 'if (origin === "nobody") {',
    test: { file: SOCKET_TESTS, name: 'refuses a page of %s with 403' },
  },
  {
    mechanism: 'the comparison of whole origins',
    file: 'apps/server/src/config/allowed-origin.ts',
    from: 'return allowed.origins.includes(origin);',
    to: 'return allowed.origins.some(one => origin.toLowerCase().startsWith(one));',
    test: { file: 'apps/server/src/config/allowed-origin.test.ts', name: '' },
  },
  {
    mechanism: 'the header that keeps answers out of caches',
    file: HTTP,
    from: "['cache-control', 'no-store'],",
    to: '',
    test: { file: HTTP_TESTS, name: 'forbids browsers to guess, frame, run or keep any answer' },
  },
  {
    mechanism: 'the header that keeps answers from being run',
    file: HTTP,
    from: `['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],`,
    to: '',
    test: { file: HTTP_TESTS, name: 'forbids browsers to guess, frame, run or keep any answer' },
  },
  {
    mechanism: 'the largest body',
    file: 'apps/server/src/http/http-calls.ts',
    from: 'maxBodySize: host.config.maxBodyBytes,',
    to: '',
    test: { file: HTTP_TESTS, name: 'refuses one byte more, in the one shape of errors' },
  },
  {
    mechanism: 'the largest body, in a process of its own',
    file: 'apps/server/src/http/http-calls.ts',
    from: 'maxBodySize: host.config.maxBodyBytes,',
    to: '',
    test: {
      file: 'tests/processes/security-process.test.ts',
      name: 'keeps to its memory under bodies that are too large, tokens that are none and batches that are too long',
    },
  },
  {
    mechanism: 'the longest batch',
    file: 'apps/server/src/http/http-calls.ts',
    from: 'maxBatchSize: MAX_CALLS_PER_BATCH,',
    to: '',
    test: { file: HTTP_TESTS, name: 'takes 20 calls in a batch and refuses 21' },
  },
  {
    mechanism: 'the largest message',
    file: SOCKETS,
    from: 'maxPayload: config.maxBodyBytes,',
    to: '',
    test: { file: SOCKET_TESTS, name: 'comes with 1009 for a message that is too large' },
  },
  {
    mechanism: 'the time within which a socket signs in',
    file: SOCKETS,
    from: "close(socket, CLOSE_CODES.authTimeout, 'no token arrived in time');",
    to: '',
    test: { file: SOCKET_TESTS, name: 'closes a connection that sends no token in time with 4408' },
  },
  {
    mechanism: 'the times for slow senders',
    file: 'apps/server/src/start-server.ts',
    from: 'headersTimeout: 10_000,',
    to: 'headersTimeout: 600_000,',
    test: {
      file: 'tests/processes/slow-senders.test.ts',
      name: 'a sender of headers without an end is cut off by the times that a server has by itself',
    },
  },
  {
    mechanism: 'the most connections of a user',
    file: CONNECTIONS,
    from: 'if (ofUser && ofUser.size >= this.#maxPerUser) {',
    to: 'if (ofUser && ofUser.size >= 1e9) {',
    test: {
      file: SOCKET_TESTS,
      name: 'refuses a connection more than a user may have with 1013, and takes one again afterwards',
    },
  },
  {
    mechanism: 'the names that reach a prototype',
    file: 'packages/protocol/src/users/custom-data.ts',
    from: "new Set(['__proto__', 'prototype', 'constructor'])",
    to: 'new Set()',
    test: {
      file: 'packages/protocol/src/users/prototype-safety.test.ts',
      name: 'no door takes the name %s, wherever it stands',
    },
  },
  {
    mechanism: 'expressions that take ever longer',
    file: 'apps/server/src/logger.ts',
    from: 'const TOKEN = /\\beyJ[\\w-]*(?:\\.[\\w-]+)*/g;',
    to: 'const TOKEN = /eyJ[\\w-]*(?:\\.?[\\w-]+)*!/g;',
    test: { file: 'tests/repo/regexes.test.ts', name: '%s of %s takes under 10 ms for 50 kB of anything' },
  },
  {
    mechanism: 'the tenant of a query',
    file: 'packages/core/src/query/query-users.ts',
    from: '...(query.tenant ? [json.belongsTo(query.tenant)] : []),',
    to: '',
    test: {
      file: 'packages/core/test/contract/tenancy.test.ts',
      name: 'finds exactly those who share a team, and without teams those who have none',
    },
  },
  {
    mechanism: 'the look at what users are now, when events are heard again',
    file: 'packages/router/src/stream-events.ts',
    from: 'options.after && end && new Replay({ caller, viewer, users }, end)',
    to: 'undefined',
    test: { file: REPLAY_TESTS, name: NOTHING_THAT_IS_GONE },
  },
  {
    mechanism: 'the judgement of matched by what users are now',
    file: 'packages/router/src/event-viewer.ts',
    from: 'filter.judgeReplayed(shown, joined)',
    to: 'filter.judge(entry, visibilityOf(this.#caller, entry.userId))',
    test: { file: REPLAY_TESTS, name: NOTHING_THAT_IS_GONE },
  },
  {
    mechanism: 'the earliest position of a user token',
    file: 'packages/router/src/replay.ts',
    from: 'return first && first.at < from ? { resyncAt: this.end } : page;',
    to: 'return page;',
    test: {
      file: REPLAY_TESTS,
      name: 'is the first live connection of the user, however long ago that was, and nothing before it',
    },
  },
  {
    mechanism: 'the length of a page of a replay',
    file: 'packages/router/src/replay.ts',
    from: 'if (bytes > LIMITS.eventPageBytes && events.length > 0) {',
    to: 'if (bytes < 0) {',
    test: {
      file: REPLAY_TESTS,
      name: 'are as short as all others, though users have grown since, and nothing is missing or comes twice',
    },
  },
  {
    mechanism: 'the expiry of the link to an export',
    file: 'packages/core/src/access/export-links.ts',
    from: 'return signed.includes(true) && link.expires > now;',
    to: 'return signed.includes(true);',
    test: {
      file: 'tests/seams/exports.test.ts',
      name: 'is refused when it has expired, and when it is signed for what is no task',
    },
  },
  {
    mechanism: 'the signature of the link to an export',
    file: 'packages/core/src/access/export-links.ts',
    from: 'return signed.includes(true) && link.expires > now;',
    to: 'return link.expires > now;',
    test: {
      file: 'tests/seams/exports.test.ts',
      name: 'that was altered in any character is refused, like every other that is no good',
    },
  },
  {
    mechanism: 'the mode of the file of the secret',
    file: 'apps/server/src/config/signing-keys.ts',
    from: "open(unfinished, 'wx', 0o600)",
    to: "open(unfinished, 'wx', 0o644)",
    test: {
      file: 'apps/server/src/config/signing-keys.test.ts',
      name: 'makes a named secret that only its owner can read, and leaves nothing else behind',
    },
  },
  {
    mechanism: 'what the log leaves out of errors',
    file: 'apps/server/src/logger.ts',
    from: 'serializers: { err: error => describeError(error, MAX_CAUSES) },',
    to: 'serializers: { err: error => ({ ...(error as object), message: (error as Error).message }) },',
    test: {
      file: 'apps/server/src/logger.test.ts',
      name: 'describes an error with its causes, and leaves out what drivers attach',
    },
  },
];
