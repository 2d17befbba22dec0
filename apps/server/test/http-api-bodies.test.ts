/** What programs in other languages send: other encodings, longer numbers, bodies where there should be none, and none where there should. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, tokenOf } from './test-server.js';

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startTestServer();
  token = await tokenOf({ server: true });
  await server.mutate('users.upsert', { users: [{ id: 'jane', name: 'Jane', book: 'dune' }] });
});
afterAll(() => server.close());

type Sent = { body?: string | Uint8Array<ArrayBuffer>; headers?: Record<string, string> };

async function ask(call: string, { body, headers }: Sent = {}) {
  const [method, path] = call.split(' ');
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body,
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined };
}

const jane = async () => (await ask('GET /api/users/jane')).body;

/** What is sent as JSON through `/api`, and the same call through `/trpc`. */
const FACES = [
  ['/api', 'PUT /api/users/jane', (user: string) => user],
  ['/trpc', 'POST /trpc/users.upsert', (user: string) => `{"users":[{"id":"jane",${user.slice(1)}]}`],
] as const;

describe.each(FACES)('a body at %s', (face, call, said) => {
  const refusal = (body: { code: string; error: { data: object } }) =>
    face === '/api' ? body : body.error.data;

  it.each([
    ['in Latin-1, said to be so', 'application/json; charset=iso-8859-1'],
    ['in Latin-1', 'application/json'],
  ])('%s is refused, and no other text is stored', async (_what, type) => {
    const before = await jane();
    const body = Buffer.from(said('{"name":"José"}'), 'latin1');
    const answer = await ask(call, { body, headers: { 'content-type': type } });
    expect(answer.status).toBe(400);
    expect(refusal(answer.body)).toMatchObject({ code: 'INPUT_INVALID', unrecoverable: true });
    expect(JSON.stringify(answer.body)).toContain('UTF-8');
    expect(await jane()).toEqual(before);
  });

  it('that is compressed is refused in words that say so', async () => {
    const body = gzipSync(said('{"name":"J"}'));
    const answer = await ask(call, { body, headers: { 'content-encoding': 'gzip' } });
    expect(answer.status).toBe(face === '/api' ? 415 : 400);
    expect(refusal(answer.body)).toMatchObject({ code: 'INPUT_INVALID', field: 'content-encoding' });
    const plain = said('{"name":"Jane"}');
    expect((await ask(call, { body: plain, headers: { 'content-encoding': 'Identity' } })).status).toBe(200);
  });

  it.each(['12345678901234567891', '-9007199254740993'])(
    'with the number %s, which is not held, is refused: another one would be stored',
    async number => {
      const before = await jane();
      const answer = await ask(call, { body: said(`{"shelf":{"places":[1,${number}]}}`) });
      expect(answer.status).toBe(400);
      expect(refusal(answer.body)).toMatchObject({ code: 'INPUT_INVALID' });
      expect(refusal(answer.body)).toHaveProperty('field', expect.stringMatching(/shelf\.places\.1$/));
      expect(await jane()).toEqual(before);
    },
  );

  it.each([
    '9007199254740993.5',
    '12345678901234567000',
    '9007199254740992',
    '1e21',
    '"12345678901234567891"',
  ])('with %s is taken: it comes back as it is, or as the nearest fraction', async number => {
    expect((await ask(call, { body: said(`{"places":${number}}`) })).status).toBe(200);
    expect((await jane()).custom.places).toBe(JSON.parse(number));
  });
});

it('a filter with a number that is not held is refused: another one would be looked for', async () => {
  const answer = await ask('GET /api/users?filter={"places":12345678901234567891}');
  expect(answer).toMatchObject({ status: 400, body: { code: 'INPUT_INVALID', field: 'filter' } });
  expect(answer.body.detail).toContain('places: the number 12345678901234567891');
});

describe('a call', () => {
  it('that replaces a user needs a body: one that was lost on the way must not empty the user', async () => {
    await ask('PUT /api/users/jane', { body: '{"name":"Jane","book":"dune"}' });
    expect(await ask('PUT /api/users/jane')).toMatchObject({
      status: 400,
      body: { code: 'INPUT_INVALID', detail: expect.stringContaining('{}') },
    });
    expect(await jane()).toMatchObject({ name: 'Jane', custom: { book: 'dune' } });
    expect(await ask('PUT /api/users/plain', { body: '{}' })).toMatchObject({ status: 200 });
  });

  it('that reads with a body is refused, as a filter in it would be passed over', async () => {
    const { request } = await import('node:http');
    const get = (body: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const headers = { authorization: `Bearer ${token}`, 'content-length': Buffer.byteLength(body) };
        request(`${server.url}/api/users`, { method: 'GET', headers }, answer => {
          answer.resume().once('end', () => resolve(answer.statusCode));
        })
          .once('error', reject)
          .end(body);
      });
    expect(await get('{"filter":{"role":"admin"}}')).toBe(400);
    expect(await get('{}')).toBe(200);
    expect(await get('')).toBe(200);
  });

  it('that tries whether it could write says no revision to come back with', async () => {
    const tried = await ask('PUT /api/users/jane?dry_run=true', { body: '{"name":"Other"}' });
    expect([tried.status, tried.headers.get('etag')]).toEqual([200, null]);
  });
});

describe('If-None-Match', () => {
  const put = (id: string, headers: Record<string, string>) =>
    ask(`PUT /api/users/${id}`, { body: '{"name":"New"}', headers });

  it('* creates a user, and replaces none', async () => {
    expect((await put('fresh', { 'if-none-match': '*' })).status).toBe(200);
    const before = await jane();
    expect(await put('jane', { 'if-none-match': '*' })).toMatchObject({
      status: 412,
      body: { code: 'REVISION_CONFLICT', status: 412 },
    });
    expect(await jane()).toEqual(before);
  });

  it.each([
    ['an ETag', 'PUT /api/users/jane', { 'if-none-match': '"1"' }],
    ['a list', 'PUT /api/users/jane', { 'if-none-match': '*, "1"' }],
    ['If-Match beside it', 'PUT /api/users/jane', { 'if-none-match': '*', 'if-match': '"1"' }],
    ['a call that changes parts', 'PATCH /api/users/jane', { 'if-none-match': '*' }],
    ['a call that has no revision', 'POST /api/users', { 'if-none-match': '*' }],
  ])('with %s is refused, as the condition could not be kept', async (_what, call, headers) => {
    expect(await ask(call, { body: '{}', headers })).toMatchObject({
      status: 400,
      body: { code: 'INPUT_INVALID', field: 'if-none-match' },
    });
  });

  it('of a read is passed over: nothing is kept, so all of it is answered', async () => {
    expect((await ask('GET /api/users/jane', { headers: { 'if-none-match': '"1"' } })).status).toBe(200);
  });
});

it.each(['GET /api/users/jane', 'GET /api/events', 'GET /trpc/users.query'])(
  '401 of %s says how to sign in',
  async call => {
    const answer = await fetch(`${server.url}${call.slice('GET '.length)}`);
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  },
);
