import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EventCollector } from '../support/listeners/event-collector.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';

let process: ServerProcess;
let server: ServerClient;
let userToken: string;
let position: string;

beforeAll(async () => {
  process = await startServerProcess();
  server = createServerClient({ url: process.url, secret: SECRET });
  await server.upsertUsers([{ id: 'jane', name: 'Jane', text: 'plain' }, { id: 'gone' }]);
  await server.deactivateUser('gone');
  await server.updateAppSettings({ guests_enabled: true });
  userToken = await server.createToken('jane');
  position = (await server.queryUsers({}, [], { limit: 1 })).position;
});

afterAll(async () => {
  await server.disconnect();
  await process.stop();
});

type As = 'server' | 'user' | 'nobody' | string;

async function call(
  path: string,
  body: unknown,
  as: As = 'server',
): Promise<{ status: number; error: Record<string, unknown> }> {
  const secret = new TextEncoder().encode(SECRET.split(':')[1]);
  const header = { alg: 'HS256', kid: 'test' };
  const admin = await new SignJWT({ server: true }).setProtectedHeader(header).setIssuedAt().sign(secret);
  const tokens: Record<string, string | undefined> = { server: admin, user: userToken, nobody: undefined };
  const token = as in tokens ? tokens[as] : as;
  const answer = await fetch(`${process.url}/trpc/${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const json = (await answer.json()) as { error?: { data: Record<string, unknown> } };
  return { status: answer.status, error: json.error?.data ?? {} };
}

const upsert = (...users: unknown[]) => ({ users });

it.each<[string, string, unknown, As, number, string, Record<string, unknown>]>([
  ['a body that is no JSON', 'users.upsert', '{"users": [', 'server', 400, 'INPUT_INVALID', {}],
  [
    'a body of over a mebibyte',
    'users.upsert',
    upsert({ id: 'x', a: 'x'.repeat(1_100_000) }),
    'server',
    413,
    'PAYLOAD_TOO_LARGE',
    {},
  ],
  ['a procedure that does not exist', 'users.explode', {}, 'server', 404, 'NOT_FOUND', {}],
  ['no users', 'users.upsert', {}, 'server', 400, 'INPUT_INVALID', { field: 'users' }],
  ['an empty batch', 'users.upsert', upsert(), 'server', 400, 'INPUT_INVALID', { field: 'users' }],
  ['a user that is no object', 'users.upsert', upsert('jane'), 'server', 400, 'INPUT_INVALID', { index: 0 }],
  [
    'a user without id',
    'users.upsert',
    upsert({ id: 'ok' }, { name: 'x' }),
    'server',
    400,
    'INPUT_INVALID',
    { index: 1, field: 'id' },
  ],
  [
    'an id with a space',
    'users.upsert',
    upsert({ id: 'a b' }),
    'server',
    400,
    'INPUT_INVALID',
    { field: 'id' },
  ],
  [
    'an id of 256 characters',
    'users.upsert',
    upsert({ id: 'x'.repeat(256) }),
    'server',
    400,
    'INPUT_INVALID',
    { field: 'id' },
  ],
  [
    'a name of 256 characters',
    'users.upsert',
    upsert({ id: 'x', name: 'x'.repeat(256) }),
    'server',
    400,
    'INPUT_INVALID',
    { field: 'name' },
  ],
  [
    'a NUL',
    'users.upsert',
    '{"users":[{"id":"x","name":"a\\u0000b"}]}',
    'server',
    400,
    'INPUT_INVALID',
    { field: 'name' },
  ],
  [
    'half of a surrogate pair',
    'users.upsert',
    '{"users":[{"id":"x","a":"\\ud800"}]}',
    'server',
    400,
    'INPUT_INVALID',
    { field: 'custom.a' },
  ],
  [
    'a field called __proto__',
    'users.upsert',
    '{"users":[{"id":"x","custom":{"__proto__":{"a":1}}}]}',
    'server',
    400,
    'INPUT_INVALID',
    { field: 'custom' },
  ],
  [
    'custom data of 100,000 levels',
    'users.upsert',
    `{"users":[{"id":"x","a":${'['.repeat(100_000)}${']'.repeat(100_000)}}]}`,
    'server',
    400,
    'INPUT_INVALID',
    { index: 0 },
  ],
  [
    'a read-only field with a level too many',
    'users.upsert',
    `{"users":[{"id":"no space","devices":${'['.repeat(100_000)}${']'.repeat(100_000)}}]}`,
    'server',
    400,
    'INPUT_INVALID',
    { field: 'id' },
  ],
  [
    'a key in both places',
    'users.upsert',
    upsert({ id: 'x', a: 1, custom: { a: 2 } }),
    'server',
    400,
    'INPUT_INVALID',
    { field: 'a' },
  ],
  [
    'nine levels of custom data',
    'users.upsert',
    upsert({ id: 'x', a: { b: { c: { d: { e: { f: { g: { h: {} } } } } } } } }),
    'server',
    400,
    'INPUT_INVALID',
    { index: 0 },
  ],
  [
    '251 teams',
    'users.upsert',
    upsert({ id: 'x', teams: Array.from({ length: 251 }, (_, n) => `t${n}`) }),
    'server',
    400,
    'INPUT_INVALID',
    { field: 'teams' },
  ],
  [
    'a user of over 16 KiB',
    'users.upsert',
    upsert({ id: 'x', a: 'x'.repeat(16_400) }),
    'server',
    413,
    'PAYLOAD_TOO_LARGE',
    { index: 0 },
  ],
  [
    'the same id twice',
    'users.upsert',
    upsert({ id: 'x' }, { id: 'y' }, { id: 'x' }),
    'server',
    400,
    'INPUT_INVALID',
    { index: 2, field: 'id' },
  ],
  [
    'a role that does not exist',
    'users.upsert',
    upsert({ id: 'x', role: 'ghost' }),
    'server',
    400,
    'ROLE_NOT_FOUND',
    { field: 'role' },
  ],
  [
    'a stale revision',
    'users.upsert',
    upsert({ id: 'jane', if_revision: 9 }),
    'server',
    409,
    'REVISION_CONFLICT',
    { index: 0 },
  ],
  [
    'a partial update of nobody',
    'users.partialUpdate',
    upsert({ id: 'nobody', set: { a: 1 } }),
    'server',
    404,
    'USER_NOT_FOUND',
    { index: 0 },
  ],
  [
    'a partial update of a read-only field',
    'users.partialUpdate',
    upsert({ id: 'jane', set: { revision: 9 } }),
    'server',
    400,
    'INPUT_INVALID',
    { field: 'revision' },
  ],
  [
    'a path through a text',
    'users.partialUpdate',
    upsert({ id: 'jane', set: { 'text.a': 1 } }),
    'server',
    400,
    'INPUT_INVALID',
    { field: 'text.a' },
  ],
  [
    'a partial update of somebody else',
    'users.partialUpdate',
    upsert({ id: 'gone', set: { name: 'x' } }),
    'user',
    403,
    'NOT_ALLOWED',
    {},
  ],
  ['an upsert by a user', 'users.upsert', upsert({ id: 'x' }), 'user', 403, 'NOT_ALLOWED', {}],
  ['a call without a token', 'users.upsert', upsert({ id: 'x' }), 'nobody', 401, 'TOKEN_MISSING', {}],
  ['a text that is no token', 'users.upsert', upsert({ id: 'x' }), 'nonsense', 401, 'TOKEN_INVALID', {}],
  ['a limit of 101', 'tasks.cancel', { task_id: '1' }, 'server', 400, 'INPUT_INVALID', { field: 'task_id' }],
  [
    'a task that does not exist',
    'tasks.cancel',
    { task_id: '00000000-0000-4000-8000-000000000000' },
    'server',
    404,
    'TASK_NOT_FOUND',
    {},
  ],
  ['a setting that does not exist', 'settings.update', { colour: 'red' }, 'server', 400, 'INPUT_INVALID', {}],
  ['a role that is built in', 'roles.create', { name: 'admin' }, 'server', 409, 'ROLE_IN_USE', {}],
  ['the deactivation of nobody', 'users.deactivate', { id: 'nobody' }, 'server', 404, 'USER_NOT_FOUND', {}],
])('answers %s with one clear error and changes nothing', async (_, path, body, as, status, code, place) => {
  const before = await server.queryUsers({}, [], { include_deactivated_users: true });
  const { status: answered, error } = await call(path, body, as);
  expect({ status: answered, code: error.code }).toEqual({ status, code });
  expect(error).toMatchObject(place);
  expect(error).not.toHaveProperty('stack');
  expect(String(error.message)).not.toMatch(/\b(SELECT|INSERT|SQLITE|at \/)/);
  expect(await server.queryUsers({}, [], { include_deactivated_users: true })).toEqual(before);
});

it.each<[string, Record<string, unknown>, string]>([
  ['an unknown operator', { filter: { age: { $regex: 'x' } } }, '$regex'],
  ['an operator that the field lacks', { filter: { banned: { $gt: true } } }, '$gt'],
  ['a field that cannot be queried', { filter: { image: 'x' } }, 'image'],
  [
    'a filter of nine levels',
    {
      filter: {
        $and: [{ $and: [{ $and: [{ $and: [{ $and: [{ $and: [{ $and: [{ $and: [{ a: 1 }] }] }] }] }] }] }] }],
      },
    },
    'levels',
  ],
  ['1,001 values', { filter: { id: { $in: Array.from({ length: 1001 }, (_, n) => `u${n}`) } } }, '$in'],
  ['a page of 101', { options: { limit: 101 } }, 'limit'],
  ['an offset of 1,001', { options: { offset: 1001 } }, 'offset'],
  ['a direction that does not exist', { sort: [{ field: 'id', direction: 2 }] }, 'direction'],
])('answers a query with %s with an error that names it', async (_, input, named) => {
  const answer = await fetch(
    `${process.url}/trpc/users.query?input=${encodeURIComponent(JSON.stringify(input))}`,
    {
      headers: { authorization: `Bearer ${userToken}` },
    },
  );
  const { error } = (await answer.json()) as { error: { data: { code: string; message: string } } };
  expect(answer.status).toBe(400);
  expect(error.data.code).toBe('INPUT_INVALID');
  expect(error.data.message).toContain(named);
});

it('refuses a cursor that was not issued for this query', async () => {
  await expect(server.queryUsers({}, [], { next: 'bm9uc2Vuc2U' })).rejects.toMatchObject({
    code: 'CURSOR_INVALID',
  });
});

it('answers a body with thousands of faults with a hundred of them and the number of the others', async () => {
  const faulty = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`a fault ${index}`, 1]));
  const answer = await fetch(`${process.url}/trpc/users.connectGuest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: faulty }),
  });
  const text = await answer.text();
  expect(text.length).toBeLessThan(50_000);
  const { data } = (JSON.parse(text) as { error: { data: { issues: unknown[]; more_issues: number } } })
    .error;
  expect(data.issues).toHaveLength(100);
  expect(data.more_issues).toBe(19_900);
});

it('has logged no event for any of it', async () => {
  await server.upsertUser({ id: 'the-end' });
  const listener = new EventCollector(server, { lastEventId: position });
  await listener.count(1);
  expect(listener.names).toEqual(['user.created the-end']);
  await listener.stop();
});

it.each([
  [
    'tokens.revoke',
    { ids: ['jane'], before: null, befor: 1 },
    /^befor: is unknown; accepted are .*; did you mean before\?$/,
  ],
  ['moderation.ban', { id: 'jane', reason: 7 }, /^reason: must be a text, not 7$/],
  ['moderation.ban', { id: 'jane', shadow: 'yes' }, /^shadow: must be true or false, not "yes"$/],
  ['users.deleteMany', { ids: ['jane'], user: 'harrd' }, /^user: must be one of .*, not "harrd"$/],
  [
    'settings.update',
    { guest_enabled: true },
    /^guest_enabled: is unknown; .*; did you mean guests_enabled\?$/,
  ],
  ['settings.update', { max_custom_bytes: 7 }, /^max_custom_bytes: must be at least 1024, not 7$/],
  ['users.upsert', upsert({ id: 'x', name: 7 }), /^name: must be a text, not 7$/],
  ['users.upsert', upsert({ id: 'x', invisible: 'no' }), /^invisible: must be true or false, not "no"$/],
  [
    'users.partialUpdate',
    { users: [{ id: 'jane', set: { privacy_settings: { typing_indicator: { enabled: true } } } }] },
    /^privacy_settings\.typing_indicator: is unknown; .*; did you mean typing_indicators\?$/,
  ],
])('%s %j is refused in words that say what is accepted and what was given', async (path, body, message) => {
  const { status, error } = await call(path, body);
  expect({ status, ...error }).toMatchObject({ status: 400, code: 'INPUT_INVALID' });
  expect(error.message).toMatch(message);
});
