/** Every call counts once, by its procedure and by what came of it, in whatever form it comes. */

import { request } from 'node:http';
import { exportLink, parseSigningKeys } from '@rollcall/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { samplesOf } from './alert-expression.js';
import { changeElsewhere } from './other-program.js';
import { SECRET, startTestServer, type TestServer, tokenOf } from './test-server.js';
import { connect } from './test-socket.js';

let server: TestServer;
let token: string;
beforeEach(async () => {
  server = await startTestServer({ ROLLCALL_METRICS_PORT: '0', ROLLCALL_MAX_BODY_BYTES: '65536' });
  token = await tokenOf({ server: true });
});
afterEach(() => server.close());

/** What has been counted, without what is 0. */
async function counted(): Promise<Record<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${server.metricsPort}/metrics`)).text();
  const calls = samplesOf(text).flatMap(({ name, labels, value }): [string, number][] => {
    if (value === 0) return [];
    if (name === 'rollcall_calls_total') return [[`${labels.procedure} ${labels.outcome}`, value]];
    return name === 'rollcall_failed_calls_total' ? [[`fault: ${labels.fault}`, value]] : [];
  });
  return Object.fromEntries(calls);
}

/** Asks, and reads the answer to its end. */
async function ask(method: string, path: string, body?: unknown): Promise<number> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  await response.text();
  return response.status;
}

it('counts a call of the HTTP API as it counts those of tRPC over HTTP and over a WebSocket', async () => {
  const forms = {
    good: { users: [{ id: 'jane' }] },
    bad: { users: [{ id: '' }] },
  };
  for (const users of Object.values(forms)) await ask('POST', '/trpc/users.upsert', users);
  expect(await counted()).toEqual({
    'users.upsert ok': 1,
    'users.upsert INPUT_INVALID': 1,
    'fault: caller': 1,
  });
  const socket = await connect(server.url, { token });
  for (const [id, input] of Object.values(forms).entries()) {
    socket.send({ id, method: 'mutation', params: { path: 'users.upsert', input } });
    await socket.next();
  }
  socket.socket.close();
  expect(await counted()).toEqual({
    'users.upsert ok': 2,
    'users.upsert INPUT_INVALID': 2,
    'fault: caller': 2,
  });
  expect(await ask('PUT', '/api/users/jane', {})).toBe(200);
  expect(await ask('PUT', '/api/users/%20', {})).toBe(400);
  expect(await ask('GET', '/api/tasks/00000000-0000-4000-8000-000000000000')).toBe(404);
  expect(await counted()).toEqual({
    'users.upsert ok': 3,
    'users.upsert INPUT_INVALID': 3,
    'tasks.get TASK_NOT_FOUND': 1,
    'fault: caller': 4,
  });
});

it('counts what reaches no call as other, whatever it is called', async () => {
  expect(await ask('GET', '/api/made/up/by/jane')).toBe(404);
  expect(await ask('DELETE', '/api/events')).toBe(405);
  expect(await ask('HEAD', '/api/events')).toBe(405);
  expect(await ask('GET', '/trpc/made.up')).toBe(404);
  expect(await counted()).toEqual({
    'other NOT_FOUND': 2,
    'other INPUT_INVALID': 2,
    'fault: caller': 4,
  });
});

it('counts what is refused before its procedure has it, once', async () => {
  const tooLarge = { users: [{ id: 'jane', filler: 'x'.repeat(70_000) }] };
  expect(await ask('POST', '/trpc/users.upsert', tooLarge)).toBe(413);
  expect(await ask('PUT', '/api/users/jane', tooLarge.users[0])).toBe(413);
  expect(await ask('GET', '/trpc/users.upsert')).toBe(400);
  expect(await ask('GET', '/api/settings?made=up')).toBe(400);
  expect(await counted()).toEqual({
    'users.upsert PAYLOAD_TOO_LARGE': 2,
    'users.upsert INPUT_INVALID': 1,
    'settings.get INPUT_INVALID': 1,
    'settings.get ok': 1,
    'fault: caller': 4,
  });
});

it('counts a page of a foreign origin as other', async () => {
  const headers = { origin: 'https://foreign.example.com' };
  for (const path of ['/trpc/settings.get', '/api/settings']) {
    expect((await fetch(`${server.url}${path}`, { headers })).status).toBe(403);
  }
  expect(await counted()).toEqual({ 'other NOT_ALLOWED': 2, 'fault: caller': 2 });
});

it('does not hold a caller that goes before its answer against the storage, nor against the server', async () => {
  const users = Array.from({ length: 2000 }, (_, index) => ({
    id: `user-${index}`,
    filler: `${index}`.padEnd(400, 'x'),
  }));
  for (let from = 0; from < users.length; from += 100) {
    await ask('POST', '/trpc/users.upsert', { users: users.slice(from, from + 100) });
  }
  const input = { filter: { filler: { $exists: true } }, sort: [{ field: 'filler', direction: 1 }] };
  const query = `/trpc/users.query?input=${encodeURIComponent(JSON.stringify(input))}`;
  const asked = Array.from({ length: 60 }, () => {
    const call = request(`${server.url}${query}`, { headers: { authorization: `Bearer ${token}` } });
    call.on('error', () => undefined).end();
    return call;
  });
  await new Promise(resolve => setTimeout(resolve, 60));
  for (const call of asked) call.destroy();
  await expect.poll(async () => (await counted())['users.query caller_gone']).toBeGreaterThan(0);
  const { 'fault: storage': storage, 'fault: server': fault } = await counted();
  expect([storage, fault]).toEqual([undefined, undefined]);
  expect(server.log.filter(line => line.includes('could not be served'))).toEqual([]);
});

it('counts a fault that no call has met, as other', async () => {
  const link = exportLink(parseSigningKeys(SECRET), {
    taskId: crypto.randomUUID(),
    expires: Date.now() + 60_000,
  });
  expect(await ask('GET', link)).toBe(404);
  expect(await counted()).toEqual({});
  await changeElsewhere(server.config.databaseUrl, 'DROP TABLE tasks');
  expect(await ask('GET', link)).toBe(500);
  expect(await counted()).toEqual({ 'other INTERNAL': 1, 'fault: server': 1 });
});

it('counts a stream when it begins, nothing when its reader goes, and a fault that ends it', async () => {
  const longAgo = Date.now() - 1000;
  await changeElsewhere(
    server.config.databaseUrl,
    `INSERT INTO tasks (id, type, status, actor, input, done, total, failed, tries, run_at, lease_until, fence,
    cancel_requested, created_at, updated_at) VALUES ('00000000-0000-4000-8000-000000000000', 'users.future', 'pending',
    '{"type":"server"}', '{}', 0, 1, 0, 0, 0, 0, 0, 0, ${longAgo}, ${longAgo})`,
  );
  const input = { task_id: '00000000-0000-4000-8000-000000000000' };
  const follow = async () => {
    const socket = await connect(server.url, { token });
    socket.send({ id: 1, method: 'subscription', params: { path: 'live.task', input } });
    await socket.next();
    await socket.next();
    return socket;
  };
  const [first, second] = [await follow(), await follow()];
  const leaving = new AbortController();
  const events = await fetch(`${server.url}/api/tasks/${input.task_id}/events`, {
    headers: { authorization: `Bearer ${token}` },
    signal: leaving.signal,
  });
  await events.body?.getReader().read();
  first.socket.close();
  leaving.abort();
  await first.closed;
  await new Promise(resolve => setTimeout(resolve, 100));
  expect(await counted()).toEqual({ 'live.task ok': 3 });
  await changeElsewhere(server.config.databaseUrl, 'DROP TABLE tasks');
  expect(await second.next()).toMatchObject({ error: { data: { code: 'INTERNAL' } } });
  expect(await counted()).toMatchObject({
    'live.task ok': 3,
    'live.task INTERNAL': 1,
    'fault: server': 1,
  });
  second.socket.close();
});
