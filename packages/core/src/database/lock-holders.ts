import type { QueryRunner } from 'typeorm';

/** Any number that no other program on the same PostgreSQL server is likely to lock: "rollcall" in letters' places. */
export const MIGRATION_LOCK = 1_815_121_203;

/** What an operator needs to find a connection. The text of its statement may hold data and stays out. */
const CONNECTION = `format(
  'pid %s (application "%s", user %s, %s, %s for %s s)',
  pid, application_name, usename, coalesce(host(client_addr), 'local'), coalesce(state, 'state unknown'),
  round(extract(epoch FROM clock_timestamp() - coalesce(xact_start, state_change, backend_start)))
)`;

/** Says which connection holds the lock of migrations. */
export async function holderOfMigrationLock(runner: QueryRunner): Promise<string> {
  const rows = await runner.query(
    `SELECT ${CONNECTION} AS holder FROM pg_locks JOIN pg_stat_activity USING (pid)
      WHERE locktype = 'advisory' AND classid = 0 AND objid = $1 AND objsubid = 1 AND granted
        AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [MIGRATION_LOCK],
  );
  return rows[0]?.holder ?? 'it has just let go';
}

/** Says whom a connection waits for; undefined when it waits for nobody. */
export async function describeBlockers(runner: QueryRunner, pid: number): Promise<string | undefined> {
  const rows = await runner.query(
    `SELECT string_agg(${CONNECTION}, ', ') AS blockers FROM pg_stat_activity WHERE pid = ANY(pg_blocking_pids($1))`,
    [pid],
  );
  return rows[0]?.blockers ?? undefined;
}
