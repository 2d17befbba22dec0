/** The console that a server serves at `/`, as a browser and as somebody who tries paths meet it. */
import { rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeConsoleFolder, SCRIPT } from './console-folder.js';
import { startTestServer, type TestServer, tokenOf } from './test-server.js';

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

let server: TestServer;
let folder: string;
beforeAll(async () => {
  folder = await makeConsoleFolder();
  server = await startTestServer({}, { consoleFolder: folder });
  // Whatever is read from the disk from now on is missed.
  await rm(folder, { recursive: true });
});
afterAll(() => server.close());

/** Asks for a path exactly as it is written; `fetch` would tidy it up. */
function ask(
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: server.port, path, method, headers }, response => {
      const chunks: Buffer[] = [];
      response.on('data', chunk => chunks.push(chunk));
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    asked.once('error', reject).end();
  });
}

const FILES = ['/assets/index-AbCd1234.js', '/assets/style-AbCd1234.css', '/icon.svg'];
const PAGES = ['/', '/users', '/users/', '/users/jane', '/users/a%40b.c%7Cd', '/tasks/1/users?view=all'];

function nonceIn(text: string): string | undefined {
  return /nonce="([^"]+)"/.exec(text)?.[1];
}

describe('the page', () => {
  it.each(PAGES)('is at %s', async path => {
    const { status, headers, body } = await ask(path);
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(String(body)).toContain('<title>Rollcall</title>');
    expect(headers['content-length']).toBe(String(body.length));
  });

  it('has a nonce of its own each time, says it to the console, and is never kept under an old one', async () => {
    const nonces = new Set<string>();
    for (let turn = 0; turn < 3; turn++) {
      const { headers, body } = await ask('/');
      const nonce = nonceIn(String(body));
      expect(nonce).toMatch(/^[\w+/]{24}$/);
      expect(headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${nonce}'`);
      expect(headers['cache-control']).toBe('no-cache');
      expect(headers.etag).toBeUndefined();
      nonces.add(String(nonce));
    }
    expect(nonces.size).toBe(3);
  });

  it.each([
    '/user',
    '/usersx',
    '/USERS',
    '/index.html',
    '/users/index-AbCd1234.js/..',
    '/api',
    '/webhooks/x',
    '/metrics',
    '/wp-login.php',
  ])('is not at %s, which says 404', async path => {
    const { status, body } = await ask(path, { headers: { accept: 'text/html' } });
    const told = JSON.parse(String(body));
    // Below /api an error is a problem.
    expect([status, (told.error?.data ?? told).code]).toEqual([404, 'NOT_FOUND']);
  });
});

describe('the files', () => {
  it.each(FILES)('%s is sent as what it is, and again only when it has changed', async path => {
    const { status, headers, body } = await ask(path);
    expect(status).toBe(200);
    expect(headers['content-length']).toBe(String(body.length));
    expect(headers['content-type']).toMatch(/^(text\/javascript|text\/css|image\/svg\+xml)/);
    const again = await ask(path, { headers: { 'if-none-match': `"other", W/${headers.etag}` } });
    expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, headers.etag]);
    expect((await ask(path, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  it('are kept for ever where their name says what is in them, and asked for again where it does not', async () => {
    expect((await ask('/assets/index-AbCd1234.js')).headers['cache-control']).toBe(
      'public, max-age=31536000, immutable',
    );
    expect((await ask('/icon.svg')).headers['cache-control']).toBe('no-cache');
  });

  it('are sent in the shortest form that the browser takes, each with an ETag of its own', async () => {
    const [path = ''] = FILES;
    const plain = await ask(path);
    const gz = await ask(path, { headers: { 'accept-encoding': 'gzip, deflate' } });
    const both = await ask(path, { headers: { 'accept-encoding': 'gzip, deflate, br;q=0.5' } });
    const none = await ask(path, { headers: { 'accept-encoding': 'br;q=0, gzip;q=0.000' } });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(none.headers['content-encoding']).toBeUndefined();
    expect([gz.headers['content-encoding'], both.headers['content-encoding']]).toEqual(['gzip', 'br']);
    for (const text of [plain.body, none.body, gunzipSync(gz.body), brotliDecompressSync(both.body)]) {
      expect(String(text)).toBe(SCRIPT);
    }
    expect(both.body.length).toBeLessThan(gz.body.length);
    expect(gz.body.length).toBeLessThan(plain.body.length);
    expect(new Set([plain, gz, both].map(({ headers }) => headers.etag)).size).toBe(3);
    for (const { headers } of [plain, gz, both]) expect(headers.vary).toBe('accept-encoding');
  });
});

describe('methods', () => {
  it.each(['/', '/users/jane', ...FILES])('HEAD of %s answers like GET, without the body', async path => {
    const [head, get] = [await ask(path, { method: 'HEAD' }), await ask(path)];
    expect([head.status, head.body.length]).toEqual([200, 0]);
    for (const name of ['content-type', 'content-length', 'cache-control', 'etag']) {
      expect(head.headers[name]).toBe(get.headers[name]);
    }
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is refused with 405', async method => {
    for (const path of ['/', '/users/jane', ...FILES]) {
      const { status, headers } = await ask(path, { method });
      expect([path, status, headers.allow]).toEqual([path, 405, 'GET, HEAD']);
    }
  });
});

describe('what a browser may do with them', () => {
  it.each([...PAGES, ...FILES])(
    'is little, for %s: its own files and this server, nothing else',
    async path => {
      const { headers, body } = await ask(path);
      const nonce = nonceIn(String(body));
      const directives = new Map(
        String(headers['content-security-policy'])
          .split('; ')
          .map(one => [one.split(' ')[0], one.split(' ').slice(1)]),
      );
      expect(Object.fromEntries(directives)).toEqual({
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'", ...(nonce ? [`'nonce-${nonce}'`] : [])],
        'connect-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'font-src': ["'self'"],
        'manifest-src': ["'self'"],
        'frame-ancestors': ["'none'"],
        'base-uri': ["'none'"],
        'form-action': ["'none'"],
      });
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'permissions-policy': expect.stringContaining('camera=()'),
      });
      expect(headers['access-control-allow-origin']).toBeUndefined();
    },
  );

  it('is nothing at all for the answers of procedures', async () => {
    const { headers } = await ask('/trpc/roles.list');
    expect(headers['content-security-policy']).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(headers['cache-control']).toBe('no-store');
  });
});

it('of a user whose id is dots is the page, as for every other id', async () => {
  for (const id of ['...', '.....', '.a', 'a.']) expect((await ask(`/users/${id}`)).status).toBe(200);
});

describe('paths that are tricks', () => {
  it.each([
    '//',
    '//users',
    '/users//jane',
    '/users/../secret.txt',
    '/users/..',
    '/users/.',
    '/users/%2e%2e/secret.txt',
    '/users/%2E%2e',
    '/users/..%2fsecret.txt',
    '/users/..%5csecret.txt',
    '/users/a%00b',
    '/users/%',
    '/users/%E0%A4',
    '/users/a%0d%0aset-cookie:x',
    '/users/"><script>',
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets',
    '/assets/',
    '/assets/../index.html',
    '/assets/%69ndex-AbCd1234.js',
    '/assets//index-AbCd1234.js',
    '/assets\\index-AbCd1234.js',
    '/icon.svg/',
    '/icon.svg%00.html',
    '/.vite/manifest.json',
    '/secret.txt',
    '/package.json',
    '/__proto__',
    '/constructor',
    'http://127.0.0.1/users',
    `/users/${'a'.repeat(2000)}`,
    `/${'users/'.repeat(2000)}`,
  ])('%s is answered with 404', async path => {
    const { status, body } = await ask(path, { headers: { accept: 'text/html' } });
    expect(status).toBe(404);
    expect(String(body)).not.toContain('canary');
  });
});

describe('a token in a URL', () => {
  it('signs nobody in, and is in no line of the log', async () => {
    const token = await tokenOf({ server: true });
    const [, payload = '', signature = ''] = token.split('.');
    const asked = [
      `/?token=${token}`,
      `/users?access_token=${token}`,
      `/users/${token}`,
      `/${token}`,
      `/trpc/roles.list?token=${token}`,
      `/trpc/roles.list?authorization=Bearer%20${token}`,
      `/trpc/roles.list?connectionParams=${encodeURIComponent(JSON.stringify({ token }))}`,
      `/trpc/${token}`,
    ];
    const statuses: number[] = [];
    for (const path of asked) {
      const { status, headers } = await ask(path);
      statuses.push(status);
      expect(JSON.stringify(headers)).not.toContain(signature);
    }
    expect(statuses).toEqual([200, 200, 200, 404, 401, 401, 401, 404]);
    const log = server.log.join('');
    expect(log).toContain('/users/[hidden]');
    expect(log.includes(payload) || log.includes(signature)).toBe(false);
  });
});

describe('without a console', () => {
  const greeting = async (target: TestServer) => {
    const answer = await fetch(target.url);
    return [answer.headers.get('content-type'), await answer.text()];
  };
  const TEXT = ['text/plain; charset=utf-8', expect.stringMatching(/^Rollcall.*\/trpc\.\n$/)];

  it('where it is not built, a line of text is at /, and the log says why', async () => {
    const without = await startTestServer({}, { consoleFolder: folder });
    expect(await greeting(without)).toEqual(TEXT);
    expect((await fetch(`${without.url}/users`)).status).toBe(404);
    expect(without.log.filter(line => line.includes('there is no console at /'))).toHaveLength(1);
    await without.close();
  });

  it('with ROLLCALL_CONSOLE=off, the same, and nothing is to be said', async () => {
    const off = await startTestServer(
      { ROLLCALL_CONSOLE: 'off' },
      { consoleFolder: await makeConsoleFolder() },
    );
    expect(await greeting(off)).toEqual(TEXT);
    expect((await fetch(`${off.url}/users`)).status).toBe(404);
    expect(off.log.filter(line => line.includes('console'))).toEqual([]);
    await off.close();
  });
});
