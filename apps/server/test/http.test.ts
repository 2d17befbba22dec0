import { once } from 'node:events';
import { get, request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, tokenOf } from './test-server.js';

let server: TestServer;
let serverToken: string;

beforeAll(async () => {
  server = await startTestServer({ ROLLCALL_ALLOWED_ORIGINS: 'https://app.example.com' });
  serverToken = await tokenOf({ server: true });
});
afterAll(() => server.close());

describe('pages for operators', () => {
  it('says that the process is up', async () => {
    const response = await fetch(`${server.url}/healthz`);
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
  });

  it('says that the storage can be read and written', async () => {
    const response = await fetch(`${server.url}/readyz`);
    expect([response.status, await response.json()]).toEqual([200, { status: 'ready' }]);
  });

  it('greets a person who looks at the root', async () => {
    const text = await (await fetch(server.url)).text();
    expect(text).toMatch(/^Rollcall.*\/trpc\.\n$/);
  });

  it('answers an unknown path in the one shape of errors', async () => {
    const response = await fetch(`${server.url}/nowhere`);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: {
        code: -32004,
        message: 'there is nothing at this path',
        data: {
          code: 'NOT_FOUND',
          message: 'there is nothing at this path',
          unrecoverable: true,
          httpStatus: 404,
        },
      },
    });
  });

  it('takes no other method', async () => {
    const response = await fetch(`${server.url}/healthz`, { method: 'POST' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('forbids browsers to guess, frame, run or keep any answer', async () => {
    for (const path of ['/', '/healthz', '/nowhere', '/trpc/roles.list']) {
      const { headers } = await fetch(`${server.url}${path}`);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});

describe('pages of other origins', () => {
  const preflight = (origin: string) =>
    fetch(`${server.url}/trpc/users.upsert`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });

  it('answers the preflight of an allowed page so that the browser remembers it', async () => {
    const { status, headers } = await preflight('https://app.example.com');
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(headers.get('access-control-allow-methods')).toBe('GET, POST');
    expect(headers.get('access-control-allow-headers')).toMatch(/authorization, content-type/);
    expect(headers.get('access-control-max-age')).toBe('7200');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('vary')).toBe('origin');
  });

  it('refuses the preflight of any other page', async () => {
    const response = await preflight('https://app.example.com.evil.test');
    expect(response.status).toBe(403);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect(await response.json()).toMatchObject({ error: { data: { code: 'NOT_ALLOWED' } } });
  });

  it('lets an allowed page read answers, and no other page', async () => {
    const read = async (origin: string) => {
      const { headers } = await fetch(`${server.url}/trpc/roles.list`, { headers: { origin } });
      expect(headers.get('vary')).toContain('origin');
      return headers.get('access-control-allow-origin');
    };
    expect(await read('https://app.example.com')).toBe('https://app.example.com');
    expect(await read('https://evil.test')).toBeNull();
    expect(await read('null')).toBeNull();
  });

  it.each(['https://evil.test', 'null', 'https://app.example.com.evil.test', 'http://localhost:4600'])(
    'does nothing for a page of %s, and logs what it calls itself',
    async origin => {
      const fresh = await startTestServer({ ROLLCALL_ALLOWED_ORIGINS: 'https://app.example.com' });
      const call = (from: string) =>
        fetch(`${fresh.url}/trpc/users.connectGuest`, {
          method: 'POST',
          headers: { origin: from, 'content-type': 'application/json' },
          body: '{"user":{"id":"made-by-a-page"}}',
        });
      for (let turn = 0; turn < 3; turn++) {
        const refused = await call(origin);
        expect(refused.status).toBe(403);
        const { error } = (await refused.json()) as { error: { message: string; data: { code: string } } };
        expect(error.data.code).toBe('NOT_ALLOWED');
        expect(error.message).toContain('ROLLCALL_ALLOWED_ORIGINS');
      }
      const lines = fresh.log.filter(line => line.includes('a page of a foreign origin was refused'));
      expect(lines.map(line => JSON.parse(line))).toEqual([
        expect.objectContaining({ level: 'warn', origin }),
      ]);
      // The id is still free, so nothing was made.
      expect((await call('https://app.example.com')).status).toBe(200);
      await fresh.close();
    },
  );
});

/** A request as it comes from a page whose name was pointed at this machine: the name stays in the `Host` header. */
function statusWithHost(url: string, host: string): Promise<number> {
  const { hostname, port } = new URL(url);
  const headers = { host };
  return new Promise((resolve, reject) => {
    get({ hostname, port, path: '/trpc/roles.list', headers }, response => {
      response.resume();
      resolve(response.statusCode ?? 0);
    }).once('error', reject);
  });
}

describe('a name that was pointed at this machine', () => {
  it.each([
    ['evil.test', 403],
    ['evil.test:4600', 403],
    ['localhost.evil.test', 403],
    ['127.0.0.1.evil.test', 403],
    ['localhost:4600', 401],
    ['127.0.0.1:4600', 401],
    ['[::1]:4600', 401],
    ['host.docker.internal:4600', 401],
    ['app.example.com', 401],
  ])('that listens to itself only: Host: %s is answered with %i', async (host, status) => {
    expect(await statusWithHost(server.url, host)).toBe(status);
  });

  it('is no matter for a server behind a proxy, or one that listens to the network', async () => {
    for (const env of [{ ROLLCALL_TRUST_PROXY: '1' }, { ROLLCALL_HOST: '0.0.0.0' }]) {
      const open = await startTestServer({ ...env, ROLLCALL_ALLOWED_ORIGINS: 'https://app.example.com' });
      expect(await statusWithHost(open.url, 'rollcall.example.net')).toBe(401);
      await open.close();
    }
  });
});

/** The status of a call as a page makes it, of an origin, to a name that the browser knows the server by. */
function statusFromPage(url: string, page: { origin: string; host: string }): Promise<number> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const headers = { ...page, 'content-type': 'application/json' };
    request({ hostname, port, path: '/trpc/users.upsert', method: 'POST', headers }, response => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .once('error', reject)
      .end('{}');
  });
}

const PRODUCTION = { NODE_ENV: 'production', ROLLCALL_CONSOLE: 'off' };

describe('the page of the server itself', () => {
  it.each([
    // It is let in, and then told that it has no token.
    ['http://127.0.0.1:4600', '127.0.0.1:4600', 401, 401],
    ['http://localhost:4600', 'localhost:4600', 401, 401],
    ['http://localhost', 'localhost', 401, 401],
    ['http://[::1]:4600', '[::1]:4600', 401, 401],
    ['http://rollcall.internal:4600', 'rollcall.internal:4600', 401, 401],
    ['http://192.0.2.7:4600', '192.0.2.7:4600', 401, 401],
    // Nobody without a certificate for the name is there by https. It came through a proxy, of which the first server knows nothing.
    ['https://users.example.com', 'users.example.com', 403, 401],
    ['https://users.example.com:8443', 'users.example.com:8443', 403, 401],
    // A name that was pointed here is its own host, too.
    ['http://evil.test', 'evil.test', 403, 403],
    ['http://evil.test:4600', 'evil.test:4600', 403, 403],
    ['http://127.0.0.1.evil.test:4600', '127.0.0.1.evil.test:4600', 403, 403],
    // Of another host or port.
    ['http://localhost:4601', 'localhost:4600', 403, 403],
    ['http://localhost', 'localhost:4600', 403, 403],
    ['http://127.0.0.1:4600', 'localhost:4600', 403, 403],
    ['https://evil.test', 'users.example.com', 403, 403],
    ['https://users.example.com', 'users.example.com:8443', 403, 403],
    ['https://users.example.com.evil.test', 'users.example.com', 403, 403],
    // What only looks like one.
    ['null', 'localhost:4600', 403, 403],
    ['file://', 'localhost:4600', 403, 403],
    ['chrome-extension://localhost', 'localhost', 403, 403],
    ['http://localhost:4600/', 'localhost:4600', 403, 403],
    ['http://LOCALHOST:4600', 'localhost:4600', 403, 403],
    ['https://evil.test', 'users.example.com@evil.test', 403, 403],
    ['https://evil.test', 'evil.test/', 403, 403],
  ])(
    'of %s at %s needs no setting: %i on this machine, %i behind a proxy',
    async (origin, host, onThisMachine, behindProxy) => {
      for (const [of, status] of [
        [own, onThisMachine],
        [proxied, behindProxy],
      ] as const) {
        expect(await statusFromPage(of.url, { origin, host })).toBe(status);
      }
    },
  );

  let own: TestServer;
  let proxied: TestServer;
  beforeAll(async () => {
    own = await startTestServer(PRODUCTION);
    proxied = await startTestServer({ ...PRODUCTION, ROLLCALL_TRUST_PROXY: '1' });
  });
  afterAll(async () => {
    await own.close();
    await proxied.close();
  });
});

describe('the start', () => {
  it.each([
    ['is open to the network in development', { ROLLCALL_HOST: '0.0.0.0' }, 1],
    ['is open to the network in production', { ROLLCALL_HOST: '0.0.0.0', NODE_ENV: 'production' }, 0],
    ['listens to its own machine', {}, 0],
  ])('of a server that %s warns about it only when somebody has to act', async (_what, env, warnings) => {
    const fresh = await startTestServer(env);
    const lines = fresh.log.filter(line => line.includes('set NODE_ENV=production'));
    expect(lines.map(line => JSON.parse(line).level)).toEqual(Array(warnings).fill('warn'));
    await fresh.close();
  });
});

describe('tokens', () => {
  const codeFor = async (headers: Record<string, string>) => {
    const response = await fetch(`${server.url}/trpc/roles.list`, { headers });
    const body = (await response.json()) as { error?: { data: { code: string } } };
    return [response.status, body.error?.data.code];
  };

  it('takes a server token as a bearer token', async () => {
    expect(await codeFor({ authorization: `Bearer ${serverToken}` })).toEqual([200, undefined]);
  });

  it('says what is wrong with a token', async () => {
    const expired = await tokenOf({ server: true, exp: Math.floor(Date.now() / 1000) - 120 });
    expect(await codeFor({})).toEqual([401, 'TOKEN_MISSING']);
    expect(await codeFor({ authorization: `Basic ${serverToken}` })).toEqual([401, 'TOKEN_MISSING']);
    expect(await codeFor({ authorization: `Bearer ${serverToken}x` })).toEqual([401, 'TOKEN_INVALID']);
    expect(await codeFor({ authorization: `Bearer ${expired}` })).toEqual([401, 'TOKEN_EXPIRED']);
  });

  it('takes no token from the URL', async () => {
    const params = encodeURIComponent(JSON.stringify({ token: serverToken }));
    const response = await fetch(`${server.url}/trpc/roles.list?connectionParams=${params}`);
    expect(response.status).toBe(401);
  });

  it('logs a refusal with the request id that the caller got, and never a token or a query string', async () => {
    // The first refusal of its kind has a line of its own.
    const fresh = await startTestServer();
    const response = await fetch(`${fresh.url}/trpc/roles.list?input=%22canary%22`, {
      headers: { authorization: 'Bearer canary.canary' },
    });
    const requestId = response.headers.get('x-request-id');
    const line = fresh.log.map(text => JSON.parse(text)).find(entry => entry.requestId === requestId);
    expect(line).toMatchObject({ level: 'info', procedure: 'roles.list', code: 'TOKEN_INVALID' });
    expect(line.ms).toBeGreaterThanOrEqual(0);
    expect(fresh.log.join('')).not.toContain('canary');
    expect(fresh.log.join('')).not.toContain(serverToken);
    await fresh.close();
  });
});

describe('limits', () => {
  const upsert = (body: string) =>
    fetch(`${server.url}/trpc/users.upsert`, {
      method: 'POST',
      headers: { authorization: `Bearer ${serverToken}`, 'content-type': 'application/json' },
      body,
    });

  it('takes a body of exactly 1 MiB', async () => {
    const body = JSON.stringify({ users: [{ id: 'jane' }] }).padEnd(1024 * 1024, ' ');
    expect((await upsert(body)).status).toBe(200);
  });

  it('refuses one byte more, in the one shape of errors', async () => {
    const body = JSON.stringify({ users: [{ id: 'jane' }] }).padEnd(1024 * 1024 + 1, ' ');
    const response = await upsert(body);
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({
      error: { data: { code: 'PAYLOAD_TOO_LARGE', unrecoverable: true } },
    });
  });

  it('takes 20 calls in a batch and refuses 21', async () => {
    const batch = (calls: number) =>
      fetch(`${server.url}/trpc/${Array(calls).fill('roles.list').join(',')}?batch=1&input={}`, {
        headers: { authorization: `Bearer ${serverToken}` },
      });
    const taken = await batch(20);
    expect([taken.status, ((await taken.json()) as unknown[]).length]).toEqual([200, 20]);
    const refused = await batch(21);
    expect(refused.status).toBe(400);
    expect(JSON.stringify(await refused.json())).toContain('INPUT_INVALID');
  });

  it('takes a query as POST, for inputs that are too long for a URL', async () => {
    const response = await fetch(`${server.url}/trpc/roles.list`, {
      method: 'POST',
      headers: { authorization: `Bearer ${serverToken}`, 'content-type': 'application/json' },
    });
    expect(response.status).toBe(200);
  });

  it('changes nothing by GET', async () => {
    const input = encodeURIComponent(JSON.stringify({ users: [{ id: 'by-get' }] }));
    const response = await fetch(`${server.url}/trpc/users.upsert?input=${input}`, {
      headers: { authorization: `Bearer ${serverToken}` },
    });
    expect([response.status, response.headers.get('allow')]).toEqual([400, 'POST']);
  });
});

describe('requests that are no good', () => {
  it.each([
    ['a target that is no URL', 'GET // HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', '404'],
    [
      'a host that is not one',
      'GET /trpc/roles.list HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n',
      '400',
    ],
    [
      'a path that is not encoded well',
      'GET /trpc/%E0%A4 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
      '400',
    ],
    ['no HTTP at all', 'HELO rollcall\r\n\r\n', '400'],
  ])('answers %s and lives on', async (_what, request, status) => {
    const socket = connect(server.port, '127.0.0.1');
    socket.end(request);
    const chunks: Buffer[] = [];
    socket.on('data', chunk => chunks.push(chunk));
    await once(socket, 'close');
    expect(Buffer.concat(chunks).toString()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });
});
