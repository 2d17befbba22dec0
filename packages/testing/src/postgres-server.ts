import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEmbeddedPostgres } from './load-embedded-postgres.js';

/** A running PostgreSQL server. */
export interface PostgresServer {
  /** Of its maintenance database, as a superuser. */
  url: string;
  stop(): Promise<void>;
}

/**
 * Starts a real PostgreSQL server on a free port with a data folder of its own. With `ROLLCALL_TEST_POSTGRES_URL` set,
 * that server is used instead and left running.
 * @param options.flushesToDisk whether it waits for the disk, as it does by default; what nobody keeps needs no waiting.
 */
export async function startPostgres(options: { flushesToDisk?: boolean } = {}): Promise<PostgresServer> {
  const given = process.env.ROLLCALL_TEST_POSTGRES_URL;
  if (given) return { url: given, stop: async () => undefined };
  const databaseDir = await mkdtemp(join(tmpdir(), 'rollcall-postgres-'));
  const port = await freePort();
  const server = await embeddedPostgres({ databaseDir, port, persistent: false, ...options });
  await server.initialise();
  await server.start();
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await server.stop();
      await rm(databaseDir, { recursive: true, force: true });
    },
  };
}

/** A server that is not started yet. One that is `persistent` keeps its data when it stops; `settings` are further ones. */
export async function embeddedPostgres({
  flushesToDisk = true,
  settings = [],
  ...where
}: {
  databaseDir: string;
  port: number;
  persistent: boolean;
  flushesToDisk?: boolean;
  settings?: readonly string[];
}) {
  const EmbeddedPostgres = await loadEmbeddedPostgres();
  // The databases of tests are many, small and soon empty again: to vacuum one after the other would keep it busy.
  const unsafe = flushesToDisk ? [] : ['fsync=off', 'full_page_writes=off', 'autovacuum=off'];
  return new EmbeddedPostgres({
    ...where,
    user: 'postgres',
    password: 'postgres',
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--lc-messages=C', '--locale=C.utf8', '--encoding=UTF8', '--no-sync'],
    postgresFlags: ['max_connections=200', ...unsafe, ...settings].flatMap(setting => ['-c', setting]),
    onLog: () => undefined,
  });
}

/**
 * Ports below those that a system gives to connections by itself (Linux begins at 32,768). A server that is stopped and
 * started again finds its port free: no connection of another test has taken it meanwhile.
 */
const PORTS = { from: 10_000, to: 32_000 };

/** A port that nothing listens on at this moment, chosen at random. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.from, PORTS.to);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
