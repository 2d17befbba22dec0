import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { embeddedPostgres, freePort } from './postgres-server.js';
import { childrenOf, isAlive } from './process-tree.js';

/** Postmasters give their children five seconds to end before they kill them. */
const END_WITHIN_MS = 15_000;

/** A PostgreSQL server with a data folder of its own that a test may crash, start again and freeze. */
export interface RestartablePostgres {
  /** Of its maintenance database, as a superuser; the same after a restart. */
  readonly url: string;
  /** Ends it as `pg_ctl stop -m immediate` does: every connection is lost, nothing is written first. */
  crash(): Promise<void>;
  /** Starts it again after a crash, on the same port and data; resolves when it takes connections. */
  start(): Promise<void>;
  /** Stops the server and everything that works for it from running, without a word to anybody. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Runs one statement on a connection of its own, past everything that stands in between. */
  query<Row extends object>(text: string): Promise<Row[]>;
  stop(): Promise<void>;
}

/** Starts a real PostgreSQL server, always one of its own: others must not be crashed. It flushes to disk as usual. */
export async function startRestartablePostgres(): Promise<RestartablePostgres> {
  const databaseDir = await mkdtemp(join(tmpdir(), 'rollcall-postgres-'));
  const port = await freePort();
  const server = await embeddedPostgres({ databaseDir, port, persistent: true });
  await server.initialise();
  await server.start();
  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  const postmaster = async () =>
    Number((await readFile(join(databaseDir, 'postmaster.pid'), 'utf8')).split('\n', 1)[0]);
  let frozen: number[] = [];
  const thaw = async () => {
    for (const pid of frozen) if (isAlive(pid)) process.kill(pid, 'SIGCONT');
    frozen = [];
  };

  return {
    url,
    crash: async () => {
      const pid = await postmaster();
      process.kill(pid, 'SIGQUIT');
      const deadline = Date.now() + END_WITHIN_MS;
      while (isAlive(pid)) {
        if (Date.now() > deadline) throw new Error('PostgreSQL did not end');
        await sleep(10);
      }
    },
    start: () => server.start(),
    freeze: async () => {
      const pid = await postmaster();
      // The postmaster first: it would start further processes.
      process.kill(pid, 'SIGSTOP');
      frozen = [pid, ...(await childrenOf(pid))];
      for (const child of frozen) if (isAlive(child)) process.kill(child, 'SIGSTOP');
    },
    thaw,
    query: async <Row extends object>(text: string) => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      try {
        return (await client.query<Row>(text)).rows;
      } finally {
        await client.end();
      }
    },
    stop: async () => {
      await thaw();
      await server.stop();
      await rm(databaseDir, { recursive: true, force: true });
    },
  };
}
