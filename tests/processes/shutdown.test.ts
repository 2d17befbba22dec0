import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createClient } from '@rollcall/client';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { durationMs, freshDatabaseOn, openSql, type PostgresServer, startPostgres } from '@rollcall/testing';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { EventCollector } from '../support/listeners/event-collector.js';
import { type ConnectBalancer, startConnectBalancer } from '../support/network/connect-balancer.js';
import {
  SECRET,
  SERVER_MAIN,
  type ServerProcess,
  startServerProcess,
} from '../support/processes/server-process.js';
import { until } from '../support/until.js';

const PROCESSES = 3;
const SOCKETS = 160;
const STREAMS = 40;
const WRITERS = 4;

/** Over so long a process spreads its farewells, as by default. */
const DRAIN_MS = 2000;

/** What processes that migrate lock: see migrate-postgres.ts of core. */
const MIGRATION_LOCK = 1_815_121_203;

/** After this time supervisors kill. */
const END_WITHIN_MS = 30_000;

let postgres: PostgresServer;

beforeAll(async () => {
  postgres = await startPostgres();
});

afterAll(() => postgres.stop());

function start(env: Record<string, string> = {}): Promise<ServerProcess> {
  return startServerProcess({
    databaseUrl: postgres.url,
    env: { ROLLCALL_DRAIN_MS: String(DRAIN_MS), ...env },
  });
}

/** Writes without a pause until it is stopped, and keeps what was acknowledged. */
class Writer {
  readonly acknowledged: string[] = [];
  readonly failures: string[] = [];
  #stopped = false;
  readonly #running: Promise<void>;

  constructor(client: ServerClient, name: string) {
    this.#running = this.#run(client, name);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(client: ServerClient, name: string): Promise<void> {
    for (let round = 0; !this.#stopped; round++) {
      const id = `${name}-${round}`;
      try {
        await client.upsertUsers([{ id }]);
        this.acknowledged.push(id);
      } catch (error) {
        this.failures.push(String(error));
      }
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  }
}

function serverToken(): Promise<string> {
  const [kid, secret] = SECRET.split(':') as [string, string];
  const header = { alg: 'HS256', kid };
  return new SignJWT({ server: true })
    .setProtectedHeader(header)
    .setIssuedAt()
    .sign(new TextEncoder().encode(secret));
}

/** A call that waits for a lock until it is let go, over HTTP and over a WebSocket of its own. */
async function slowCalls(url: string, id: string) {
  const sql = await openSql(postgres.url);
  await sql.query('BEGIN');
  await sql.query('SELECT 1 FROM users WHERE id LIKE $1 FOR UPDATE', [`${id}-%`]);
  const server = createServerClient({ url, secret: SECRET });
  const overHttp = server.upsertUsers([{ id: `${id}-http`, name: 'new' }]);
  const socket = new WebSocket(`${url.replace('http', 'ws')}/trpc?connectionParams=1`);
  const closed = once(socket, 'close').then(([code]) => code as number);
  await once(socket, 'open');
  socket.send(
    JSON.stringify({
      method: 'connectionParams',
      data: { token: await serverToken() },
    }),
  );
  const params = { path: 'users.upsert', input: { users: [{ id: `${id}-socket`, name: 'new' }] } };
  const overSocket = once(socket, 'message').then(([data]) => JSON.parse(String(data)) as object);
  socket.send(JSON.stringify({ id: 1, method: 'mutation', params }));
  await until('both calls wait for the lock', async () => {
    const waiting = await sql.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
    return waiting.length >= 2;
  });
  return {
    overHttp,
    overSocket,
    closed,
    letGo: async () => {
      await sql.query('COMMIT');
      await sql.close();
    },
  };
}

/** The share of the live connections that a tenth of the drain ended, where it was the largest. */
function largestShare(at: readonly number[]): number {
  const width = DRAIN_MS / 10;
  return Math.max(...at.map(from => at.filter(one => one >= from && one < from + width).length)) / at.length;
}

it('is restarted process by process under load, and nobody misses anything', {
  timeout: 240_000,
}, async () => {
  const env = { ROLLCALL_CLIENT_CALLS_PER_MINUTE: '100000' };
  const processes = await Promise.all(Array.from({ length: PROCESSES }, () => start(env)));
  const balancer: ConnectBalancer = await startConnectBalancer(processes.map(({ url }) => url));
  const clients = Array.from({ length: SOCKETS + STREAMS }, (_, index) =>
    createServerClient({ url: balancer.url, secret: SECRET, transport: index < SOCKETS ? 'ws' : 'sse' }),
  );
  const [first] = clients as [ServerClient];
  await first.upsertUsers(
    processes.flatMap((_, index) => [{ id: `slow${index}-http` }, { id: `slow${index}-socket` }]),
  );
  const begin = (await first.queryUsers({}, [], { limit: 1 })).position;
  const listeners = clients.map(client => new EventCollector(client, { lastEventId: begin }));
  // Who hears of something new is connected to some process. Who is asked to come back for the third time within seconds
  // takes up to 20 s, by the client's own rules.
  const everybodyHears = async (mark: string) => {
    await first.upsertUsers([{ id: mark }]);
    const hears = (listener: EventCollector) => listener.names.includes(`user.created ${mark}`);
    await until(`everybody hears of ${mark}`, () => listeners.every(hears), 60_000);
  };
  await everybodyHears('begin');
  const writers = Array.from({ length: WRITERS }, (_, index) => new Writer(first, `writer${index}`));

  const spreads: object[] = [];
  for (const [index, process] of processes.entries()) {
    const open = balancer.openTo(index);
    const slow = await slowCalls(process.url, `slow${index}`);
    const before = balancer.ended.length;
    const callMs = await durationMs(() => first.queryUsers({}, [], { limit: 1 }));
    const startedAt = performance.now();
    const exit = process.stop();
    setTimeout(() => void slow.letGo(), 2500);
    await slow.overHttp;
    expect(await slow.overSocket).toHaveProperty('result');
    expect(await slow.closed).toBe(1012);
    expect(await exit).toBe(0);
    const tookMs = Math.round(performance.now() - startedAt);
    expect(tookMs).toBeLessThan(END_WITHIN_MS);
    const at = balancer.ended
      .slice(before)
      .flatMap(end => (end.process === index ? [end.at - startedAt] : []));
    expect(at.length).toBeGreaterThanOrEqual(open);
    const overMs = Math.round(Math.max(...at) - Math.min(...at));
    // A busy machine sees the first end late, by about what a call takes on it.
    expect(overMs).toBeGreaterThan(DRAIN_MS * 0.8 - callMs);
    expect(largestShare(at)).toBeLessThan(0.4);
    spreads.push({ connections: open, overMs, largestShare: Number(largestShare(at).toFixed(2)), tookMs });
    await process.restart();
    await everybodyHears(`after-${index}`);
  }
  console.log('ended:', JSON.stringify(spreads));

  for (const writer of writers) await writer.stop();
  console.log('writes:', writers.map(({ acknowledged }) => acknowledged.length).join(' + '));
  for (const writer of writers) expect(writer.failures).toEqual([]);
  const sql = await openSql(postgres.url);
  const stored = new Set((await sql.query('SELECT id FROM users')).map(row => row.id));
  for (const writer of writers) expect(writer.acknowledged.filter(id => !stored.has(id))).toEqual([]);
  const [epoch, from] = begin.split('.') as [string, string];
  const log = await sql.query('SELECT seq FROM events WHERE seq > $1 ORDER BY seq', [from]);
  await sql.close();
  const expected = log.map(({ seq }) => `${epoch}.${seq}`);
  for (const listener of listeners) {
    await listener.count(expected.length);
    expect(listener.error).toBeUndefined();
    expect(listener.events.map(({ id }) => id)).toEqual(expected);
    expect(listener.events.some(({ type }) => type === 'resync')).toBe(false);
  }
  for (const listener of listeners) await listener.stop();
  for (const client of clients) await client.disconnect();
  expect(await Promise.all(processes.map(process => process.stop()))).toEqual(processes.map(() => 0));
  await balancer.close();
});

it('leaves its users offline, or held by where they went, and its tasks to others', async () => {
  const [leaving, staying] = await Promise.all([start(), start()]);
  const server = createServerClient({ url: staying.url, secret: SECRET });
  await server.upsertUsers([{ id: 'stays-away' }, { id: 'comes-back' }]);
  const balancer = await startConnectBalancer([leaving.url, staying.url]);
  const away = createClient({ url: leaving.url });
  const back = createClient({ url: leaving.url });
  const moved = createClient({ url: staying.url });
  await away.connectUser({ id: 'stays-away' }, await server.createToken('stays-away'));
  await back.connectUser({ id: 'comes-back' }, await server.createToken('comes-back'));
  await moved.connectUser({ id: 'comes-back' }, await server.createToken('comes-back'));
  for (const client of [away, back, moved]) client.on(() => undefined);
  const online = async () => {
    const { users } = await server.queryUsers({ id: { $in: ['stays-away', 'comes-back'] } });
    return users.filter(user => user.online).map(user => user.id);
  };
  await until('both are online', async () => (await online()).length === 2);
  const batches = Array.from({ length: 12 }, (_, batch) =>
    Array.from({ length: 100 }, (_, index) => `gone-${batch}-${index}`),
  );
  for (const ids of batches) await server.upsertUsers(ids.map(id => ({ id })));
  const tasks = await Promise.all(batches.map(ids => server.deactivateUsers(ids)));
  expect(await leaving.stop()).toBe(0);
  const endedAt = performance.now();
  const callMs = await durationMs(async () => expect(await online()).toEqual(['comes-back']));
  for (const task of tasks) {
    const ended = await server.waitForTask(task.task_id);
    expect(ended).toMatchObject({ status: 'completed' });
  }
  // A lease lasts 30 seconds: nobody waited for one to run out.
  expect(performance.now() - endedAt).toBeLessThan(20_000 + 100 * callMs);
  for (const client of [away, back, moved]) await client.disconnectUser();
  await server.disconnect();
  await balancer.close();
  expect(await staying.stop()).toBe(0);
});

it('ends soon when it is asked to before it is ready, while another process migrates', async () => {
  const databaseUrl = await freshDatabaseOn(postgres.url);
  const other = await openSql(databaseUrl);
  await other.query(`SELECT pg_advisory_lock(${MIGRATION_LOCK})`);
  const env = {
    ...process.env,
    ROLLCALL_DATABASE_URL: databaseUrl,
    ROLLCALL_SECRET: SECRET,
    ROLLCALL_PORT: '0',
  };
  const child = spawn(process.execPath, [SERVER_MAIN], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await until('it waits', async () => {
    const asks = await other.query(
      "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_try_advisory_lock%'",
    );
    return asks.length > 1;
  });
  child.kill('SIGTERM');
  const [code] = await once(child, 'close');
  expect(code).toBe(2);
  expect(said).toBe('error: UNAVAILABLE asked to end before it was ready\n');
  await other.close();
});
