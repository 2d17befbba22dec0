import { RollcallError } from '@rollcall/protocol';
import { describe, expect, it } from 'vitest';
import { type EnvironmentVariables, loadConfig, nearestName } from './config.js';
import { describeConfig } from './describe-config.js';
import { SETTINGS } from './settings-table.js';

const SECRET = 'canary-secret-0123456789-0123456789';

describe('loadConfig', () => {
  it('runs with nothing set', () => {
    expect(loadConfig({ PATH: '/bin' })).toEqual({
      environment: 'development',
      databaseUrl: 'sqlite:./data/rollcall.sqlite',
      databaseReadUrls: [],
      postgresPoolSize: 10,
      hints: true,
      secret: undefined,
      host: '127.0.0.1',
      port: 4600,
      allowedOrigins: { kind: 'localhost' },
      console: true,
      products: [],
      migrate: true,
      logLevel: 'info',
      maxBodyBytes: 1_048_576,
      maxConnectionsPerUser: 50,
      maxConnectionsPerAddress: 50,
      maxSocketsSigningIn: 1000,
      clientCallsPerMinute: 60,
      guestsPerMinute: 10,
      socketMessagesPerMinute: 120,
      maxUnreadBytes: 134_217_728,
      clientSubscriptions: 100,
      clientLiveFilters: 20,
      clientLiveFilterBytes: 262_144,
      clientWatchedIdBytes: 16 * 1024 * 1024,
      clientRequestBytes: 4_194_304,
      clientRunningQueries: 1,
      clientFilterValues: 1000,
      clientQueryMs: 2000,
      serverSubscriptions: 1000,
      serverLiveFilters: 200,
      serverLiveFilterBytes: 4_194_304,
      serverWatchedIdBytes: 160 * 1024 * 1024,
      serverRequestBytes: 67_108_864,
      serverRunningQueries: 4,
      serverFilterValues: 10_000,
      serverQueryMs: 20_000,
      webhooks: true,
      webhookAllowedAddresses: [],
      metricsPort: undefined,
      metricsHost: '127.0.0.1',
      metricsToken: undefined,
      trustedProxies: 0,
      authTimeoutMs: 5000,
      unreadyMs: 0,
      drainMs: 2000,
      shutdownTimeoutMs: 10_000,
    });
  });

  it('allows no page by default in production', () => {
    const config = loadConfig({ NODE_ENV: 'production' });
    expect(config.environment).toBe('production');
    expect(config.allowedOrigins).toEqual({ kind: 'list', origins: [] });
  });

  it('reads every setting', () => {
    const config = loadConfig({
      ROLLCALL_DATABASE_URL: 'postgres://rollcall:pass@db:5432/rollcall',
      ROLLCALL_DATABASE_READ_URLS: 'postgres://rollcall:pass@db2:5432/rollcall',
      ROLLCALL_POSTGRES_POOL_SIZE: '25',
      ROLLCALL_SECRET: `now:${SECRET},before:${SECRET}`,
      ROLLCALL_HOST: '0.0.0.0',
      ROLLCALL_HINTS: 'off',
      ROLLCALL_PORT: '0',
      ROLLCALL_ALLOWED_ORIGINS: 'https://app.example.com',
      ROLLCALL_CONSOLE: 'off',
      ROLLCALL_PRODUCTS: './bookmarks.js, @example/notes',
      ROLLCALL_MIGRATE: 'off',
      ROLLCALL_LOG_LEVEL: 'warn',
      ROLLCALL_MAX_BODY_BYTES: '2048',
      ROLLCALL_MAX_CONNECTIONS_PER_USER: '3',
      ROLLCALL_MAX_CONNECTIONS_PER_ADDRESS: '32',
      ROLLCALL_MAX_SOCKETS_SIGNING_IN: '33',
      ROLLCALL_CLIENT_CALLS_PER_MINUTE: '4',
      ROLLCALL_GUESTS_PER_MINUTE: '5',
      ROLLCALL_SOCKET_MESSAGES_PER_MINUTE: '6',
      ROLLCALL_MAX_UNREAD_BYTES: '1048577',
      ROLLCALL_CLIENT_SUBSCRIPTIONS: '20',
      ROLLCALL_CLIENT_LIVE_FILTERS: '21',
      ROLLCALL_CLIENT_LIVE_FILTER_BYTES: '2049',
      ROLLCALL_CLIENT_WATCHED_ID_BYTES: '2051',
      ROLLCALL_CLIENT_REQUEST_BYTES: '65537',
      ROLLCALL_CLIENT_RUNNING_QUERIES: '23',
      ROLLCALL_CLIENT_FILTER_VALUES: '24',
      ROLLCALL_CLIENT_QUERY_MS: '25',
      ROLLCALL_SERVER_SUBSCRIPTIONS: '26',
      ROLLCALL_SERVER_LIVE_FILTERS: '27',
      ROLLCALL_SERVER_LIVE_FILTER_BYTES: '2050',
      ROLLCALL_SERVER_WATCHED_ID_BYTES: '2052',
      ROLLCALL_SERVER_REQUEST_BYTES: '65538',
      ROLLCALL_SERVER_RUNNING_QUERIES: '29',
      ROLLCALL_SERVER_FILTER_VALUES: '30',
      ROLLCALL_SERVER_QUERY_MS: '31',
      ROLLCALL_WEBHOOKS: 'off',
      ROLLCALL_WEBHOOK_ALLOWED_ADDRESSES: '10.0.0.0/8, 127.0.0.1',
      ROLLCALL_METRICS_PORT: '9464',
      ROLLCALL_METRICS_HOST: '10.0.0.11',
      ROLLCALL_METRICS_TOKEN: 'a-token-of-the-operators',
      ROLLCALL_TRUST_PROXY: '1',
      ROLLCALL_AUTH_TIMEOUT_MS: '100',
      ROLLCALL_UNREADY_MS: '7',
      ROLLCALL_DRAIN_MS: '0',
      ROLLCALL_SHUTDOWN_TIMEOUT_MS: '1',
    });
    expect(config).toEqual({
      environment: 'development',
      databaseUrl: 'postgres://rollcall:pass@db:5432/rollcall',
      databaseReadUrls: ['postgres://rollcall:pass@db2:5432/rollcall'],
      postgresPoolSize: 25,
      hints: false,
      secret: `now:${SECRET},before:${SECRET}`,
      host: '0.0.0.0',
      port: 0,
      allowedOrigins: { kind: 'list', origins: ['https://app.example.com'] },
      console: false,
      products: ['./bookmarks.js', '@example/notes'],
      migrate: false,
      logLevel: 'warn',
      maxBodyBytes: 2048,
      maxConnectionsPerUser: 3,
      maxConnectionsPerAddress: 32,
      maxSocketsSigningIn: 33,
      clientCallsPerMinute: 4,
      guestsPerMinute: 5,
      socketMessagesPerMinute: 6,
      maxUnreadBytes: 1_048_577,
      clientSubscriptions: 20,
      clientLiveFilters: 21,
      clientLiveFilterBytes: 2049,
      clientWatchedIdBytes: 2051,
      clientRequestBytes: 65_537,
      clientRunningQueries: 23,
      clientFilterValues: 24,
      clientQueryMs: 25,
      serverSubscriptions: 26,
      serverLiveFilters: 27,
      serverLiveFilterBytes: 2050,
      serverWatchedIdBytes: 2052,
      serverRequestBytes: 65_538,
      serverRunningQueries: 29,
      serverFilterValues: 30,
      serverQueryMs: 31,
      webhooks: false,
      webhookAllowedAddresses: ['10.0.0.0/8', '127.0.0.1'],
      metricsPort: 9464,
      metricsHost: '10.0.0.11',
      metricsToken: 'a-token-of-the-operators',
      trustedProxies: 1,
      authTimeoutMs: 100,
      unreadyMs: 7,
      drainMs: 0,
      shutdownTimeoutMs: 1,
    });
  });

  it('takes an empty variable as absent', () => {
    expect(loadConfig({ ROLLCALL_PORT: '', ROLLCALL_SECRET: '' })).toEqual(loadConfig({}));
  });

  it('lets the variables of clients and tests pass', () => {
    const env = { ROLLCALL_URL: 'x', ROLLCALL_TOKEN: 'x', ROLLCALL_TEST_ENGINES: 'sqlite3' };
    expect(loadConfig(env)).toEqual(loadConfig({}));
  });

  it.each([
    ['ROLLCALL_DATABASE_URL', 'mysql://x', 'sqlite:<file>'],
    ['ROLLCALL_METRICS_PORT', '65536', 'a whole number from 0 to 65535'],
    ['ROLLCALL_METRICS_TOKEN', 'short', 'a token of 16 to 256'],
    ['ROLLCALL_SECRET', 'too-short', '32 bytes'],
    ['ROLLCALL_HOST', 'a b', 'a host name or an address'],
    ['ROLLCALL_PORT', '65536', 'a whole number from 0 to 65535'],
    ['ROLLCALL_PORT', '-1', 'a whole number from 0 to 65535'],
    ['ROLLCALL_PORT', '4600.5', 'a whole number from 0 to 65535'],
    ['ROLLCALL_PORT', '0x10', 'a whole number from 0 to 65535'],
    ['ROLLCALL_ALLOWED_ORIGINS', 'app.example.com', 'is not an origin'],
    ['ROLLCALL_PRODUCTS', './a.js,,./b.js', 'modules separated by commas'],
    ['ROLLCALL_MIGRATE', 'no', 'off'],
    ['ROLLCALL_HINTS', 'yes', 'must be one of "on", "off", not "yes"'],
    ['ROLLCALL_LOG_LEVEL', 'loud', 'info'],
    ['ROLLCALL_AUTH_TIMEOUT_MS', '5s', 'a whole number'],
  ])('refuses %s=%s and says what is accepted', (name, value, accepted) => {
    const error = refusal({ [name]: value });
    expect(error).toMatchObject({ code: 'INPUT_INVALID', field: name });
    expect(error.issues).toHaveLength(1);
    expect(error.message).toContain(name);
    expect(error.message).toContain(accepted);
  });

  it('reports everything that is wrong in one error, with the nearest known name', () => {
    const error = refusal({
      ROLLCALL_PROT: '1',
      ROLLCALL_PORT: 'x',
      ROLLCALL_QQQQQQQQQ: '1',
      ROLLCALL_HOST: '/',
    });
    expect(error.issues?.map(issue => issue.field).sort()).toEqual([
      'ROLLCALL_HOST',
      'ROLLCALL_PORT',
      'ROLLCALL_PROT',
      'ROLLCALL_QQQQQQQQQ',
    ]);
    expect(error.message).toContain('ROLLCALL_PROT: there is no such setting; did you mean ROLLCALL_PORT?');
    expect(error.message).toMatch(/ROLLCALL_QQQQQQQQQ: there is no such setting$/m);
  });

  it('demands a secret for PostgreSQL', () => {
    const error = refusal({ ROLLCALL_DATABASE_URL: 'postgres://u:pass-canary@db/rollcall' });
    expect(error.field).toBe('ROLLCALL_SECRET');
    expect(error.message).not.toContain('canary');
  });

  it('refuses replicas of an embedded database', () => {
    const error = refusal({ ROLLCALL_DATABASE_READ_URLS: 'postgres://u:canary@db/rollcall' });
    expect(error.field).toBe('ROLLCALL_DATABASE_READ_URLS');
    expect(error.message).toContain('only PostgreSQL has replicas');
    expect(error.message).not.toContain('canary');
  });

  it('never repeats a secret that it refuses', () => {
    const error = refusal({
      ROLLCALL_SECRET: 'canary-short',
      ROLLCALL_DATABASE_URL: 'mysql://u:canary@db',
      ROLLCALL_DATABASE_READ_URLS: 'postgres://u:canary@a,b/rollcall',
    });
    expect(JSON.stringify([error.message, error.issues])).not.toContain('canary');
  });
});

describe('describeConfig', () => {
  it('names every setting and masks secrets', () => {
    const text = describeConfig(
      loadConfig({
        ROLLCALL_DATABASE_URL: 'postgres://rollcall:pass-canary@db:5432/rollcall?password=canary',
        ROLLCALL_SECRET: SECRET,
        ROLLCALL_DATABASE_READ_URLS:
          'postgres://rollcall:canary@a/rollcall, postgres://rollcall:canary@b/rollcall',
        ROLLCALL_METRICS_TOKEN: 'a-canary-of-the-operators',
      }),
    );
    expect(text).toContain('postgres://rollcall:***@a/rollcall,postgres://rollcall:***@b/rollcall');
    for (const row of Object.values(SETTINGS)) expect(text).toContain(row.name);
    expect(text).not.toContain('canary');
    expect(text).toContain('postgres://rollcall:***@db:5432/rollcall?***');
    expect(text).toMatch(/ROLLCALL_SECRET +\(set\)/);
  });

  it('names every host of a list, and masks its secrets', () => {
    const text = describeConfig(
      loadConfig({
        ROLLCALL_DATABASE_URL: 'postgres://rollcall:canary@a:5432,b:5433,c/rollcall?password=canary',
        ROLLCALL_SECRET: SECRET,
      }),
    );
    expect(text).not.toContain('canary');
    expect(text).toContain('postgres://rollcall:***@a:5432,b:5433,c/rollcall?***');
  });

  it('says where an embedded database and its secret are', () => {
    const text = describeConfig(loadConfig({ ROLLCALL_DATABASE_URL: 'sqlite:/srv/rollcall/db.sqlite' }));
    expect(text).toContain('Data: /srv/rollcall/db.sqlite (sqlite3)');
    expect(text).toMatch(/ROLLCALL_SECRET +\(kept in \/srv\/rollcall\/rollcall\.secret\)/);
  });
});

function refusal(env: EnvironmentVariables): RollcallError {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof RollcallError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

const KNOWN = ['ROLLCALL_PORT', 'ROLLCALL_HOST', 'ROLLCALL_SECRET', 'ROLLCALL_DATABASE_URL'];

describe('nearestName', () => {
  it.each([
    ['ROLLCALL_PROT', 'ROLLCALL_PORT'],
    ['ROLLCALL_SECRETS', 'ROLLCALL_SECRET'],
    ['ROLLCALL_DATABASEURL', 'ROLLCALL_DATABASE_URL'],
    ['ROLLCAL_HOSTS', 'ROLLCALL_HOST'],
  ])('takes %s for %s', (written, meant) => {
    expect(nearestName(written, KNOWN)).toBe(meant);
  });

  it('says nothing rather than something far off', () => {
    expect(nearestName('ROLLCALL_DB_URL', KNOWN)).toBeUndefined();
    expect(nearestName('ROLLCALL_PORT', [])).toBeUndefined();
  });
});
