import { type Mutation, switchedOff } from './mutation.js';

const TOKENS = 'packages/core/src/access/tokens.ts';
const JUDGE = 'packages/core/src/access/judge.ts';
const CONNECTIONS = 'apps/server/src/live/connections.ts';
const WATCHER = 'apps/server/src/live/access-watcher.ts';
const SECURITY_TOKENS = 'apps/server/test/security-tokens.test.ts';
const SOCKETS = 'apps/server/test/sockets.test.ts';
const CHANGES = 'apps/server/test/access-changes.test.ts';
const ACCESS = 'packages/router/src/access.test.ts';
const SAME_401 = '%s is answered with the same 401 as every other';

/** Tokens, and the connections that end with them. */
export const TOKEN_MUTATIONS: readonly Mutation[] = [
  ...switchedOff({ file: 'packages/router/src/trpc.ts', test: 'packages/router/src/read-only.test.ts' }, [
    [
      'the refusal of what a token that may only read would change',
      '  refuseWrite(call);\n',
      '',
      '%s is refused before its input is looked at, and says why',
    ],
  ]),
  ...switchedOff({ file: 'packages/router/src/trpc.ts', test: 'apps/server/test/read-only.test.ts' }, [
    [
      'the type of what a token that may only read calls',
      "if (type !== 'mutation' ||",
      "if (type === 'query' || path.startsWith('moderation') ||",
      'listens and reads over a WebSocket, and is refused every change there',
    ],
  ]),
  ...switchedOff({ file: TOKENS, test: SECURITY_TOKENS }, [
    [
      'the check of the claim that a token may only read',
      'if (claims.read_only !== undefined && !(readOnly && server)) throw invalidToken();',
      '',
      SAME_401,
    ],
  ]),
  ...switchedOff({ file: TOKENS, test: SECURITY_TOKENS }, [
    ['the pinned algorithm of tokens', 'algorithms: [ALGORITHM],', '', SAME_401],
    [
      'the check of the claims of a token',
      'if (claims.server !== undefined || !userId.success) throw invalidToken();',
      '',
      SAME_401,
    ],
    [
      'the one refusal of bad tokens',
      "if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf') throw notYetValid();\n    throw invalidToken();",
      'throw error;',
      SAME_401,
    ],
    [
      'the secrets that are listed beside the first',
      'keys.find(one => one.kid === kid)',
      'keys.slice(0, 1).find(one => one.kid === kid)',
      'takes the tokens of both secrets while both are listed, and those of the old one no longer after',
    ],
  ]),
  ...switchedOff({ file: TOKENS, test: 'packages/core/src/access/tokens.test.ts' }, [
    [
      'the choice of the key by its name',
      'keys.find(one => one.kid === kid)',
      'keys.find(one => one.kid === kid) ?? keys[0]',
      '',
    ],
  ]),
  ...switchedOff({ file: TOKENS, test: 'tests/processes/security-process.test.ts' }, [
    [
      'the least length of a secret',
      'const MIN_SECRET_BYTES = 32;',
      'const MIN_SECRET_BYTES = 1;',
      'refuses to start with a secret that is too short, and does not repeat it',
    ],
  ]),
  ...switchedOff({ file: 'apps/server/src/http/tokens.ts', test: 'apps/server/src/http/tokens.test.ts' }, [
    [
      'the end of what is remembered of a token',
      'Math.min(clock() + REMEMBERED_MS, principal.expiresAt ?? Number.POSITIVE_INFINITY)',
      'clock() + 1e9',
      'does not remember a token beyond its expiry',
    ],
  ]),
  ...switchedOff({ file: 'apps/server/src/live/socket-handler.ts', test: SOCKETS }, [
    [
      'tokens that are taken from the first message only',
      'await host.authenticate(info.connectionParams?.token);',
      "await host.authenticate(info.connectionParams?.token ?? new URL(req.url ?? '', 'http://x').searchParams.get('token') ?? undefined);",
      'takes no token from the URL',
    ],
  ]),
  ...switchedOff({ file: CONNECTIONS, test: SOCKETS }, [
    [
      'the end of a connection with its token',
      "entry.connection.close(CLOSE_CODES.tokenExpired, 'TOKEN_EXPIRED');",
      '',
      'comes with 4401 when the token expires, within a second',
    ],
  ]),
  ...switchedOff({ file: WATCHER, test: SOCKETS }, [
    [
      'the watch over who loses access',
      'if (refusal) connection.close(closeCodeOf(refusal.code), refusal.code);',
      '',
      'comes with 4403 within a second when the user is deactivated; server tokens and others stay',
    ],
  ]),
  ...switchedOff({ file: WATCHER, test: CHANGES }, [
    [
      'the watch over the role and the teams of a user',
      'if (Object.keys(event.full.changes ?? {}).some(path => ACCESS_FIELDS.test(path)))',
      'if (event.seq < 0)',
      'asks its connections to come back with 4409: %s',
    ],
    [
      'the watch over the grants of roles',
      'const roles = rolesWithOtherGrants(settings, changes);',
      'const roles = { isEmpty: true, has: (_: string) => false };',
      'by the grants of a role asks those who have it, and nobody else',
    ],
    [
      'the watch over multi-tenancy',
      'changes.multi_tenant_enabled !== undefined || ',
      '',
      'by multi-tenancy asks every user, and no server',
    ],
    [
      'the watch over what is private of custom data',
      ' || changes.private_custom_fields !== undefined',
      '',
      'by what is private of custom data asks every user, and no server',
    ],
    [
      'the watch over the revocation of all tokens',
      'if (!changes.revoke_tokens_issued_before && roles.isEmpty && !sight) return;',
      'if (roles.isEmpty && !sight) return;',
      'of the tokens of the app ends those of servers, too; without a user nobody has a token to revoke',
    ],
  ]),
  ...switchedOff({ file: JUDGE, test: 'packages/core/test/contract/revocation.test.ts' }, [
    [
      'the revocation of tokens without a time of issue',
      'if (issuedAt !== undefined && issuedAt >= before) return undefined;',
      'if (issuedAt === undefined || issuedAt >= before) return undefined;',
      'refuses a token of a user that was issued before the time, or does not say when, and no other',
    ],
  ]),
  ...switchedOff({ file: JUDGE, test: CHANGES }, [
    [
      'the grant that lets anonymous callers stay connected',
      "if (entrance !== 'connection' || evidence.grants.includes('read-users')) return undefined;",
      'if (entrance) return undefined;',
      'stays connected only as long as the role reads users',
    ],
  ]),
  ...switchedOff({ file: JUDGE, test: ACCESS }, [
    [
      'the revocation of server tokens',
      "case 'server':\n      return revoked(principal.issuedAt, evidence.revokedBefore);",
      "case 'server':\n      return undefined;",
      'of the whole app are those of servers, too, but for fresh ones',
    ],
  ]),
  ...switchedOff({ file: 'packages/router/src/trpc.ts', test: ACCESS }, [
    [
      'the expiry of a token at each call of a connection',
      'if (expired) throw expired;',
      '',
      'is one whose token has expired since its connection was opened',
    ],
  ]),
];
