import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { createServer, connect as openTcp } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { durationMs } from '@rollcall/testing';
import { describe, expect, it } from 'vitest';
import { halfSentCall } from './half-sent-call.js';
import { startTestServer, type TestServer, tokenOf } from './test-server.js';
import { connect } from './test-socket.js';

/** Longer than anything takes here. */
const CUT_OFF_MS = 60_000;

describe('closing a server', () => {
  it('asks live connections to come back with 1012, spread over the time that is set', async () => {
    const server = await startTestServer({ ROLLCALL_DRAIN_MS: '400' });
    const token = await tokenOf({ server: true });
    const clients = await Promise.all(Array.from({ length: 4 }, () => connect(server.url, { token })));
    for (const client of clients) {
      client.send({ id: 1, method: 'query', params: { path: 'roles.list' } });
      await client.next();
    }
    const callMs = await durationMs(async () => {
      clients[0]?.send({ id: 2, method: 'query', params: { path: 'roles.list' } });
      await clients[0]?.next();
    });
    const startedAt = Date.now();
    await server.close();
    const ends = await Promise.all(clients.map(client => client.closed));
    expect(ends.map(end => end.code)).toEqual([1012, 1012, 1012, 1012]);
    const delays = ends.map(end => end.at - startedAt).sort((one, other) => one - other);
    expect(delays[0]).toBeLessThan(100 + 10 * callMs);
    expect(delays[3]).toBeGreaterThanOrEqual(290);
  });

  it('closes a connection that has not signed in', async () => {
    const server = await startTestServer();
    const client = await connect(server.url);
    await server.close();
    expect((await client.closed).code).toBe(1012);
  });

  it('frees the port and the database for the next process', async () => {
    const first = await startTestServer();
    await first.mutate('users.upsert', { users: [{ id: 'jane' }] });
    await first.close();
    const second = await startTestServer({
      ROLLCALL_PORT: String(first.port),
      ROLLCALL_DATABASE_URL: first.config.databaseUrl,
    });
    expect(second.port).toBe(first.port);
    await second.close();
  });

  it('lets a call finish that is under way, and acknowledges what it did', async () => {
    const server = await startTestServer();
    const call = await halfSentCall(server.url);
    const closing = server.close();
    call.finish();
    const response = await call.response;
    expect([response.status, response.connection]).toEqual([200, 'close']);
    expect(response.body).toContain('"jane"');
    await closing;
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
  });

  it('cuts a call off that does not finish in the time that is set', async () => {
    const server = await startTestServer({ ROLLCALL_SHUTDOWN_TIMEOUT_MS: '100' });
    const call = await halfSentCall(server.url);
    const response = expect(call.response).rejects.toThrow();
    // The call had not arrived in whole: nothing that had begun was given up.
    expect(await server.close()).toBe('in order');
    await response;
    expect(server.log.join('')).toContain('cut off');
  });

  it('says for a while that it is not ready, and serves everything meanwhile', async () => {
    const isServed = async (by: TestServer) => {
      const client = await connect(by.url, { token: await tokenOf({ server: true }) });
      client.send({ id: 1, method: 'query', params: { path: 'roles.list' } });
      expect(await client.next()).toHaveProperty('result');
      await by.mutate('users.upsert', { users: [{ id: 'jane' }] });
      return client;
    };
    // As long as it takes here to be served, and much more.
    const other = await startTestServer();
    const unreadyMs = 600 + Math.ceil(10 * (await durationMs(() => isServed(other))));
    await other.close();
    const server = await startTestServer({ ROLLCALL_UNREADY_MS: String(unreadyMs) });
    const startedAt = Date.now();
    const closing = server.close();
    const ready = await fetch(`${server.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { status: 'unavailable', reason: 'SHUTTING_DOWN' },
    ]);
    const client = await isServed(server);
    expect(Date.now() - startedAt).toBeLessThan(unreadyMs);
    expect((await client.closed).code).toBe(1012);
    expect(await closing).toBe('in order');
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(unreadyMs);
  });

  it('answers a call over a connection that was idle, and says that it was the last', async () => {
    const server = await startTestServer({ ROLLCALL_DRAIN_MS: '1000' });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const call = async () => {
      const [answer] = (await once(get(`${server.url}/healthz`, { agent }), 'response')) as [IncomingMessage];
      answer.resume();
      await once(answer, 'end');
      return [answer.statusCode, answer.headers.connection];
    };
    expect(await call()).toEqual([200, 'keep-alive']);
    const closing = server.close();
    await delay(300);
    expect(await call()).toEqual([200, 'close']);
    expect(await closing).toBe('in order');
    agent.destroy();
  });

  it('does not wait for a connection over which nothing was asked', async () => {
    const server = await startTestServer({ ROLLCALL_SHUTDOWN_TIMEOUT_MS: String(CUT_OFF_MS) });
    const silent = openTcp(server.port, '127.0.0.1');
    await once(silent, 'connect');
    const ended = once(silent, 'close');
    const startedAt = Date.now();
    expect(await server.close()).toBe('in order');
    await ended;
    expect(Date.now() - startedAt).toBeLessThan(CUT_OFF_MS / 2);
    expect(server.log.join('')).not.toContain('cut off');
  });

  it('may be asked for twice', async () => {
    const server = await startTestServer();
    await Promise.all([server.close(), server.close()]);
    await server.close();
  });
});

describe('starting a server', () => {
  it('says so when the port is taken, and leaves the database free', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as { port: number };
    const other = await startTestServer();
    await other.close();
    const settings = { ROLLCALL_DATABASE_URL: other.config.databaseUrl };
    await expect(startTestServer({ ...settings, ROLLCALL_PORT: String(port) })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('ROLLCALL_PORT'),
    });
    await (await startTestServer(settings)).close();
    blocker.close();
  });
});
