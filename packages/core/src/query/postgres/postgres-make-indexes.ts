import { setTimeout as sleep } from 'node:timers/promises';
import sql, { raw, type Sql } from 'sql-template-tag';
import type { Queryable } from '../../database/unit-of-work.js';
import { indexablePath, isCustomIndexName } from '../custom-index-name.js';
import type { MakeCustomIndexes, WantedIndexes } from '../json-dialect.js';

/** An index of a custom path. */
export interface PostgresIndex {
  name: string;
  /** What is in the parentheses of its definition, and they. */
  columns: string;
}

type IndexOf = (path: readonly string[]) => PostgresIndex;

/** One process at a time makes indexes, for as long as its transaction lasts: a pooler may give a session to others. */
const LOCK = sql`hashtextextended('rollcall indexes of custom fields', 0)`;

/** How often a process that waits for another looks whether it has ended. */
const POLL_MS = 200;

/** What is yet to be done. */
interface Differences {
  /** Indexes that were begun and never made to the end, because a process has ended meanwhile. */
  broken: string[];
  lacking: PostgresIndex[];
  /** Made by a version that defines them otherwise, or of paths that are not wanted any more. */
  obsolete: string[];
}

/**
 * Makes indexes beside the work of all others (`CREATE INDEX CONCURRENTLY`), which PostgreSQL does outside of a transaction. It
 * waits for transactions that began before it, and nobody waits for it. An index serves once it is valid, and the planner knows
 * then what it holds; what is obsolete goes afterwards.
 *
 * One process at a time makes them, and the others look from time to time whether it has ended. They may not wait inside of a
 * statement: PostgreSQL would have the index wait for that statement. An idle transaction on a connection of its own holds the
 * lock. It sees nothing, so no index waits for it, and it ends with the process.
 */
export function makePostgresIndexes(indexOf: IndexOf): MakeCustomIndexes {
  return async (unitOfWork, wanted, signal) => {
    const match = () => unitOfWork.read(async one => hasNone(await differences(one, wanted, indexOf)));
    if (await match()) return;
    await unitOfWork.aside(async holder => {
      while (!(await takeLock(holder))) {
        await sleep(POLL_MS, undefined, { signal });
        if (await match()) return;
      }
      await unitOfWork.aside(connection => makeAll(connection, wanted, indexOf), signal);
      await holder.query(sql`COMMIT`);
    }, signal);
  };
}

async function makeAll(connection: Queryable, wanted: WantedIndexes, indexOf: IndexOf): Promise<void> {
  for (;;) {
    const found = await differences(connection, wanted, indexOf);
    if (hasNone(found)) return;
    const { broken, lacking, obsolete } = found;
    for (const name of broken) await drop(connection, name);
    for (const { name, columns } of lacking) {
      await connection.query(raw(`CREATE INDEX CONCURRENTLY ${name} ON users ${columns}`));
    }
    if (lacking.length > 0) await connection.query(sql`ANALYZE users`);
    for (const name of obsolete) await drop(connection, name);
  }
}

/** The same inside of a transaction, where nobody else writes users. */
export async function makePostgresIndexesAlone(
  transaction: Queryable,
  wanted: WantedIndexes,
  indexOf: IndexOf,
): Promise<void> {
  const { broken, lacking, obsolete } = await differences(transaction, wanted, indexOf);
  for (const name of [...broken, ...obsolete]) await transaction.query(raw(`DROP INDEX ${name}`));
  for (const { name, columns } of lacking) {
    await transaction.query(raw(`CREATE INDEX ${name} ON users ${columns}`));
  }
  if (lacking.length > 0) await transaction.query(sql`ANALYZE users`);
}

/** Which of these names are indexes that serve. */
export function madeToTheEnd(names: readonly string[]): Sql {
  return sql`SELECT relname AS name FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid
    WHERE relname = ANY (${[...names]}::text[]) AND relnamespace = current_schema()::regnamespace AND indisvalid`;
}

/** Begins the transaction that holds the lock. @returns whether it does; otherwise it has ended. */
async function takeLock(holder: Queryable): Promise<boolean> {
  await holder.query(sql`BEGIN ISOLATION LEVEL READ COMMITTED`);
  await holder.query(sql`SET LOCAL idle_in_transaction_session_timeout = 0`);
  const [row] = await holder.query(sql`SELECT pg_try_advisory_xact_lock(${LOCK}) AS mine`);
  if (row?.mine === true) return true;
  await holder.query(sql`ROLLBACK`);
  return false;
}

async function drop(connection: Queryable, name: string): Promise<void> {
  await connection.query(raw(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`));
}

async function differences(
  connection: Queryable,
  wanted: WantedIndexes,
  indexOf: IndexOf,
): Promise<Differences> {
  const indexes = (await wanted(connection)).map(path => indexOf(indexablePath(path)));
  const rows = await connection.query(
    sql`SELECT relname AS name, indisvalid AS valid FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid
      WHERE relnamespace = current_schema()::regnamespace AND indrelid = 'users'::regclass`,
  );
  const ours = rows.filter(({ name }) => isCustomIndexName(String(name)));
  const present = new Map(ours.map(({ name, valid }) => [String(name), valid === true]));
  const names = new Set(indexes.map(({ name }) => name));
  return {
    broken: [...present].filter(([name, isValid]) => !isValid && names.has(name)).map(([name]) => name),
    lacking: indexes.filter(({ name }) => !present.get(name)),
    obsolete: [...present.keys()].filter(name => !names.has(name)),
  };
}

function hasNone({ broken, lacking, obsolete }: Differences): boolean {
  return broken.length + lacking.length + obsolete.length === 0;
}
