/** A call with a key is carried out once, over both faces of HTTP. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, tokenOf } from './test-server.js';

let server: TestServer;
let back: string;
let jane: string;

beforeAll(async () => {
  server = await startTestServer({ ROLLCALL_ALLOWED_ORIGINS: 'https://app.example.com' });
  back = await tokenOf({ server: true });
  jane = await tokenOf({ user_id: 'jane' });
  await server.mutate('users.upsert', { users: [{ id: 'jane' }, { id: 'joe' }] });
});
afterAll(() => server.close());

interface Said {
  token?: string;
  key?: string | undefined;
  headers?: Record<string, string>;
  method?: string;
}

async function ask(
  path: string,
  input?: unknown,
  { token = back, key, headers, method = 'POST' }: Said = {},
) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(input !== undefined && { 'content-type': 'application/json' }),
      ...(key !== undefined && { 'idempotency-key': key }),
      ...headers,
    },
    ...(input !== undefined && { body: JSON.stringify(input) }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const isRepeat = ({ headers }: { headers: Headers }) => headers.get('idempotency-replayed') === 'true';
const positionNow = async () =>
  JSON.parse((await ask('/api/users/query', { filter: { id: 'jane' } })).text).position as string;

describe('a call with a key', () => {
  it('is answered again with the same status, headers and bytes, and says so', async () => {
    const write = () => ask('/api/users/ann', { name: 'Ann' }, { method: 'PUT', key: 'a-1' });
    const first = await write();
    const end = await positionNow();
    const second = await write();
    expect([first.status, isRepeat(first), isRepeat(second)]).toEqual([200, false, true]);
    expect([second.status, second.text]).toEqual([first.status, first.text]);
    expect(second.headers.get('etag')).toBe('"1"');
    expect(await positionNow()).toEqual(end);
  });

  it('is the same call over both faces, each in its own form', async () => {
    const first = await ask('/api/users', { users: [{ id: 'bob' }] }, { key: 'b-1' });
    const second = await ask('/trpc/users.upsert', { users: [{ id: 'bob' }] }, { key: 'b-1' });
    expect(isRepeat(second)).toBe(true);
    expect(JSON.parse(second.text)).toEqual({ result: { data: JSON.parse(first.text) } });
  });

  it('that asks for a task has one task, at one address', async () => {
    const remove = () => ask('/api/users/joe?user=soft', undefined, { method: 'DELETE', key: 'c-1' });
    const [first, second] = [await remove(), await remove()];
    expect([first.status, second.status, isRepeat(second)]).toEqual([202, 202, true]);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
  });

  it.each([
    ['/api', { users: [{ id: 'dora', name: 'Dora' }] }, '/api/users'],
    ['/trpc', { users: [{ id: 'dora', name: 'Dora' }] }, '/trpc/users.upsert'],
  ])('is refused at %s with 422 when its key belongs to another one', async (face, input, path) => {
    await ask(path, input, { key: `d${face}` });
    const other = await ask(path, { users: [{ id: 'dora', name: 'Dora B' }] }, { key: `d${face}` });
    expect(other.status).toBe(422);
    const said = JSON.parse(other.text);
    expect(said.error?.data ?? said).toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
      field: 'idempotency-key',
      unrecoverable: true,
    });
  });

  it.each(['/api/users', '/trpc/users.upsert'])(
    'is refused at %s with 409 while it runs, and told when to come back',
    async path => {
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => ask(path, { users: [{ id: 'emil' }] }, { key: `e${path}` })),
      );
      const refused = answers.filter(({ status }) => status !== 200);
      expect(answers.filter(answer => answer.status === 200 && !isRepeat(answer))).toHaveLength(1);
      for (const { status, headers, text } of refused) {
        expect([status, headers.get('retry-after')]).toEqual([409, '1']);
        expect(text).toContain('IDEMPOTENCY_RUNNING');
      }
      expect(refused.length).toBeGreaterThan(0);
    },
  );

  it('that was refused is no call: it is made again', async () => {
    const create = () => ask('/api/users', { users: [{ id: 'fay', role: 'painter' }] }, { key: 'f-1' });
    expect((await create()).status).toBe(400);
    await ask('/api/roles', { name: 'painter' });
    const second = await create();
    expect([second.status, isRepeat(second)]).toEqual([200, false]);
  });

  it('keeps to what is asked of every call first: no token, no rights, no answer', async () => {
    const input = { user: { id: 'jane' } };
    await ask('/trpc/users.connect', input, { token: jane, key: 'g-1' });
    expect(isRepeat(await ask('/trpc/users.connect', input, { token: jane, key: 'g-1' }))).toBe(true);
    expect((await ask('/trpc/users.connect', input, { token: 'nonsense', key: 'g-1' })).status).toBe(401);
    const reader = await tokenOf({ server: true, read_only: true });
    expect((await ask('/api/roles', { name: 'painter' }, { token: reader, key: 'g-2' })).status).toBe(403);
    await server.mutate('users.deactivate', { id: 'jane' });
    const partial = { users: [{ id: 'jane', set: { name: 'J' } }] };
    expect((await ask('/trpc/users.partialUpdate', partial, { token: jane, key: 'g-3' })).status).toBe(403);
    await server.mutate('users.reactivate', { id: 'jane' });
  });

  it('answers nobody but its caller', async () => {
    const partial = (name: string) => ({ users: [{ id: 'jane', set: { name } }] });
    const of = (token: string, name: string) =>
      ask('/trpc/users.partialUpdate', partial(name), { token, key: 'shared' });
    const answers = [
      await of(back, 'by the back end'),
      await of(jane, 'by herself'),
      await of(back, 'by the back end'),
    ];
    expect(answers.map(isRepeat)).toEqual([false, false, true]);
  });
});

describe('a key', () => {
  it.each([
    ['is empty', ''],
    ['has a space', 'a b'],
    ['is not ASCII', 'é'],
    ['is too long', 'x'.repeat(256)],
  ])('that %s is refused', async (_, key) => {
    for (const path of ['/api/users', '/trpc/users.upsert']) {
      const { status, text } = await ask(path, { users: [{ id: 'gus' }] }, { key });
      expect([status, text]).toEqual([400, expect.stringContaining('1–255 printable ASCII characters')]);
    }
  });

  it('is of no use to a call that only reads, which takes it all the same', async () => {
    const read = () => ask('/api/users/query', { filter: { id: 'jane' } }, { key: 'h-1' });
    const answers = [await read(), await read()];
    expect(answers.map(answer => [answer.status, isRepeat(answer)])).toEqual([
      [200, false],
      [200, false],
    ]);
    const batch = await ask('/trpc/users.count,users.count?batch=1', { 0: {}, 1: {} }, { key: 'h-2' });
    expect(batch.status).toBe(200);
  });

  it('belongs to one call: a batch of several is refused, and changes nothing', async () => {
    const users = [{ id: 'never' }];
    const batch = await ask(
      '/trpc/users.upsert,users.upsert?batch=1',
      { 0: { users }, 1: { users } },
      { key: 'i-1' },
    );
    expect(batch.text).toContain('a key belongs to one call, and this request has several');
    expect((await ask('/api/users/never', undefined, { method: 'GET' })).status).toBe(404);
    const one = await ask('/trpc/users.upsert?batch=1', { 0: { users } }, { key: 'i-2' });
    expect(one.status).toBe(200);
  });

  it.each([
    ['/api/guests', { user: { name: 'G' } }, 'secrets are not kept'],
    ['/trpc/webhooks.create', { url: 'https://a.example/' }, 'secrets are not kept'],
    ['/trpc/webhooks.rotateSecret', { id: 'x' }, 'secrets are not kept'],
    ['/trpc/webhooks.test', { id: 'x' }, 'nobody could tell whether it was done'],
  ])('is refused by %s, which could not keep to it', async (path, input, why) => {
    const { status, text } = await ask(path, input, { key: 'j-1' });
    expect([status, text]).toEqual([400, expect.stringContaining(why)]);
  });

  it('may be sent, and its answer read, by an allowed page', async () => {
    for (const path of ['/api/users', '/trpc/users.upsert']) {
      const headers = { origin: 'https://app.example.com', 'access-control-request-method': 'POST' };
      const preflight = await ask(path, undefined, { method: 'OPTIONS', headers });
      expect(preflight.headers.get('access-control-allow-headers')).toContain('idempotency-key');
      const read = await ask(path, { users: [{ id: 'jane' }] }, { headers: { origin: headers.origin } });
      expect(read.headers.get('access-control-expose-headers')).toContain('idempotency-replayed');
    }
  });
});
