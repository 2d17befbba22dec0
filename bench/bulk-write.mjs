/**
 * Measures bulk writes through the whole stack (client, HTTP, router, rules, SQLite with events, synchronous=FULL). In
 * the same run it measures the raw driver, which writes the same user and event rows into the same schema.
 *
 *     npm run build && node bench/bulk-write.mjs [--users 10000] [--rounds 3]
 *
 * The raw driver is the physical limit: one prepared multi-row statement for a hundred users, one for their events, the
 * counter, and a commit. The two sides take turns, so that other load on the machine slows both.
 */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createServerClient } from '@rollcall/client/server';
import sqlite3 from 'sqlite3';

const { values } = parseArgs({
  options: { users: { type: 'string', default: '10000' }, rounds: { type: 'string', default: '3' } },
});
const USERS = Number(values.users);
const ROUNDS = Number(values.rounds);
const BATCH = 100;
const SECRET = 'a-secret-of-more-than-thirty-two-bytes-for-the-bench';
const folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));

const open = file =>
  new Promise((resolve, reject) => {
    const database = new sqlite3.Database(file, error => (error ? reject(error) : resolve(database)));
  });
const call = (target, method, ...args) =>
  new Promise((resolve, reject) =>
    target[method](...args, (error, rows) => (error ? reject(error) : resolve(rows))),
  );

/** Makes users of an ordinary size. */
function makeUsers(round, extra = {}) {
  return Array.from({ length: USERS }, (_, index) => ({
    id: `user-${round}-${index}`,
    name: `Person Number ${index}`,
    image: `https://images.example.com/people/${index}.jpg`,
    teams: [`team-${index % 50}`],
    language: 'en',
    custom: {
      city: 'Reykjavík',
      age: 18 + (index % 60),
      plan: index % 3 ? 'free' : 'paid',
      tags: ['a', 'b'],
    },
    ...extra,
  }));
}

async function startServer(file) {
  const port = await new Promise(resolve => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address();
      probe.close(() => resolve(free));
    });
  });
  const url = `http://127.0.0.1:${port}`;
  const main = fileURLToPath(new URL('../apps/server/dist/main.js', import.meta.url));
  const env = {
    ...process.env,
    NODE_ENV: 'production',
    ROLLCALL_DATABASE_URL: `sqlite:${file}`,
    ROLLCALL_SECRET: SECRET,
    ROLLCALL_PORT: String(port),
    ROLLCALL_LOG_LEVEL: 'error',
  };
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  for (let attempt = 0; attempt < 500; attempt++) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok)
      return { url, stop: () => new Promise(resolve => child.once('exit', resolve).kill('SIGTERM')) };
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  throw new Error('the server did not start');
}

/** Writes users through the stack. @returns users a second. */
async function throughStack(url, users) {
  const client = createServerClient({ url, secret: SECRET });
  const begin = performance.now();
  const { failed } = await client.importUsers(users, { concurrency: 4 });
  const seconds = (performance.now() - begin) / 1000;
  await client.disconnect();
  if (failed > 0) throw new Error(`${failed} users failed`);
  return users.length / seconds;
}

/** Writes the rows that the stack has just written into another file, with the raw driver. @returns users a second. */
async function raw(file, { userRows, eventRows }, update) {
  const database = await open(file);
  for (const pragma of [
    'journal_mode = WAL',
    'synchronous = FULL',
    'foreign_keys = ON',
    'secure_delete = ON',
    'cache_size = -65536',
  ]) {
    await call(database, 'all', `PRAGMA ${pragma}`);
  }
  const columns = Object.keys(userRows[0]);
  const places = (rows, width) =>
    Array(rows)
      .fill(`(${Array(width).fill('?').join(', ')})`)
      .join(', ');
  const conflict = update
    ? ` ON CONFLICT (id) DO UPDATE SET ${columns
        .slice(1)
        .map(name => `${name} = excluded.${name}`)
        .join(', ')}`
    : '';
  const prepare = text => {
    const statement = database.prepare(text);
    return parameters => call(statement, 'run', parameters);
  };
  const insertUsers = prepare(
    `INSERT INTO users (${columns.join(', ')}) VALUES ${places(BATCH, columns.length)}${conflict}`,
  );
  const insertEvents = prepare(
    `INSERT INTO events (seq, type, at, actor_type, actor_id, user_id, data) VALUES ${places(BATCH, 7)}`,
  );
  const begin = performance.now();
  for (let start = 0; start < userRows.length; start += BATCH) {
    await call(database, 'run', 'BEGIN IMMEDIATE');
    await insertUsers(userRows.slice(start, start + BATCH).flatMap(row => Object.values(row)));
    await call(database, 'run', 'UPDATE event_stream SET last_seq = last_seq + ?', [BATCH]);
    await insertEvents(eventRows.slice(start, start + BATCH).flatMap(row => Object.values(row)));
    await call(database, 'run', 'COMMIT');
  }
  const seconds = (performance.now() - begin) / 1000;
  // The driver refuses to close the database before the statements are finalised. They end with the process.
  return userRows.length / seconds;
}

async function rowsOf(file, round, afterSeq) {
  const database = await open(file);
  const userRows = await call(
    database,
    'all',
    `SELECT * FROM users WHERE id LIKE 'user-${round}-%' ORDER BY rowid`,
  );
  const eventRows = await call(
    database,
    'all',
    'SELECT seq, type, at, actor_type, actor_id, user_id, data FROM events WHERE seq > ? ORDER BY seq',
    [afterSeq],
  );
  await call(database, 'close');
  return { userRows, eventRows };
}

const median = list => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

const stackFile = join(folder, 'stack.sqlite');
const rawFile = join(folder, 'raw.sqlite');
let server = await startServer(stackFile);
await server.stop();
copyFileSync(stackFile, rawFile);
server = await startServer(stackFile);

const results = { create: [], update: [] };
let seq = 0;
for (let round = 0; round < ROUNDS; round++) {
  for (const kind of ['create', 'update']) {
    const users = makeUsers(round, kind === 'update' ? { language: 'is' } : {});
    const stack = await throughStack(server.url, users);
    const rows = await rowsOf(stackFile, round, seq);
    seq += rows.eventRows.length;
    const limit = await raw(rawFile, rows, kind === 'update');
    results[kind].push({ stack, limit, ratio: stack / limit });
    console.log(
      `${kind} round ${round + 1}: stack ${Math.round(stack)} users/s, raw driver ${Math.round(limit)} users/s, ratio ${(stack / limit).toFixed(2)}`,
    );
  }
}
await server.stop();
for (const [kind, rounds] of Object.entries(results)) {
  console.log(
    `${kind}: median ratio ${median(rounds.map(one => one.ratio)).toFixed(2)} (batches of ${BATCH}, 4 in flight, synchronous=FULL)`,
  );
}
rmSync(folder, { recursive: true, force: true });
