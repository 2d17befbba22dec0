import sql, { raw } from 'sql-template-tag';
import type { Queryable } from '../database/unit-of-work.js';
import { type Finding, risk, saidSpan, wrong } from './finding.js';

const LONG_TRANSACTION_MS = 5 * 60 * 1000;
const NEARLY_ALL = 0.8;

/** What can be said about a PostgreSQL server and how it is set. */
export async function examinePostgres(connection: Queryable): Promise<Finding[]> {
  const [server] = await connection.query(
    sql`SELECT pg_is_in_recovery() AS replica, current_setting('default_transaction_read_only') AS read_only,
      current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commits,
      pg_encoding_to_char(encoding) AS encoding, current_setting('max_connections')::integer AS most,
      (SELECT count(*)::integer FROM pg_stat_activity WHERE backend_type = 'client backend') AS used
      FROM pg_database WHERE datname = current_database()`,
  );
  const findings: Finding[] = [];
  if (server?.replica === true) {
    findings.push(
      wrong(
        'writable',
        'PostgreSQL is a replica here and takes no writes: name the primary in ROLLCALL_DATABASE_URL.',
      ),
    );
  } else if (server?.read_only === 'on') {
    findings.push(
      wrong(
        'writable',
        'transactions only read by default (default_transaction_read_only): writes fail. Take the setting away for this role and database.',
      ),
    );
  }
  if (server?.fsync === 'off') {
    findings.push(
      wrong('durability', 'fsync is off: a crash of the machine may destroy the database. Turn it on.'),
    );
  }
  if (server?.commits === 'off') {
    findings.push(
      risk(
        'durability',
        'synchronous_commit is off: a crash forgets writes that callers and listeners know of already. Turn it on.',
      ),
    );
  }
  if (server?.encoding !== 'UTF8') {
    findings.push(
      wrong(
        'encoding',
        `the database has the encoding ${server?.encoding}: it must be UTF8. Make a new one, and move there.`,
      ),
    );
  }
  const [used, most] = [Number(server?.used), Number(server?.most)];
  if (used > most * NEARLY_ALL) {
    findings.push(
      risk(
        'connections',
        `${used} of ${most} connections are in use: further processes will be refused. Raise max_connections, or lower ROLLCALL_POSTGRES_POOL_SIZE.`,
      ),
    );
  }
  return [
    ...findings,
    ...(await examineTransactions(connection)),
    ...(await examineBrokenIndexes(connection)),
  ];
}

async function examineTransactions(connection: Queryable): Promise<Finding[]> {
  const [oldest] = await connection.query(
    sql`SELECT pid, application_name AS name, extract(epoch FROM now() - xact_start) * 1000 AS ms FROM pg_stat_activity
      WHERE datname = current_database() AND xact_start IS NOT NULL ORDER BY xact_start LIMIT 1`,
  );
  const ms = Number(oldest?.ms ?? 0);
  if (ms < LONG_TRANSACTION_MS) return [];
  return [
    risk(
      'transactions',
      `the process ${oldest?.pid} ("${oldest?.name}") has had a transaction open for ${saidSpan(ms)}: PostgreSQL cannot clear up behind the busiest rows meanwhile. End it, or take long reads from a replica.`,
    ),
  ];
}

async function examineBrokenIndexes(connection: Queryable): Promise<Finding[]> {
  const rows = await connection.query(
    raw('SELECT indexrelid::regclass::text AS name FROM pg_index WHERE NOT indisvalid ORDER BY 1'),
  );
  if (rows.length === 0) return [];
  const names = rows.map(({ name }) => name).join(', ');
  return [
    risk(
      'indexes',
      `these indexes were not made to the end and serve nobody: ${names}. \`rollcall migrate\` makes those of Rollcall.`,
    ),
  ];
}
