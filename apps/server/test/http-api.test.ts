/** The HTTP API is another form of the same calls: what is decoded, answered and refused there is what the procedures say. */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, tokenOf } from './test-server.js';

let server: TestServer;
let back: string;
let jane: string;

beforeAll(async () => {
  server = await startTestServer({ ROLLCALL_ALLOWED_ORIGINS: 'https://app.example.com' });
  back = await tokenOf({ server: true });
  jane = await tokenOf({ user_id: 'jane' });
  await server.mutate('users.upsert', { users: [{ id: 'jane', name: 'Jané' }, { id: 'joe' }] });
});
afterAll(() => server.close());

interface Said {
  token?: string;
  json?: unknown;
  body?: string;
  headers?: Record<string, string>;
}

async function ask(method: string, path: string, { token = back, json, body, headers }: Said = {}) {
  const text = body ?? (json === undefined ? undefined : JSON.stringify(json));
  const response = await fetch(`${server.url}/api${path}`, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(text !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: text,
  });
  const answer = await response.text();
  const said = answer && response.headers.get('content-type')?.includes('json') ? JSON.parse(answer) : answer;
  return { status: response.status, headers: response.headers, body: said };
}

describe('a call', () => {
  it('writes and reads a user, with its revision as ETag', async () => {
    const written = await ask('PUT', '/users/ann', { json: { name: 'Ann', book: 'dune' } });
    expect(written).toMatchObject({
      status: 200,
      body: { id: 'ann', name: 'Ann', custom: { book: 'dune' } },
    });
    expect(written.headers.get('etag')).toBe('"1"');
    const read = await ask('GET', '/users/ann');
    expect(read.body).toEqual(written.body);
    expect(read.headers.get('content-type')).toBe('application/json');
    expect(read.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    const head = await ask('HEAD', '/users/ann');
    expect([head.status, head.headers.get('etag'), head.body]).toEqual([200, '"1"', '']);
  });

  it('keeps to If-Match, and says with 412 that somebody was faster', async () => {
    await ask('PUT', '/users/match', { json: {} });
    const change = (name: string) =>
      ask('PATCH', '/users/match', { json: { set: { name } }, headers: { 'if-match': '"1"' } });
    expect(await change('first')).toMatchObject({ status: 200, body: { revision: 2 } });
    expect(await change('second')).toMatchObject({
      status: 412,
      body: { status: 412, code: 'REVISION_CONFLICT', type: 'urn:rollcall:error:revision-conflict' },
    });
    const inBody = await ask('PATCH', '/users/match', { json: { set: { name: 'x' }, if_revision: 1 } });
    expect(inBody).toMatchObject({ status: 409, body: { code: 'REVISION_CONFLICT' } });
  });

  it('that takes longer is accepted, and says where its task is', async () => {
    await ask('PUT', '/users/gone', { json: {} });
    const { status, headers, body } = await ask('DELETE', '/users/gone?user=pruning');
    expect([status, headers.get('location')]).toEqual([202, `/api/tasks/${body.task_id}`]);
    const task = await ask('GET', `/tasks/${body.task_id}`);
    expect(task.body).toMatchObject({ task_id: body.task_id, type: 'users.delete' });
  });

  it('of a page links to the next one, which goes on where it ended', async () => {
    const first = await ask('GET', '/users?limit=1&sort=[{"field":"id","direction":1}]');
    const [, next] = /^<([^>]+)>; rel="next"$/.exec(first.headers.get('link') ?? '') ?? [];
    const second = await ask('GET', String(next).slice('/api'.length));
    expect(second.status).toBe(200);
    expect(second.body.users[0].id > first.body.users[0].id).toBe(true);
  });

  it('of a client says how many are left, and when to come back', async () => {
    const token = await tokenOf({ user_id: 'joe' });
    const statuses = new Set<number>();
    let last = await ask('GET', '/users/joe/blocks', { token });
    expect(last.headers.get('ratelimit-limit')).toBe('60');
    for (let calls = 0; calls < 60; calls++) {
      last = await ask('GET', '/users/joe/blocks', { token });
      statuses.add(last.status);
    }
    expect([...statuses]).toEqual([200, 429]);
    expect(last.headers.get('retry-after')).toBe(String(last.body.retry_after));
    expect(last.headers.get('ratelimit-remaining')).toBe('0');
    // The same number counts at tRPC: it is the same call.
    const same = await fetch(`${server.url}/trpc/blocks.list`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(same.status).toBe(429);
  });

  it('finds a deactivated user by id, and says with 404 that there is none', async () => {
    await ask('PUT', '/users/idle', { json: {} });
    await ask('POST', '/users/idle/deactivate');
    expect(await ask('GET', '/users/idle')).toMatchObject({ status: 200, body: { id: 'idle' } });
    expect(await ask('GET', '/users/nobody')).toMatchObject({
      status: 404,
      body: { code: 'USER_NOT_FOUND' },
    });
  });
});

describe('a refusal', () => {
  it('is a problem with the fields that errors have everywhere', async () => {
    const { status, headers, body } = await ask('POST', '/users', {
      json: { users: [{ id: 'ok' }, { id: '!' }] },
    });
    expect([status, headers.get('content-type')]).toEqual([400, 'application/problem+json']);
    expect(body).toMatchObject({
      type: 'urn:rollcall:error:input-invalid',
      status: 400,
      code: 'INPUT_INVALID',
      index: 1,
      field: 'id',
      unrecoverable: true,
      instance: `urn:uuid:${headers.get('x-request-id')}`,
    });
    expect(body.title).not.toBe('');
    expect(body.detail).toContain('id');
    expect(body.message).toBeUndefined();
    expect(body.issues).toHaveLength(1);
  });

  it.each([
    ['no token', 'GET', '/users/jane', { token: '' }, 401, 'TOKEN_MISSING'],
    ['a bad token', 'GET', '/users/jane', { token: 'rubbish' }, 401, 'TOKEN_INVALID'],
    ['an unknown path', 'GET', '/nothing', {}, 404, 'NOT_FOUND'],
    ['the root', 'GET', '', {}, 404, 'NOT_FOUND'],
    ['a wrong method', 'POST', '/users/jane', { json: {} }, 405, 'INPUT_INVALID'],
    [
      'another type of body',
      'POST',
      '/users',
      { body: 'a', headers: { 'content-type': 'text/plain' } },
      415,
      'INPUT_INVALID',
    ],
    ['a body that is no JSON', 'POST', '/users', { body: '{' }, 400, 'INPUT_INVALID'],
    ['a body where none is taken', 'DELETE', '/users/jane', { json: { user: 'hard' } }, 400, 'INPUT_INVALID'],
    ['an unknown parameter', 'GET', '/tasks?limits=1', {}, 400, 'INPUT_INVALID'],
    ['a parameter where none is taken', 'GET', '/settings?x=1', {}, 400, 'INPUT_INVALID'],
    ['a parameter that stands twice', 'GET', '/tasks?limit=1&limit=2', {}, 400, 'INPUT_INVALID'],
    [
      'a condition that the call cannot keep',
      'POST',
      '/users/jane/ban',
      { headers: { 'if-match': '"1"' } },
      400,
      'INPUT_INVALID',
    ],
    [
      'a huge condition',
      'PATCH',
      '/users/jane',
      { json: { set: {} }, headers: { 'if-match': `"${'9'.repeat(8000)}"` } },
      400,
      'INPUT_INVALID',
    ],
    ['an id with a slash in it', 'GET', '/users/a%2Fb/export', {}, 400, 'INPUT_INVALID'],
    ['an id that is no user', 'POST', '/users/nobody/ban', {}, 404, 'USER_NOT_FOUND'],
    ['a call for servers', 'GET', '/settings', { token: 'jane' }, 403, 'NOT_ALLOWED'],
    ['the head of a stream', 'HEAD', '/events', {}, 405, ''],
  ] as const)(
    'of %s has the status and the code that say so',
    async (_, method, path, said, status, code) => {
      const token = (said as Said).token === 'jane' ? jane : (said as Said).token;
      const answer = await ask(method, path, { ...(said as Said), ...(token !== undefined && { token }) });
      expect([answer.status, answer.body.code ?? '']).toEqual([status, code]);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
    },
  );

  it('of a wrong method says which are taken', async () => {
    const { headers } = await ask('POST', '/users/jane', { json: {} });
    expect(headers.get('allow')).toBe('DELETE, GET, HEAD, OPTIONS, PATCH, PUT');
    const options = await ask('OPTIONS', '/users/jane');
    expect([options.status, options.headers.get('allow')]).toEqual([
      204,
      'DELETE, GET, HEAD, OPTIONS, PATCH, PUT',
    ]);
  });

  it('is one, however many parameters are made up', async () => {
    const many = Array.from({ length: 1500 }, (_, index) => `p${index}=1`).join('&');
    const { status, body } = await ask('GET', `/tasks?${many}`);
    expect([status, body.field, body.issues]).toEqual([400, 'p0', undefined]);
  });

  it('of a body that is too large comes before it is read', async () => {
    const { status, body } = await ask('POST', '/users', { body: `"${'x'.repeat(1_100_000)}"` });
    expect([status, body.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  it('of a mutation with a token that may only read is the same as elsewhere', async () => {
    const token = await tokenOf({ server: true, read_only: true });
    expect(await ask('PUT', '/users/jane', { token, json: {} })).toMatchObject({
      status: 403,
      body: { code: 'NOT_ALLOWED' },
    });
    expect(await ask('POST', '/users/query', { token, json: {} })).toMatchObject({ status: 200 });
  });
});

/** Sends a path as it is: fetch takes steps out of it. */
function sendRaw(method: string, path: string): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${back}` };
    const sent = request(server.url, { method, path, headers }, response => {
      let text = '';
      response.setEncoding('utf8').on('data', chunk => {
        text += chunk;
      });
      response.once('end', () => resolve({ status: response.statusCode, text }));
    });
    sent.once('error', reject).end();
  });
}

describe('a path that is made to mean another one', () => {
  it.each([
    '/api/users/joe/../jane',
    '/api/users/joe/%2e%2e/jane',
    '/api/users/..',
    '/api/users/%2E%2E',
    '/api/../api/users/jane',
    '/api//users/jane',
    '/api/users/jane/',
    '/api/users/jane%00/',
    '/api/users/%',
    '/api/users/%c0%ae',
    '/API/users/jane',
    '/api/docs/../users/jane',
    '/api;/users/jane',
    '/api/users?/jane',
  ])('DELETE %s deletes nobody', async path => {
    const { status } = await sendRaw('DELETE', path);
    expect(status).toBeGreaterThanOrEqual(400);
    expect((await ask('GET', '/users/jane')).body.deleted_at).toBeUndefined();
  });

  it('is decoded once: what was encoded twice names somebody else', async () => {
    expect(await sendRaw('DELETE', '/api/users/j%2561ne')).toMatchObject({ status: 400 });
    expect(await sendRaw('DELETE', '/api/users/..%2Fjane')).toMatchObject({ status: 400 });
    expect((await ask('GET', '/users/jane')).body.deleted_at).toBeUndefined();
  });
});

describe('a page in a browser', () => {
  const headers = { origin: 'https://app.example.com' };

  it('of an allowed origin may send what the calls take, and read what they answer', async () => {
    const preflight = await ask('OPTIONS', '/users/jane', {
      headers: { ...headers, 'access-control-request-method': 'PATCH' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')).toBe('GET, HEAD, POST, PUT, PATCH, DELETE');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('if-match');
    const read = await ask('GET', '/users/jane', { headers });
    expect(read.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(read.headers.get('access-control-expose-headers')).toContain('etag, link, location');
    expect(read.headers.get('vary')).toContain('origin');
  });

  it('of another origin is refused with a problem', async () => {
    const {
      status,
      headers: told,
      body,
    } = await ask('GET', '/users/jane', { headers: { origin: 'https://evil.example' } });
    expect([status, body.code, told.get('content-type')]).toEqual([
      403,
      'NOT_ALLOWED',
      'application/problem+json',
    ]);
    expect(told.get('access-control-allow-origin')).toBeNull();
  });
});

it('the log tells neither the query nor the token of a call', async () => {
  await ask('GET', '/users?filter={"name":"a-secret-name"}');
  const log = server.log.join('');
  expect(log).not.toContain('a-secret-name');
  expect(log).not.toContain(back);
});
