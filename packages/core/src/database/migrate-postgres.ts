import { setTimeout as sleep } from 'node:timers/promises';
import { RollcallError } from '@rollcall/protocol';
import { type Migration, MigrationExecutor, type MigrationInterface, type QueryRunner } from 'typeorm';
import { openPostgres } from './postgres-sources.js';

/** How long a migration waits for what others hold. */
export interface MigrationPatience {
  /** One attempt to lock a table. All others who want the table wait behind it for as long. */
  lockTimeoutMs: number;
  /** All attempts together, and also the wait for another process that migrates. */
  giveUpAfterMs: number;
}

const PATIENCE: MigrationPatience = { lockTimeoutMs: 1000, giveUpAfterMs: 60_000 };

/** How often a process that waits looks whether the other has finished. */
const POLL_MS = 200;

/** The pause between two attempts, in which those who waited behind the migration get their turn. */
const PAUSE_MS = 500;

/** Another transaction was in the way: a lock that could not be taken in time, or a deadlock (postgresql.org, error codes). */
const IN_THE_WAY = new Set(['55P03', '40P01']);

/**
 * Brings a PostgreSQL database up to date, our migrations first. Any number of processes may start at once, and others
 * may serve calls meanwhile:
 *
 * - An advisory lock lets one process migrate while the others wait. The connection that migrates holds the lock, so a
 *   process that is killed holds it only until its last statement has ended.
 * - A migration and the record that it has run are one transaction, so a migration that is cut off leaves nothing behind.
 * - A migration never waits longer than `lockTimeoutMs` for a table, since all who come later wait behind it. It gives
 *   way and tries again.
 *
 * Migrations that the database records and this version does not know are ignored.
 * @returns the names of the migrations that ran.
 * @throws RollcallError `UNAVAILABLE` after `giveUpAfterMs`; it names what was waited for and who holds it.
 */
export async function migratePostgres(
  url: string,
  further: readonly MigrationInterface[],
  patience: MigrationPatience = PATIENCE,
): Promise<string[]> {
  const source = await openPostgres(url, { poolSize: 2, statementTimeoutMs: 0 }, []);
  source.migrations.push(...further);
  const runner = source.createQueryRunner();
  const onlooker = source.createQueryRunner();
  try {
    const executor = new MigrationExecutor(source, runner);
    // A process with nothing to do does not wait: a server that restarts beside one that migrates is up at once.
    if ((await executor.getPendingMigrations()).length === 0) return [];
    await takeMigrationLock(runner, patience);
    const ran: string[] = [];
    for (const migration of await executor.getPendingMigrations()) {
      await runPatiently({ executor, runner, onlooker, migration }, patience);
      ran.push(migration.name);
    }
    return ran;
  } finally {
    await runner.release();
    await onlooker.release();
    // Closing the connection releases the lock.
    await source.destroy();
  }
}

async function takeMigrationLock(runner: QueryRunner, { giveUpAfterMs }: MigrationPatience): Promise<void> {
  const deadline = performance.now() + giveUpAfterMs;
  for (;;) {
    const [row] = await runner.query('SELECT pg_try_advisory_lock($1) AS mine', [MIGRATION_LOCK]);
    if (row.mine) return;
    if (performance.now() > deadline) {
      const holder = await holderOfMigrationLock(runner);
      throw new RollcallError(
        'UNAVAILABLE',
        `another process has been migrating the database for more than ${giveUpAfterMs} ms: ${holder}`,
        { retry_after: 1 },
      );
    }
    await sleep(POLL_MS);
  }
}

interface Attempt {
  executor: MigrationExecutor;
  runner: QueryRunner;
  /** Looks, on a connection of its own, who is in the way. */
  onlooker: QueryRunner;
  migration: Migration;
}

async function runPatiently(attempt: Attempt, patience: MigrationPatience): Promise<void> {
  const { runner, onlooker, migration } = attempt;
  const deadline = performance.now() + patience.giveUpAfterMs;
  const [{ pid }] = await runner.query('SELECT pg_backend_pid() AS pid');
  let blockers = 'nobody who could be named';
  const done = new AbortController();
  const look = async () => {
    while (!done.signal.aborted) {
      blockers = (await describeBlockers(onlooker, pid).catch(() => undefined)) ?? blockers;
      await sleep(patience.lockTimeoutMs / 3, undefined, { signal: done.signal }).catch(() => undefined);
    }
  };
  const looking = look();
  try {
    while (!(await hasRun(attempt, patience))) {
      if (performance.now() > deadline) {
        throw new RollcallError(
          'UNAVAILABLE',
          `the migration ${migration.name} did not get the locks that it needs within ${patience.giveUpAfterMs} ms and left nothing behind; in its way: ${blockers}`,
          { retry_after: 1 },
        );
      }
      await sleep(PAUSE_MS * (0.5 + Math.random()));
    }
  } finally {
    done.abort();
    // A runner that is released while it still asks for a connection would never return that connection.
    await looking;
  }
}

/** Tries a migration once. @returns false when somebody was in the way; then nothing has changed. */
async function hasRun(
  { executor, runner, migration }: Attempt,
  { lockTimeoutMs }: MigrationPatience,
): Promise<boolean> {
  // A migration that builds an index while others work uses no transaction. It holds nobody up, so it may take its time.
  const inTransaction = migration.instance?.transaction ?? true;
  try {
    if (inTransaction) {
      await runner.startTransaction();
      await runner.query(`SET LOCAL lock_timeout = ${Math.round(lockTimeoutMs)}`);
    }
    await executor.executeMigration(migration);
    if (inTransaction) await runner.commitTransaction();
    return true;
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    if (inTransaction && wasInTheWay(error)) return false;
    throw error;
  }
}

function wasInTheWay(error: unknown): boolean {
  const failed = (error instanceof RollcallError ? error.cause : error) as { code?: unknown } | undefined;
  return IN_THE_WAY.has(String(failed?.code));
}

/** A number that no other program on the same PostgreSQL server is likely to lock: "rollcall" by places in the alphabet. */
export const MIGRATION_LOCK = 1_815_121_203;

/** What an operator needs to find a connection. The text of its statement may hold data, so it is left out. */
const CONNECTION = `format(
  'pid %s (application "%s", user %s, %s, %s for %s s)',
  pid, application_name, usename, coalesce(host(client_addr), 'local'), coalesce(state, 'state unknown'),
  round(extract(epoch FROM clock_timestamp() - coalesce(xact_start, state_change, backend_start)))
)`;

/** Says which connection holds the lock of migrations. */
async function holderOfMigrationLock(runner: QueryRunner): Promise<string> {
  const rows = await runner.query(
    `SELECT ${CONNECTION} AS holder FROM pg_locks JOIN pg_stat_activity USING (pid)
      WHERE locktype = 'advisory' AND classid = 0 AND objid = $1 AND objsubid = 1 AND granted
        AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [MIGRATION_LOCK],
  );
  return rows[0]?.holder ?? 'it has just been released';
}

/** Says whom a connection waits for; undefined when it waits for nobody. */
async function describeBlockers(runner: QueryRunner, pid: number): Promise<string | undefined> {
  const rows = await runner.query(
    `SELECT string_agg(${CONNECTION}, ', ') AS blockers FROM pg_stat_activity WHERE pid = ANY(pg_blocking_pids($1))`,
    [pid],
  );
  return rows[0]?.blockers ?? undefined;
}
