import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { RollcallError } from '@rollcall/protocol';
import sql, { raw } from 'sql-template-tag';
import { asideOnPostgres, type ConnectedTo } from '../database/aside.js';
import { hostUrls } from '../database/postgres-hosts.js';
import type { Queryable } from '../database/unit-of-work.js';
import { refused, type SealedBackup } from './backup-file.js';
import type { BackupStage } from './backup-sqlite.js';
import { type DescribedData, describeData } from './described-data.js';
import { connectionVariables, type PostgresTools, requireTool, startTool } from './postgres-tools.js';
import { settlingStatements } from './settle-restored.js';

/** A database, and the folders with the programs of PostgreSQL, as in the variable `PATH`. */
interface Place {
  readonly url: string;
  readonly path: string;
}

/**
 * Writes the data of a PostgreSQL database to a file with `pg_dump`, in its own form (`custom`), and reads the file through.
 * It is the data of one moment, the same that is described. Of several servers it is the primary's. One that is named alone may
 * be a standby, unless the URL asks for the primary.
 * @throws RollcallError `UNAVAILABLE` when PostgreSQL or its programs cannot be used.
 */
export function dumpPostgres(
  { url, path }: Place,
  file: string,
  { signal, onStage }: { signal: AbortSignal; onStage: (stage: BackupStage) => void },
): Promise<DescribedData> {
  const work = async (connection: Queryable, to: ConnectedTo) => {
    const server = await serverVersion(connection);
    const version = await requireTool(path, 'pg_dump', server, signal);
    await requireTool(path, 'pg_restore', server, signal);
    const tools = { path, variables: connectionVariables(url, to, version) };
    await requireRollcall(connection);
    onStage('copying');
    // The dump shows the same moment as this transaction, which is silent meanwhile.
    await connection.query(sql`SET idle_in_transaction_session_timeout = 0`);
    await connection.query(sql`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`);
    const [row] = await connection.query(sql`SELECT pg_export_snapshot() AS snapshot`);
    const described = await describeData(connection);
    const args = ['--format=custom', `--snapshot=${row?.snapshot}`, `--file=${file}`, '--no-password'];
    await startTool(tools, 'pg_dump', args, { signal }).ended;
    await connection.query(sql`COMMIT`);
    onStage('checking');
    // It reads everything and connects to nothing.
    await startTool(tools, 'pg_restore', ['--file=/dev/null', file], { signal }).ended;
    return described;
  };
  const takesStandby = hostUrls(url).length === 1 && !/[?&]target_session_attrs=/.test(url);
  return asideOnPostgres(url, work, signal, { takesStandby });
}

/**
 * Restores a verified backup to an empty PostgreSQL database, in one transaction: whatever ends it, the database holds
 * everything or nothing.
 * @throws RollcallError `INPUT_INVALID` for a database that is not empty; `UNAVAILABLE` when PostgreSQL or its programs cannot
 * be used.
 */
export async function restorePostgres(
  place: Place,
  { file, dataBytes, head }: SealedBackup,
  signal: AbortSignal,
): Promise<void> {
  const tools = await requireEmptyDatabase(place, signal);
  const dump = startTool(
    tools,
    'pg_restore',
    ['--file=-', '--no-owner', '--no-privileges', '--exit-on-error'],
    { signal, keeps: false },
  );
  const target = startTool(
    tools,
    'psql',
    ['--no-psqlrc', '--quiet', '--no-password', '--set=ON_ERROR_STOP=1', '--output=/dev/null', '--file=-'],
    { signal },
  );
  const [from, through, to] = [createReadStream(file, { end: dataBytes - 1 }), dump.process, target.process];
  if (!through.stdin || !through.stdout || !to.stdin) throw new Error('a program has no pipes');
  to.stdin.write('BEGIN;\n');
  const feeding = pipeline(from, through.stdin);
  const handing = pipeline(through.stdout, to.stdin, { end: false });
  try {
    await Promise.race([Promise.all([feeding, handing, dump.ended]), target.ended.then(failEarly)]);
    // Nothing of it is there unless all of it has come: without a COMMIT, PostgreSQL forgets the rest. A dump leaves no
    // schema to look in.
    to.stdin.end(`${['RESET search_path', ...settlingStatements(head.migrations), 'COMMIT'].join(';\n')};\n`);
    await target.ended;
  } catch (error) {
    for (const stream of [from, through.stdin, to.stdin]) stream.destroy();
    // What a program says about its end says more than the pipe that broke.
    for (const { ended } of [target, dump]) await ended;
    throw error;
  }
  await asideOnPostgres(place.url, connection => connection.query(sql`ANALYZE`), signal);
}

function failEarly(): never {
  throw new Error('psql ended before it had everything');
}

/**
 * @returns the programs, and how they come to the server that was found.
 * @throws RollcallError as {@link restorePostgres} does before it changes anything.
 */
export function requireEmptyDatabase({ url, path }: Place, signal: AbortSignal): Promise<PostgresTools> {
  const work = async (connection: Queryable, to: ConnectedTo) => {
    const server = await serverVersion(connection);
    await requireTool(path, 'pg_restore', server, signal);
    const version = await requireTool(path, 'psql', server, signal);
    const [held] = await connection.query(
      sql`SELECT relname AS name FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname NOT IN ('pg_catalog', 'information_schema') AND nspname NOT LIKE 'pg\\_t%'
          AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f') ORDER BY relname LIMIT 1`,
    );
    if (held) {
      throw new RollcallError(
        'INPUT_INVALID',
        `this database is not empty: it has "${held.name}"; nothing was restored, name an empty database in ROLLCALL_DATABASE_URL`,
        { field: 'ROLLCALL_DATABASE_URL' },
      );
    }
    return { path, variables: connectionVariables(url, to, version) };
  };
  return asideOnPostgres(url, work, signal);
}

async function requireRollcall(connection: Queryable): Promise<void> {
  const [row] = await connection.query(
    sql`SELECT to_regclass('event_stream') AS stream, to_regclass('migrations') AS migrations`,
  );
  if (row?.stream === null || row?.migrations === null) {
    throw refused('ROLLCALL_DATABASE_URL names a database that is not of Rollcall');
  }
}

async function serverVersion(connection: Queryable): Promise<number> {
  const [row] = await connection.query(raw('SHOW server_version_num'));
  return Number(row?.server_version_num);
}
