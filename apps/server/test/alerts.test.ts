/** Each alert rule fires when what it is about has happened, and not before. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, openSql, startPostgres, startPostgresPair, temporaryFolder } from '@rollcall/testing';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { ALERT_RULES } from '../src/metrics/alerts-table.js';
import { evaluate, type Scrape, samplesOf } from './alert-expression.js';
import { changeElsewhere, type OtherProgram, openElsewhere } from './other-program.js';
import { startTestServer, type TestServer, tokenOf } from './test-server.js';
import { connect, type TestSocket } from './test-socket.js';

/** A full disk is made out of a small one, which takes root. */
const smallDisk = await temporaryFolder();
const isMounted = runs('mount', '-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', smallDisk);

function runs(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The rules whose faults were made. */
const tried = new Set<string>();

let server: TestServer;
let socket: TestSocket | undefined;
let lock: OtherProgram | undefined;

async function start(env: Record<string, string> = {}): Promise<void> {
  server = await startTestServer(
    { ROLLCALL_METRICS_PORT: '0', ROLLCALL_CLIENT_CALLS_PER_MINUTE: '100000', ...env },
    { metricsKeptMs: 0 },
  );
}

afterEach(async () => {
  vi.restoreAllMocks();
  socket?.socket.terminate();
  socket = undefined;
  await lock?.close();
  lock = undefined;
  await server.close();
});
afterAll(() => {
  if (isMounted) runs('umount', smallDisk);
});

/** What Prometheus would have by now. Scrapes are a minute apart for it. */
async function scrape(at: number): Promise<Scrape> {
  const text = await fetch(`http://127.0.0.1:${server.metricsPort}/metrics`).then(
    answer => answer.text(),
    () => undefined,
  );
  const up = { name: 'up', labels: { job: 'rollcall' }, value: text === undefined ? 0 : 1 };
  return { at, samples: [up, ...samplesOf(text ?? '')] };
}

/** Which of these rules fire from one scrape to another. */
function firing(names: readonly string[], scrapes: readonly Scrape[]): string[] {
  for (const name of names) tried.add(name);
  return ALERT_RULES.filter(({ name }) => names.includes(name))
    .filter(({ expression }) => evaluate(expression, scrapes).length > 0)
    .map(({ name }) => name);
}

/** Makes a fault, and sees that these rules fire within a while, and did not before. */
async function expectToFire(names: readonly string[], fault: () => unknown): Promise<void> {
  const before = await scrape(0);
  expect(firing(names, [before, { ...before, at: 30 }])).toEqual([]);
  await fault();
  await expect
    .poll(async () => firing(names, [before, await scrape(60)]), { timeout: 20_000, interval: 50 })
    .toEqual(names);
}

const change = (...statements: string[]) => changeElsewhere(server.config.databaseUrl, ...statements);

/** Holds the file, so that nobody else writes, until the lock is closed. */
async function holdFile(): Promise<void> {
  lock = await openElsewhere(server.config.databaseUrl, 'BEGIN IMMEDIATE');
}

const createRole = (name: string) => server.mutate('roles.create', { name }).catch(() => undefined);

async function listen(): Promise<TestSocket> {
  const opened = await connect(server.url, { token: await tokenOf({ server: true }) });
  opened.send({ id: 1, method: 'subscription', params: { path: 'live.events', input: {} } });
  await opened.next();
  await opened.next();
  return opened;
}

it('fires when the process is gone', async () => {
  await start();
  await expectToFire(['RollcallDown'], () => server.close());
});

it('fires when the storage takes no writes, and calls are refused for it', async () => {
  await start();
  await expectToFire(['RollcallNotWritable', 'RollcallUnavailable'], async () => {
    await holdFile();
    // Each group of them waits for the file as long as it may.
    const write = (id: string) => server.mutate('users.upsert', { users: [{ id }] }).catch(() => undefined);
    await Promise.all(Array.from({ length: 10 }, (_, index) => write(`user-${index}`)));
  });
});

it('fires when writes wait, and when they have been slow', async () => {
  await start();
  socket = await listen();
  const roles: Promise<unknown>[] = [];
  await expectToFire(['RollcallWritesWait'], async () => {
    await holdFile();
    roles.push(...Array.from({ length: 60 }, (_, index) => createRole(`role-${index}`)));
  });
  await expectToFire(['RollcallWritesSlow'], async () => {
    await delay(1500);
    await lock?.close();
    await Promise.all(roles);
  });
});

it('fires when listeners hear of changes late', async () => {
  await start();
  socket = await listen();
  await expectToFire(['RollcallEventsLate'], async () => {
    await holdFile();
    const written = server.mutate('users.upsert', { users: [{ id: 'jane' }] });
    await delay(2700);
    await lock?.close();
    await written;
  });
});

it('fires when the database does not answer, and when the work in the background fails again and again', async () => {
  await start();
  await expectToFire(['RollcallBackgroundErrors'], () =>
    change('DROP TABLE tasks', 'DROP TABLE event_stream'),
  );
  const before = await scrape(0);
  expect(firing(['RollcallStorageSilent'], [before])).toEqual([]);
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + 61_000);
  expect(firing(['RollcallStorageSilent'], [await scrape(60)])).toEqual(['RollcallStorageSilent']);
});

it('fires when a call meets a fault of the server', async () => {
  await start();
  await server.mutate('users.upsert', { users: [{ id: 'jane' }] });
  await expectToFire(['RollcallFaults'], async () => {
    await change('DROP TABLE roles');
    await createRole('guide');
  });
});

it('fires when connections are closed because they read too slowly, and when what is unread fills its room', async () => {
  const limit = 1_310_720;
  await start({ ROLLCALL_MAX_UNREAD_BYTES: String(limit), ROLLCALL_SERVER_SUBSCRIPTIONS: '100' });
  const listeners = await Promise.all(Array.from({ length: 22 }, listen));
  for (const one of listeners) one.socket.pause();
  let round = 0;
  const fill = async () => {
    round += 1;
    const users = Array.from({ length: 100 }, (_, index) => ({
      id: `user-${index}`,
      filler: `${round}`.padEnd(4900, 'x'),
    }));
    await server.mutate('users.upsert', { users });
  };
  const before = await scrape(0);
  const names = ['RollcallReadersTooSlow', 'RollcallUnreadFull'];
  const fired = new Set<string>();
  try {
    // One room for all is too small for two of them, and the last one is let be for a while.
    for (let time = 0; time < 200 && fired.size < names.length; time++) {
      await fill();
      for (const name of firing(names, [before, await scrape(60)])) fired.add(name);
    }
    expect([...fired].sort()).toEqual(names);
  } finally {
    for (const one of listeners) one.socket.terminate();
  }
});

it('fires when queries are ended because they take too long', async () => {
  await start({ ROLLCALL_SERVER_QUERY_MS: '1' });
  const users = Array.from({ length: 100 }, (_, index) => ({
    id: `user-${index}`,
    filler: 'x'.repeat(2000),
  }));
  for (let batch = 0; batch < 20; batch++) {
    await server.mutate('users.upsert', {
      users: users.map(user => ({ ...user, id: `${user.id}-${batch}` })),
    });
  }
  const authorization = `Bearer ${await tokenOf({ server: true })}`;
  const input = encodeURIComponent(
    JSON.stringify({
      filter: { filler: { $exists: true }, name: { $ne: 'no' } },
      sort: [{ field: 'filler', direction: 1 }],
    }),
  );
  await expectToFire(['RollcallQueriesStopped'], async () => {
    for (let time = 0; time < 100; time++) {
      await fetch(`${server.url}/trpc/users.query?input=${input}`, { headers: { authorization } });
    }
  });
});

const TASK = `INSERT INTO tasks (id, type, status, actor, input, done, total, failed, tries, run_at, lease_until, fence,
  cancel_requested, created_at, updated_at, started_at) VALUES`;
const longAgo = Date.now() - 600_000;

it('fires when a task waits, when one has lost its worker, and when one has failed', async () => {
  await start();
  const task = (id: string, type: string, rest: string) => `('${id}', '${type}', ${rest})`;
  const actor = `'{"type":"server"}', '{}', 0, 1, 0`;
  // No worker knows the first two, as if they came from a newer version.
  await expectToFire(['RollcallTasksWait', 'RollcallTasksOverdue', 'RollcallTasksFail'], () =>
    change(
      `${TASK} ${task('waits', 'users.future', `'pending', ${actor}, 0, 0, NULL, 0, 0, ${longAgo}, ${longAgo}, NULL`)}`,
      `${TASK} ${task('lost', 'users.future', `'running', ${actor}, 1, 0, ${longAgo}, 1, 0, ${longAgo}, ${longAgo}, ${longAgo}`)}`,
      `${TASK} ${task('fails', 'users.deactivate', `'running', ${actor}, 5, 0, ${longAgo}, 1, 0, ${longAgo}, ${longAgo}, ${longAgo}`)}`,
    ),
  );
});

it('fires when nothing reaches a webhook, when one is behind the log, when a delivery is given up, and when one is disabled', async () => {
  const receiver = createServer((_, response) => response.writeHead(503).end());
  await new Promise<void>(resolve => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as AddressInfo;
  await start({ ROLLCALL_WEBHOOK_ALLOWED_ADDRESSES: '127.0.0.1' });
  try {
    await server.mutate('webhooks.create', { url: `http://127.0.0.1:${port}/` });
    const create = (id: string) => server.mutate('users.upsert', { users: [{ id }] });
    await expectToFire(['RollcallWebhookFailing'], () => create('jane'));
    await expectToFire(['RollcallWebhooksLate'], async () => {
      // After a few failures it is left alone, and new events stay in the log.
      for (const id of ['john', 'joan', 'june']) await create(id);
      await change('UPDATE events SET at = at - 3600000 WHERE seq < (SELECT max(seq) FROM events)');
    });
    await expectToFire(['RollcallWebhookDeliveriesLost'], () =>
      change(
        'UPDATE webhook_deliveries SET attempt = 9, next_attempt_at = 1',
        'UPDATE webhook_endpoints SET paused_until = NULL, setbacks = 0',
      ),
    );
    await expectToFire(['RollcallWebhookStopped'], async () => {
      receiver.removeAllListeners('request');
      receiver.on('request', (_, response) => response.writeHead(410).end());
      await change(
        "UPDATE webhook_deliveries SET next_attempt_at = 1 WHERE status = 'pending'",
        'UPDATE webhook_endpoints SET paused_until = NULL',
      );
    });
  } finally {
    receiver.close();
  }
});

it('fires when a process has gone without a word', async () => {
  await start();
  await expectToFire(['RollcallProcessDead'], () =>
    change(`INSERT INTO nodes (id, started_at, lease_until) VALUES ('gone', ${longAgo}, ${longAgo})`),
  );
});

it('fires when the process is too busy to answer at once', async () => {
  await start();
  // One slow moment of the start is no more than one in a hundred by then.
  await delay(1500);
  await expectToFire(['RollcallEventLoopBusy'], async () => {
    for (let time = 0; time < 8; time++) {
      const until = performance.now() + 350;
      while (performance.now() < until);
      await delay(1);
    }
  });
});

it('fires when calls wait for a connection to PostgreSQL', async () => {
  const postgres = await startPostgres();
  const name = `alerts_${await freePort()}`;
  const admin = await openSql(postgres.url);
  await admin.query(`CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE template0`);
  const url = Object.assign(new URL(postgres.url), { pathname: `/${name}` }).href;
  await start({ ROLLCALL_DATABASE_URL: url, ROLLCALL_POSTGRES_POOL_SIZE: '2' });
  const holder = await openSql(url);
  const calls: Promise<unknown>[] = [];
  try {
    await expectToFire(['RollcallPoolEmpty'], async () => {
      await holder.query('BEGIN');
      await holder.query('LOCK TABLE roles');
      calls.push(...Array.from({ length: 6 }, (_, index) => createRole(`role-${index}`)));
    });
  } finally {
    await holder.query('ROLLBACK');
    await Promise.all(calls);
    await holder.close();
    await server.close();
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.close();
    await postgres.stop();
  }
});

it('fires when a replica serves nobody', async () => {
  const pair = await startPostgresPair({ synchronous: false });
  try {
    await start({ ROLLCALL_DATABASE_URL: pair.primaryUrl, ROLLCALL_DATABASE_READ_URLS: pair.standbyUrl });
    await expectToFire(['RollcallReplicaAway'], async () => {
      await pair.queryStandby('SELECT pg_wal_replay_pause()');
      await server.mutate('users.upsert', { users: [{ id: 'jane', name: 'Jane' }] });
      // Nobody notices but the metrics.
      const filter = encodeURIComponent(JSON.stringify({ filter: { name: 'Jane' } }));
      const headers = { authorization: `Bearer ${await tokenOf({ server: true })}` };
      const answer = await fetch(`${server.url}/trpc/users.query?input=${filter}`, { headers });
      expect(await answer.text()).toContain('"jane"');
    });
  } finally {
    await server.close();
    await pair.stop();
  }
});

it.skipIf(!isMounted)('fires when the disk of the database is nearly full', async () => {
  await start({ ROLLCALL_DATABASE_URL: `sqlite:${join(smallDisk, 'rollcall.sqlite')}` });
  await expectToFire(['RollcallDiskFull'], () => {
    try {
      writeFileSync(join(smallDisk, 'ballast'), Buffer.alloc(15 * 1024 * 1024));
    } catch {
      // Then it is full.
    }
  });
});

it('is tried for every rule', () => {
  const untried = ALERT_RULES.map(({ name }) => name).filter(name => !tried.has(name));
  expect(untried).toEqual(isMounted ? [] : ['RollcallDiskFull']);
});
