import { execFileSync } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { embeddedPostgres, freePort } from './postgres-server.js';
import { childrenOf, isAlive } from './process-tree.js';

const WITHIN_MS = 30_000;

/** A primary and a standby that receives all that it writes. */
export interface PostgresPair {
  /** Of their maintenance database, as a superuser; it names both, the primary first. */
  readonly url: string;
  /** The same of each of them alone. */
  readonly primaryUrl: string;
  readonly standbyUrl: string;
  /** From now on the standby receives nothing more. */
  stopReceiving(): Promise<void>;
  /** Kills the primary and everything that works for it, at once. It does not come back. */
  killPrimary(): Promise<void>;
  /** Makes the standby the primary; resolves when it takes writes. */
  promote(): Promise<void>;
  /** Runs one statement on a connection of its own to the primary, which is the standby once that was promoted. */
  query<Row extends object>(text: string): Promise<Row[]>;
  /** The same on the standby. */
  queryStandby<Row extends object>(text: string): Promise<Row[]>;
  stop(): Promise<void>;
}

/**
 * Starts two real PostgreSQL servers. They flush to disk as usual.
 * @param synchronous whether the primary acknowledges only what the standby has on its disk, too.
 */
export async function startPostgresPair({ synchronous }: { synchronous: boolean }): Promise<PostgresPair> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-postgres-pair-'));
  // Root has another user run the servers, who makes nothing in it but is let through.
  execFileSync('chmod', ['755', folder]);
  const folders = { primary: join(folder, 'primary'), standby: join(folder, 'standby') };
  const ports = { primary: await freePort(), standby: await freePort() };
  const urlOf = (hosts: string) => `postgres://postgres:postgres@${hosts}/postgres`;
  const hosts = { primary: `127.0.0.1:${ports.primary}`, standby: `127.0.0.1:${ports.standby}` };

  const primary = await embeddedPostgres({
    databaseDir: folders.primary,
    port: ports.primary,
    persistent: true,
    settings: synchronous ? ['synchronous_standby_names=standby'] : [],
  });
  await primary.initialise();
  // Nothing has run on it: a copy of its files is a base backup.
  execFileSync('cp', ['-a', folders.primary, folders.standby]);
  execFileSync('cp', ['-a', join(folders.primary, 'PG_VERSION'), join(folders.standby, 'standby.signal')]);
  await appendFile(
    join(folders.standby, 'postgresql.auto.conf'),
    `primary_conninfo = 'host=127.0.0.1 port=${ports.primary} user=postgres password=postgres application_name=standby'\n`,
  );
  await primary.start();
  const standby = await embeddedPostgres({
    databaseDir: folders.standby,
    port: ports.standby,
    persistent: true,
  });
  // It resolves with the words of a primary, which a standby says when it is promoted.
  standby.start().catch(() => undefined);

  let present = urlOf(hosts.primary);
  let isKilled = false;
  const ask = async <Row extends object>(url: string, text: string): Promise<Row[]> => {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(text)).rows;
    } finally {
      await client.end();
    }
  };
  const until = async (what: string, holds: () => Promise<boolean>) => {
    for (const deadline = Date.now() + WITHIN_MS; !(await holds().catch(() => false)); await sleep(20)) {
      if (Date.now() > deadline) throw new Error(`${what} not within ${WITHIN_MS} ms`);
    }
  };
  const receives = async () =>
    (await ask(urlOf(hosts.standby), "SELECT 1 FROM pg_stat_wal_receiver WHERE status = 'streaming'"))
      .length > 0;
  await until('the standby receives', receives);

  return {
    url: urlOf(`${hosts.primary},${hosts.standby}`),
    primaryUrl: urlOf(hosts.primary),
    standbyUrl: urlOf(hosts.standby),
    stopReceiving: async () => {
      await ask(urlOf(hosts.standby), "ALTER SYSTEM SET primary_conninfo = ''");
      await ask(urlOf(hosts.standby), 'SELECT pg_reload_conf()');
      await until('the standby stops receiving', async () => !(await receives()));
    },
    killPrimary: async () => {
      const [postmaster] = (await readFile(join(folders.primary, 'postmaster.pid'), 'utf8')).split('\n', 1);
      const pid = Number(postmaster);
      const all = [pid, ...(await childrenOf(pid))];
      for (const one of all) if (isAlive(one)) process.kill(one, 'SIGKILL');
      await until('the primary is gone', async () => !all.some(isAlive));
      isKilled = true;
    },
    promote: async () => {
      await ask(urlOf(hosts.standby), `SELECT pg_promote(true, ${WITHIN_MS / 1000})`);
      present = urlOf(hosts.standby);
    },
    query: text => ask(present, text),
    queryStandby: text => ask(urlOf(hosts.standby), text),
    stop: async () => {
      // A primary ends when its standby has everything.
      if (!isKilled) await primary.stop();
      await standby.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
