/**
 * Measures one, two and four server processes on one PostgreSQL, and the raw driver on the same PostgreSQL in the same
 * run. It shows what a second process adds, and what listeners cost the database.
 *
 *     npm run build && npm run --workspace @rollcall/bench processes [-- --seconds 1.5 --rounds 3] [-- --quick]
 *
 * The counts take turns (1, 2, 4, 1, 2, 4 …), so that other load on the machine slows all of them. Every number is the
 * median of the rounds. The load has its own processes, which share the cores with the servers and with PostgreSQL: on
 * few cores, four processes show their cost and not their gain. The table is Markdown, for docs/deployment.md.
 */
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { startPostgres } from '@rollcall/testing';
import pg from 'pg';
import { startLoad } from './processes-load.mjs';
import { startServers } from './stage/servers.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '1.5' },
    rounds: { type: 'string', default: '3' },
    quick: { type: 'boolean', default: false },
  },
});
const SECONDS = values.quick ? 1 : Number(values.seconds);
const ROUNDS = values.quick ? 1 : Number(values.rounds);
const COUNTS = [1, 2, 4];
const USERS = 2000;
const LISTENERS = 100;

/** No round starts after this time, so that the benchmark also ends on a slow machine. */
const ROUNDS_END_MS = 120_000;

/** What is measured: its text in the table, and how its numbers are written. */
const MEASURES = {
  single: { says: 'single writes a second (partial updates, 32 in flight)', limit: true },
  bulk: { says: 'users a second in bulk upserts (batches of 100, 8 in flight)', limit: true },
  get: { says: 'reads a second (one user by id, 32 in flight)', limit: true },
  query: { says: 'reads a second (30 users by an indexed field, 32 in flight)', limit: true },
  delivered: { says: `events delivered a second (${LISTENERS} listeners, bulk updates as fast as they go)` },
  delayP50: { says: 'from acknowledgement to a listener on another process, p50, ms', plain: true },
  delayP99: { says: 'the same, p99, ms', plain: true },
  few: { says: 'PostgreSQL transactions a second, 1 listener a process, 10 writes a second', plain: true },
  many: { says: 'the same with 200 listeners a process', plain: true },
};

const median = list => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const sum = list => list.reduce((total, one) => total + one, 0);
const machineLoad = () =>
  loadavg()
    .map(one => one.toFixed(1))
    .join(' ');
const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

const startedAt = performance.now();
const postgres = await startPostgres();
const admin = new pg.Client({ connectionString: postgres.url });
await admin.connect();
await admin.query('CREATE DATABASE bench');
const databaseUrl = Object.assign(new URL(postgres.url), { pathname: '/bench' }).href;
const limitUrl = Object.assign(new URL(postgres.url), { pathname: '/raw' }).href;
const load = await Promise.all([startLoad(), startLoad()]);

/** Gives both load processes the same job at the same time. */
const inBoth = job => Promise.all(load.map((one, index) => one.do({ ...job, worker: index })));
const perSecond = async job => sum(await inBoth({ ...job, seconds: SECONDS })) / SECONDS;
const call = (urls, kind, inFlight) => perSecond({ do: 'calls', kind, urls, inFlight, users: USERS });

/** Fills the database, and copies it for the raw driver. */
async function prepare() {
  const servers = await startServers(1, databaseUrl);
  await load[0].do({ do: 'fill', urls: servers.urls, users: USERS });
  await servers.stop();
  await admin.query('CREATE DATABASE raw TEMPLATE bench');
  const raw = new pg.Client({ connectionString: limitUrl });
  await raw.connect();
  await raw.query("CREATE INDEX by_city ON users ((custom->>'city'), created_at, id)");
  await raw.query('ANALYZE');
  await raw.end();
}

const results = { raw: {} };
const note = (column, name, value) => {
  results[column] ??= {};
  results[column][name] ??= [];
  results[column][name].push(value);
};

async function measureRaw() {
  for (const [kind, connections] of Object.entries({ single: 16, bulk: 4, get: 16, query: 16 })) {
    note('raw', kind, await perSecond({ do: 'raw', kind, url: limitUrl, connections, users: USERS }));
  }
}

async function measure(count) {
  const servers = await startServers(count, databaseUrl);
  const { urls } = servers;
  try {
    // A new process must first open its connections and compile its code.
    for (const kind of ['query', 'single']) await call(urls, kind, 32);
    note(count, 'get', await call(urls, 'get', 32));
    note(count, 'query', await call(urls, 'query', 32));
    note(count, 'single', await call(urls, 'single', 32));
    note(count, 'bulk', await call(urls, 'bulk', 8));
    await measureListeners(count, urls);
  } finally {
    await servers.stop();
  }
}

async function measureListeners(count, urls) {
  // One process writes and the other listens, so neither waits for the event loop of the other.
  const [writer, listener] = load;
  await listener.do({ do: 'listen', urls, listeners: LISTENERS });
  const before = await listener.do({ do: 'heard' });
  await writer.do({
    do: 'calls',
    kind: 'touch',
    urls,
    inFlight: 8,
    users: USERS,
    seconds: SECONDS,
    worker: 0,
  });
  note(count, 'delivered', ((await listener.do({ do: 'heard' })) - before) / SECONDS);
  await listener.do({ do: 'settle' });
  await listener.do({ do: 'unlisten' });

  // The writes go to the first process, and the listeners connect to the others.
  const elsewhere = count === 1 ? urls : urls.slice(1);
  await listener.do({ do: 'listen', urls: elsewhere, listeners: LISTENERS, timed: true });
  const acknowledged = await writer.do({ do: 'paced', urls, perSecond: 20, seconds: SECONDS, users: USERS });
  await listener.do({ do: 'settle' });
  const delays = await listener.do({ do: 'delays', acknowledged });
  note(count, 'delayP50', delays.p50);
  note(count, 'delayP99', delays.p99);
  await listener.do({ do: 'unlisten' });
}

/** Counts the transactions of PostgreSQL while events come slowly, with few listeners and with many. */
async function measureListenerCost(count) {
  const seconds = 2 * SECONDS;
  const servers = await startServers(count, databaseUrl);
  const commits = async () => {
    // PostgreSQL publishes the counters of a session at most once a second.
    await pause(1100);
    const { rows } = await admin.query("SELECT xact_commit FROM pg_stat_database WHERE datname = 'bench'");
    return { at: performance.now(), number: Number(rows[0].xact_commit) };
  };
  for (const [name, listeners] of [
    ['few', count],
    ['many', 200 * count],
  ]) {
    await load[1].do({ do: 'listen', urls: servers.urls, listeners });
    const before = await commits();
    await load[0].do({ do: 'paced', urls: servers.urls, perSecond: 10, seconds, users: USERS });
    const after = await commits();
    note(count, name, ((after.number - before.number) / (after.at - before.at)) * 1000);
    await load[1].do({ do: 'unlisten' });
  }
  await servers.stop();
}

function printTable() {
  const columns = ['raw', ...COUNTS];
  const round = value => (value < 20 ? value.toFixed(1) : Math.round(value).toLocaleString('en'));
  console.log(`\n| | raw driver | ${COUNTS.map(n => `${n} process${n > 1 ? 'es' : ''}`).join(' | ')} |`);
  console.log(`|---|${columns.map(() => '---:|').join('')}`);
  for (const [name, { says, plain }] of Object.entries(MEASURES)) {
    const one = median(results[1][name]);
    const cells = columns.map(column => {
      const measured = results[column]?.[name];
      if (!measured) return '–';
      const value = median(measured);
      return plain || column === 1 ? round(value) : `${round(value)} (${(value / one).toFixed(2)})`;
    });
    console.log(`| ${says} | ${cells.join(' | ')} |`);
  }
  console.log('\nIn brackets: the ratio to one process.');
}

try {
  const { rows } = await admin.query(
    "SELECT version(), current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit",
  );
  console.log(`${rows[0].version.split(' on ')[0]}, fsync ${rows[0].fsync}, commit ${rows[0].commit}`);
  console.log(`${availableParallelism()} cores (${cpus()[0]?.model}), shared with the load and PostgreSQL`);
  console.log(`load of the machine before: ${machineLoad()}`);
  await prepare();
  const elapsed = () => Math.round((performance.now() - startedAt) / 1000);
  for (let turn = 0; turn < ROUNDS && elapsed() * 1000 < ROUNDS_END_MS; turn++) {
    await measureRaw();
    for (const count of COUNTS) await measure(count);
    console.log(`round ${turn + 1} of ${ROUNDS} after ${elapsed()} s`);
  }
  for (const count of COUNTS) await measureListenerCost(count);
  printTable();
  console.log(`${results[1].single.length} rounds of ${SECONDS} s each measure; ${elapsed()} s in all`);
  console.log(`load of the machine at the end: ${machineLoad()}`);
} finally {
  for (const one of load) one.stop();
  await admin.end();
  await postgres.stop();
}
