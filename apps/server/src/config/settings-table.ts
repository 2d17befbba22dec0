import { parseDatabaseUrl, parseReadUrls, parseSigningKeys } from '@rollcall/core';
import { LIMITS } from '@rollcall/protocol';
import { z } from 'zod';
import { parseNetworks } from '../webhooks/webhook-addresses.js';
import { type AllowedOrigins, parseAllowedOrigins } from './allowed-origin.js';
import { budgetSettings } from './budget-settings.js';
import { checkedBy, onOrOff, parsedBy, type Setting, wholeNumber } from './setting.js';

/** The levels of the log, from everything to nothing. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/**
 * The one table of settings. The configuration, its messages, `check-config` and docs/config.md all come from it. The
 * keys are the names in `Config`.
 */
export const SETTINGS = {
  databaseUrl: setting({
    name: 'ROLLCALL_DATABASE_URL',
    does: 'Where the data is: `sqlite:<file>`, `better-sqlite3:<file>` or `postgres://…`, which may name several hosts: `postgres://user:password@a:5432,b:5432/database`.',
    default: 'sqlite:./data/rollcall.sqlite',
    fallback: () => 'sqlite:./data/rollcall.sqlite',
    schema: checkedBy(parseDatabaseUrl),
    secret: true,
  }),
  databaseReadUrls: setting<readonly string[]>({
    name: 'ROLLCALL_DATABASE_READ_URLS',
    does: 'Standbys of that PostgreSQL that serve queries and replays: URLs separated by commas, with one host each. [Read replicas](high-availability.md#read-replicas).',
    default: 'none',
    fallback: () => [],
    schema: parsedBy(parseReadUrls),
    secret: true,
  }),
  postgresPoolSize: setting({
    name: 'ROLLCALL_POSTGRES_POOL_SIZE',
    does: 'The most connections that this process opens for its calls and background work to PostgreSQL, and to each of its replicas. An embedded database ignores it.',
    default: '10',
    fallback: () => 10,
    schema: wholeNumber(2, 200),
  }),
  hints: setting<boolean>({
    name: 'ROLLCALL_HINTS',
    does: 'Whether processes on one PostgreSQL notify each other by LISTEN and NOTIFY when something has happened: `on` or `off`. Use `off` behind a pooler that does not let this through: each process then looks by itself at least once a second.',
    default: 'on',
    fallback: () => true,
    schema: onOrOff(),
  }),
  secret: setting<string | undefined>({
    name: 'ROLLCALL_SECRET',
    does: 'Signs tokens: a secret of 32 bytes or more, or `kid:secret` pairs separated by commas, with the signing one first.',
    default: 'made at the first start and kept beside an embedded database; required for PostgreSQL',
    fallback: () => undefined,
    schema: checkedBy(parseSigningKeys),
    secret: true,
  }),
  host: setting({
    name: 'ROLLCALL_HOST',
    does: 'The address to listen on; `0.0.0.0` listens on all interfaces.',
    default: '127.0.0.1',
    fallback: () => '127.0.0.1',
    schema: z.string().regex(/^[A-Za-z0-9.:_-]+$/, 'a host name or an address'),
  }),
  port: setting({
    name: 'ROLLCALL_PORT',
    does: 'The port to listen on, for both HTTP and WebSocket; 0 takes any free port.',
    default: '4600',
    fallback: () => 4600,
    schema: wholeNumber(0, 65_535),
  }),
  allowedOrigins: setting<AllowedOrigins>({
    name: 'ROLLCALL_ALLOWED_ORIGINS',
    does: 'The web pages that may call from a browser: origins separated by commas, `localhost` for every page of this machine, or `*` for all.',
    default: 'localhost in development, none in production',
    fallback: environment =>
      environment === 'production' ? { kind: 'list', origins: [] } : { kind: 'localhost' },
    schema: parsedBy(parseAllowedOrigins),
  }),
  console: setting<boolean>({
    name: 'ROLLCALL_CONSOLE',
    does: '`on` serves the console at `/`, where its package is installed and built. `off` serves no page.',
    default: 'on',
    fallback: () => true,
    schema: onOrOff(),
  }),
  products: setting<readonly string[]>({
    name: 'ROLLCALL_PRODUCTS',
    does: 'Your own products: modules separated by commas, each a path that begins with `./`, `../` or `/`, or a package.',
    default: 'none',
    fallback: () => [],
    schema: z
      .string()
      .transform(text => text.split(',').map(one => one.trim()))
      .refine(modules => modules.every(one => one !== ''), 'modules separated by commas'),
  }),
  migrate: setting<boolean>({
    name: 'ROLLCALL_MIGRATE',
    does: '`on` brings the database up to date at the start. With `off`, `rollcall migrate` does that, and a server refuses a database that is not up to date.',
    default: 'on',
    fallback: () => true,
    schema: onOrOff(),
  }),
  logLevel: setting({
    name: 'ROLLCALL_LOG_LEVEL',
    does: `How much is logged: ${LOG_LEVELS.map(level => `\`${level}\``).join(', ')}.`,
    default: 'info',
    fallback: () => 'info' as (typeof LOG_LEVELS)[number],
    schema: z.enum(LOG_LEVELS) as z.ZodType<(typeof LOG_LEVELS)[number], string>,
  }),
  maxBodyBytes: setting({
    name: 'ROLLCALL_MAX_BODY_BYTES',
    does: 'The largest HTTP request body, and the largest WebSocket message from a client, in bytes.',
    default: String(LIMITS.bodyBytes),
    fallback: () => LIMITS.bodyBytes as number,
    schema: wholeNumber(1024, 64 * 1024 * 1024),
  }),
  maxConnectionsPerUser: setting({
    name: 'ROLLCALL_MAX_CONNECTIONS_PER_USER',
    does: 'The most live connections that one user may have to this process.',
    default: '50',
    fallback: () => 50,
    schema: wholeNumber(1, 10_000),
  }),
  maxConnectionsPerAddress: setting({
    name: 'ROLLCALL_MAX_CONNECTIONS_PER_ADDRESS',
    does: 'The most live connections that the guests and the callers without a user of one address may have to this process, all together.',
    default: '50',
    fallback: () => 50,
    schema: wholeNumber(1, 100_000),
  }),
  maxSocketsSigningIn: setting({
    name: 'ROLLCALL_MAX_SOCKETS_SIGNING_IN',
    does: 'The most WebSockets of one address that have not signed in yet. All clients of an office, or behind a proxy that is not trusted, share it when they come back at once.',
    default: '1000',
    fallback: () => 1000,
    schema: wholeNumber(1, 100_000),
  }),
  clientCallsPerMinute: setting({
    name: 'ROLLCALL_CLIENT_CALLS_PER_MINUTE',
    does: 'How many calls of one procedure one user may make per minute. Calls of guests and calls without the token of a user are counted by address, and so are names that are no procedures. Each process counts for itself; server tokens are not counted.',
    default: '60',
    fallback: () => 60,
    schema: wholeNumber(1, 1_000_000),
  }),
  guestsPerMinute: setting({
    name: 'ROLLCALL_GUESTS_PER_MINUTE',
    does: 'How many guests one address may create per minute.',
    default: '10',
    fallback: () => 10,
    schema: wholeNumber(1, 1_000_000),
  }),
  socketMessagesPerMinute: setting({
    name: 'ROLLCALL_SOCKET_MESSAGES_PER_MINUTE',
    does: 'How many messages a WebSocket may send per minute before it is closed with 1013; one that comes after it for the same caller goes on counting. Messages with a server token are not counted.',
    default: '120',
    fallback: () => 120,
    schema: wholeNumber(1, 1_000_000),
  }),
  maxUnreadBytes: setting({
    name: 'ROLLCALL_MAX_UNREAD_BYTES',
    does: 'How many bytes may wait to be read on all live connections of this process together. Past that, the connections that are furthest behind are closed first, with 4008.',
    default: String(128 * 1024 * 1024),
    fallback: () => 128 * 1024 * 1024,
    schema: wholeNumber(1024 * 1024, 64 * 1024 * 1024 * 1024),
  }),
  ...budgetSettings('client', 'a user'),
  ...budgetSettings('server', 'a server token'),
  webhooks: setting<boolean>({
    name: 'ROLLCALL_WEBHOOKS',
    does: 'Whether this process sends webhooks: `on` or `off`. With `off` they keep their places, and other processes on the same database send them. Use it where a copy or a restored backup is tried out, which would send events to the receivers of the original.',
    default: 'on',
    fallback: () => true,
    schema: onOrOff(),
  }),
  webhookAllowedAddresses: setting({
    name: 'ROLLCALL_WEBHOOK_ALLOWED_ADDRESSES',
    does: 'Addresses and networks that webhooks may be sent to although they are not on the internet, separated by commas, such as `10.0.0.0/8,127.0.0.1`. Anybody with a server token can have requests sent there.',
    default: 'none',
    fallback: (): readonly string[] => [],
    schema: parsedBy(parseNetworks),
  }),
  metricsPort: setting<number | undefined>({
    name: 'ROLLCALL_METRICS_PORT',
    does: 'A port of its own for `/metrics`, which has nothing else; 0 takes any free port. With neither this nor a token there are no metrics.',
    default: 'none',
    fallback: () => undefined,
    schema: wholeNumber(0, 65_535),
  }),
  metricsHost: setting({
    name: 'ROLLCALL_METRICS_HOST',
    does: 'The address that this port listens on.',
    default: '127.0.0.1',
    fallback: () => '127.0.0.1',
    schema: z.string().regex(/^[A-Za-z0-9.:_-]+$/, 'a host name or an address'),
  }),
  metricsToken: setting<string | undefined>({
    name: 'ROLLCALL_METRICS_TOKEN',
    does: 'The bearer token that `/metrics` asks for, of 16 to 256 letters, digits and `-._~+/=`. Without a port of its own, `/metrics` is on the port of the server then.',
    default: 'none',
    fallback: () => undefined,
    schema: z.string().regex(/^[\w.~+/=-]{16,256}$/, 'a token of 16 to 256 letters, digits and -._~+/='),
    secret: true,
  }),
  trustedProxies: setting({
    name: 'ROLLCALL_TRUST_PROXY',
    does: 'How many of your own proxies stand in front of the server. Each must add the address that called it to `X-Forwarded-For`. With 0, an address is that of the socket.',
    default: '0',
    fallback: () => 0,
    schema: wholeNumber(0, 10),
  }),
  authTimeoutMs: setting({
    name: 'ROLLCALL_AUTH_TIMEOUT_MS',
    does: 'How long a WebSocket may stay open before it sends its token.',
    default: '5000',
    fallback: () => 5000,
    schema: wholeNumber(10, 60_000),
  }),
  unreadyMs: setting({
    name: 'ROLLCALL_UNREADY_MS',
    does: 'At shutdown, how long the server goes on serving everything while `/readyz` already answers 503. A load balancer that asks there then sends nothing new before the port closes; give it a little more time than it needs to notice.',
    default: '0',
    fallback: () => 0,
    schema: wholeNumber(0, 60_000),
  }),
  drainMs: setting({
    name: 'ROLLCALL_DRAIN_MS',
    does: 'At shutdown, the time over which live connections are asked to reconnect, so that they do not all return at once.',
    default: '2000',
    fallback: () => 2000,
    schema: wholeNumber(0, 60_000),
  }),
  shutdownTimeoutMs: setting({
    name: 'ROLLCALL_SHUTDOWN_TIMEOUT_MS',
    does: 'At shutdown, how long running calls may take before they are cut off.',
    default: '10000',
    fallback: () => 10_000,
    schema: wholeNumber(0, 300_000),
  }),
} as const;

/** Names of settings of clients and tests, which may share an environment with the server. */
export const FOREIGN_NAMES: readonly RegExp[] = [
  /^ROLLCALL_URL$/,
  /^ROLLCALL_TOKEN$/,
  /^ROLLCALL_DEBUG$/,
  /^ROLLCALL_TEST_/,
];

/** Types each row of the table by its own value. */
function setting<Value>(row: Setting<Value>): Setting<Value> {
  return row;
}
