import { request } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { RollcallError } from '@rollcall/protocol';
import { openSql, startPostgres } from '@rollcall/testing';
import { afterEach, expect, it } from 'vitest';
import { METRICS, type Metric, OTHER } from '../src/metrics/metrics-table.js';
import { samplesOf } from './alert-expression.js';
import { startTestServer, type TestServer, tokenOf } from './test-server.js';
import { connect } from './test-socket.js';

const TOKEN = 'a-token-of-the-operators';

let server: TestServer;
afterEach(() => server.close());

const own = () => `http://127.0.0.1:${server.metricsPort}/metrics`;
const shared = () => `${server.url}/metrics`;
const withToken = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

/** Something of everything: calls that work and are refused, reads, a listener, a task. */
async function shortLoad(): Promise<void> {
  const token = await tokenOf({ server: true });
  const socket = await connect(server.url, { token });
  socket.send({ id: 1, method: 'subscription', params: { path: 'live.events', input: {} } });
  await socket.next();
  await socket.next();
  await server.mutate('users.upsert', { users: [{ id: '' }] }).catch(() => 0);
  await server.mutate('users.upsert', { users: [{ id: 'jane' }, { id: 'john' }] });
  await socket.next();
  await server.mutate('users.deactivateMany', { ids: ['john'] });
  await server.mutate('made.up.by.jane', {}).catch(() => undefined);
  await fetch(
    `${server.url}/trpc/users.query?input=${encodeURIComponent('{"filter":{}}')}`,
    withToken(token),
  );
  socket.socket.close();
}

/** The names of the table under which a sample may stand. */
const nameOf = (sample: string) =>
  sample in METRICS ? sample : sample.replace(/_(?:bucket|sum|count)$/, '');

it('has every metric of the table after a short load, and no other one, with no label that is not listed', async () => {
  server = await startTestServer({ ROLLCALL_METRICS_PORT: '0' });
  await shortLoad();
  const hasEnded = 'rollcall_tasks_ended_total{type="users.deactivate",status="completed"} 1';
  await expect.poll(async () => (await fetch(own())).text(), { timeout: 10_000 }).toContain(hasEnded);
  const response = await fetch(own());
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  const text = await response.text();
  const samples = samplesOf(text);
  expect([...new Set(samples.map(({ name }) => nameOf(name)))].sort()).toEqual(Object.keys(METRICS).sort());
  for (const [name, { help, kind }] of Object.entries(METRICS)) {
    expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n`);
  }
  const strange = samples.flatMap(({ name, labels }) => {
    const known: Metric['labels'] = METRICS[nameOf(name) as keyof typeof METRICS].labels;
    return Object.entries(labels).filter(
      ([label, value]) => label !== 'le' && value !== OTHER && !known[label]?.includes(value),
    );
  });
  expect(strange).toEqual([]);
  expect(samples.filter(({ value }) => Number.isNaN(value))).toEqual([]);
  expect(text).not.toMatch(/jane|john|made\.up/);
});

it('counts what happened', async () => {
  server = await startTestServer({ ROLLCALL_METRICS_PORT: '0' });
  await shortLoad();
  const text = await (await fetch(own())).text();
  for (const series of [
    'rollcall_calls_total{procedure="users.upsert",outcome="ok"} 1',
    'rollcall_calls_total{procedure="users.upsert",outcome="INPUT_INVALID"} 1',
    'rollcall_calls_total{procedure="other",outcome="NOT_FOUND"}',
    'rollcall_writable 1',
    'rollcall_readers{lane="query"} 2',
  ]) {
    expect(text).toContain(series);
  }
  const numberOf = (name: string) => samplesOf(text).find(one => one.name === name)?.value ?? 0;
  expect(numberOf('rollcall_event_lag_seconds_count')).toBeGreaterThan(0);
  expect(numberOf('rollcall_events_logged_total')).toBeGreaterThanOrEqual(2);
  expect(numberOf('rollcall_log_position')).toBeGreaterThan(0);
  expect(numberOf('rollcall_disk_bytes')).toBeGreaterThan(0);
  expect(numberOf('rollcall_commit_seconds_count')).toBeGreaterThan(0);
});

it('answers several who scrape at the same time with the same, and counts nothing twice', async () => {
  server = await startTestServer({ ROLLCALL_METRICS_PORT: '0' });
  const scrape = async () => samplesOf(await (await fetch(own())).text());
  const before = process.cpuUsage();
  const all = await Promise.all([scrape(), scrape(), scrape()]);
  const cpu = all.map(
    samples => samples.find(({ name }) => name === 'rollcall_process_cpu_seconds_total')?.value ?? 0,
  );
  const most = process.cpuUsage();
  expect(Math.max(...cpu)).toBeLessThanOrEqual((most.user + most.system) / 1e6);
  expect(Math.min(...cpu)).toBeGreaterThanOrEqual((before.user + before.system) / 1e6 - 0.01);
});

it('is held up for a second at most by a database that does not answer, and says what it knew and how old that is', async () => {
  const postgres = await startPostgres();
  const holder = await openSql(postgres.url);
  server = await startTestServer(
    { ROLLCALL_DATABASE_URL: postgres.url, ROLLCALL_METRICS_PORT: '0' },
    { metricsKeptMs: 0 },
  );
  const scrape = async () => {
    const startedAt = performance.now();
    const samples = samplesOf(await (await fetch(own())).text());
    const age = samples.find(({ name }) => name === 'rollcall_storage_read_age_seconds')?.value ?? -1;
    return { ms: performance.now() - startedAt, age };
  };
  try {
    expect((await scrape()).age).toBeLessThan(1);
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE tasks, nodes');
    const [first, second] = [await scrape(), await scrape()];
    expect([first, second].filter(({ ms }) => ms > 900 && ms < 2500)).toHaveLength(2);
    expect(second.age).toBeGreaterThan(1.8);
    await holder.query('ROLLBACK');
    await expect.poll(async () => (await scrape()).age, { timeout: 5000 }).toBeLessThan(1);
  } finally {
    await holder.close();
    await server.close();
    await postgres.stop();
  }
});

it('has no metrics anywhere until the settings ask for them', async () => {
  server = await startTestServer();
  expect((await fetch(shared())).status).toBe(404);
  expect(server.metricsPort).toBeUndefined();
});

it('keeps a port of their own to the metrics, and the port of the server free of them', async () => {
  server = await startTestServer({ ROLLCALL_METRICS_PORT: '0' });
  expect((await fetch(own())).status).toBe(200);
  expect((await fetch(shared())).status).toBe(404);
  for (const path of ['/', '/healthz', '/trpc/settings.get', '/metrics/more']) {
    expect((await fetch(`http://127.0.0.1:${server.metricsPort}${path}`)).status).toBe(404);
  }
  expect((await fetch(own(), { method: 'POST' })).status).toBe(405);
});

it('shows the metrics on the port of the server to the bearer of the token, and to nobody else', async () => {
  server = await startTestServer({ ROLLCALL_METRICS_TOKEN: TOKEN });
  expect((await fetch(shared(), withToken(TOKEN))).status).toBe(200);
  const refused = await fetch(shared());
  expect(refused.status).toBe(401);
  expect(refused.headers.get('www-authenticate')).toBe('Bearer');
  const wrong = [
    TOKEN.slice(0, -1),
    `${TOKEN}x`,
    TOKEN.toUpperCase(),
    await tokenOf({ server: true }),
    'x'.repeat(5000),
  ];
  for (const token of wrong) expect((await fetch(shared(), withToken(token))).status).toBe(401);
  expect((await fetch(`${shared()}?token=${TOKEN}`)).status).toBe(401);
});

it('asks for the token on a port of their own, too', async () => {
  server = await startTestServer({ ROLLCALL_METRICS_TOKEN: TOKEN, ROLLCALL_METRICS_PORT: '0' });
  expect((await fetch(own())).status).toBe(401);
  expect((await fetch(own(), withToken(TOKEN))).status).toBe(200);
  expect((await fetch(shared(), withToken(TOKEN))).status).toBe(404);
});

it('refuses one address that asks far too often, whatever its token', async () => {
  server = await startTestServer({ ROLLCALL_METRICS_TOKEN: TOKEN });
  const statuses: number[] = [];
  for (let time = 0; time < 122; time++)
    statuses.push((await fetch(shared(), withToken('wrong-token'))).status);
  expect(statuses.filter(status => status === 401)).toHaveLength(120);
  const late = await fetch(shared(), withToken(TOKEN));
  expect(late.status).toBe(429);
  expect(late.headers.get('retry-after')).toBe('60');
});

it('counts a network of IPv6 as one address', async () => {
  server = await startTestServer({ ROLLCALL_METRICS_TOKEN: TOKEN, ROLLCALL_TRUST_PROXY: '1' });
  const statuses = new Set<number>();
  for (let time = 0; time < 125; time++) {
    const headers = {
      ...withToken('wrong-token').headers,
      'x-forwarded-for': `2001:db8::${time.toString(16)}`,
    };
    statuses.add((await fetch(shared(), { headers })).status);
  }
  expect([...statuses]).toEqual([401, 429]);
});

it('warns an operator whose metrics anybody in the network may read, and no other one', async () => {
  const warning = 'anybody in the network may read the metrics';
  const log = async (env: Record<string, string>) => {
    server = await startTestServer({ ROLLCALL_METRICS_PORT: '0', ...env });
    const { log } = server;
    await server.close();
    return log.join('');
  };
  expect(await log({ ROLLCALL_METRICS_HOST: '0.0.0.0' })).toContain(warning);
  expect(await log({})).not.toContain(warning);
  expect(await log({ ROLLCALL_METRICS_HOST: '0.0.0.0', ROLLCALL_METRICS_TOKEN: TOKEN })).not.toContain(
    warning,
  );
});

it('does not show them to a page that points its name at this machine', async () => {
  server = await startTestServer({ ROLLCALL_METRICS_PORT: '0' });
  const status = await new Promise<number | undefined>((resolve, reject) => {
    request(own(), { headers: { host: 'rebound.example.com' } }, response => {
      response.resume();
      resolve(response.statusCode);
    })
      .once('error', reject)
      .end();
  });
  expect(status).toBe(403);
});

it('closes their port with the server, whatever is still open there', async () => {
  server = await startTestServer({ ROLLCALL_METRICS_PORT: '0' });
  const port = server.metricsPort as number;
  const idle = connectTcp(port, '127.0.0.1');
  await new Promise(resolve => idle.once('connect', resolve));
  expect(await server.close()).toBe('in order');
  await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow();
});

it('says which setting to change when their port is taken, and leaves nothing running', async () => {
  server = await startTestServer({ ROLLCALL_METRICS_PORT: '0' });
  const second = startTestServer({ ROLLCALL_METRICS_PORT: String(server.metricsPort) });
  const error = await second.then(
    () => undefined,
    (refused: RollcallError) => refused,
  );
  expect(error).toBeInstanceOf(RollcallError);
  expect(error?.message).toContain('ROLLCALL_METRICS_PORT');
});
