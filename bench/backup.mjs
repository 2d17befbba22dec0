/**
 * The drill: how long a backup of a large directory takes beside a server that writes, what the writers feel of it, and how
 * long it takes until a server works on what was restored.
 *
 *     npm run build && node bench/backup.mjs [--users 1000000] [--writes 1000] [--postgres postgres://…/postgres]
 *
 * `--writes` is how many users a second are written meanwhile, ten in a call. `--postgres` names a PostgreSQL on which the drill
 * makes two databases, and drops them at its end; PostgreSQL's client must be on the PATH.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { caller } from './stage/call.mjs';
import { temporaryFolder } from './stage/engines.mjs';
import { now, pause } from './stage/in-flight.mjs';
import { openLargeDirectory } from './stage/large-directory.mjs';
import { watchMachine } from './stage/machine.mjs';
import { percentile } from './stage/numbers.mjs';
import { makePerson } from './stage/people.mjs';
import { rssMiBOf, startServer, TOKEN } from './stage/servers.mjs';
import { SECRET } from './stage/tokens.mjs';

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '1000000' },
    writes: { type: 'string', default: '1000' },
    postgres: { type: 'string' },
  },
});
const USERS = Number(values.users);
const WRITES = Number(values.writes);
const BIN = fileURLToPath(new URL('../apps/cli/bin/rollcall.js', import.meta.url));
const IN_A_CALL = 10;
/** How long the writers are watched without a backup. */
const ALONE_MS = 10_000;

/** Runs the command. @returns what it says, when it reached each stage, how long it took, and the most memory it had. */
async function rollcall(args, databaseUrl) {
  const env = { PATH: process.env.PATH, ROLLCALL_DATABASE_URL: databaseUrl, ROLLCALL_SECRET: SECRET };
  const child = spawn(process.execPath, [BIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const begun = now();
  const stages = [];
  let [out, mostMiB] = ['', 0];
  child.stdout.on('data', text => (out += text));
  child.stderr.on('data', text => {
    const [, stage] = /"stage":"(\w+)"/.exec(text) ?? [];
    if (stage) stages.push({ stage, at: now() - begun });
    else process.stderr.write(text);
  });
  const looking = setInterval(() => {
    try {
      mostMiB = rssMiBOf(child.pid).most;
    } catch {
      // It has ended.
    }
  }, 100);
  const [code] = await once(child, 'close');
  clearInterval(looking);
  if (code !== 0) throw new Error(`rollcall ${args.join(' ')} ended with ${code}`);
  const ms = now() - begun;
  const stageMs = stages.map(({ stage, at }, index) => [stage, (stages[index + 1]?.at ?? ms) - at]);
  return {
    said: JSON.parse(out.trim().split('\n').at(-1)),
    ms,
    mostMiB,
    stages: Object.fromEntries(stageMs),
  };
}

/** Writes at a steady pace. `take` gives how long each call took since it was asked last. */
function startWriters(url) {
  const call = caller(url, TOKEN);
  let [tookMs, running, number, failed] = [[], true, 0, undefined];
  const begun = now();
  const due = () => ((now() - begun) / 1000) * (WRITES / IN_A_CALL);
  const loop = async () => {
    while (running) {
      if (number >= due()) {
        await pause(2);
        continue;
      }
      const first = number++ * IN_A_CALL;
      const users = Array.from({ length: IN_A_CALL }, (_, index) =>
        makePerson(first + index, { id: `written-${first + index}` }),
      );
      const at = now();
      await call('users.upsert', { users });
      tookMs.push(now() - at);
    }
  };
  const loops = Promise.all(Array.from({ length: 8 }, loop)).catch(error => (failed = error));
  return {
    take: () => {
      if (failed) throw failed;
      const taken = tookMs;
      tookMs = [];
      return taken;
    },
    stop: async () => {
      running = false;
      await loops;
    },
  };
}

const seconds = ms => `${(ms / 1000).toFixed(1)} s`;
const sizeOf = file => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
const mebibytes = bytes => `${Math.round(bytes / 1024 / 1024).toLocaleString('en')} MiB`;
const felt = (tookMs, ms) =>
  `${Math.round((tookMs.length * IN_A_CALL * 1000) / ms)} users a second; a call of ten takes ${percentile(tookMs, 0.5).toFixed(1)} ms (p50), ${percentile(tookMs, 0.99).toFixed(0)} ms (p99), ${Math.max(...tookMs).toFixed(0)} ms at most`;

/** Where an embedded directory is, and where it is restored to. */
function embedded({ url, file }, restored) {
  return {
    url,
    restoredUrl: `sqlite:${restored}`,
    bytes: () => sizeOf(file),
    logBytes: () => sizeOf(`${file}-wal`),
    remove: () => undefined,
  };
}

/** The same on PostgreSQL: the directory is moved there first. */
async function onPostgres(server, { url: from }) {
  const names = ['rollcall_drill', 'rollcall_drill_restored'];
  const psql = statement =>
    execFileSync('psql', ['--no-psqlrc', '--quiet', '--tuples-only', '--command', statement, server], {
      encoding: 'utf8',
    });
  const [url, restoredUrl] = names.map(name => Object.assign(new URL(server), { pathname: `/${name}` }).href);
  for (const name of names) psql(`CREATE DATABASE ${name}`);
  await rollcall(['copy', '--from', from], url);
  return {
    url,
    restoredUrl,
    bytes: () => Number(psql(`SELECT pg_database_size('${names[0]}')`)),
    logBytes: () => 0,
    remove: () => {
      for (const name of names) psql(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

const ranOn = watchMachine();
const directory = openLargeDirectory(USERS);
const copied = await directory.copy();
const place = values.postgres
  ? await onPostgres(values.postgres, copied)
  : embedded(copied, join(temporaryFolder(), 'restored', 'rollcall.sqlite'));
const { url, restoredUrl } = place;
const folder = temporaryFolder();
const backup = join(folder, 'drill.backup');
const server = await startServer(url);
const writers = startWriters(server.url);
await pause(3000);
writers.take();
await pause(ALONE_MS);
const alone = writers.take();
let log = 0;
const watching = setInterval(() => (log = Math.max(log, place.logBytes())), 100);
const made = await rollcall(['backup', backup], url);
const beside = writers.take();
clearInterval(watching);
await writers.stop();
await server.stop();
const databaseBytes = place.bytes();
const restored = await rollcall(['restore', backup], restoredUrl);
const again = await startServer(restoredUrl);
await again.stop();
place.remove();
await directory.close();

const stagesOf = ({ stages }) =>
  Object.entries(stages)
    .map(([stage, ms]) => `${stage} ${seconds(ms)}`)
    .join(', ');
console.log(`
| | ${USERS.toLocaleString('en')} users |
|---|---|
| the database, with its indexes | ${mebibytes(databaseBytes)} |
| the backup | ${mebibytes(made.said.bytes)}, ${made.said.users.toLocaleString('en')} users |
| \`rollcall backup\` | ${seconds(made.ms)} (${stagesOf(made)}), ${Math.round(made.mostMiB)} MiB of memory |
| \`rollcall restore\` | ${seconds(restored.ms)} (${stagesOf(restored)}), ${Math.round(restored.mostMiB)} MiB of memory |
| a server on it is ready | ${seconds(again.readyMs)} |
| writers without a backup | ${felt(alone, ALONE_MS)} |
| writers beside the backup | ${felt(beside, made.ms)} |
${values.postgres ? '' : `| the write-ahead log beside the backup, at most | ${mebibytes(log)} |\n`}
${ranOn()}`);
