import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { RollcallError } from '@rollcall/protocol';
import type { DataSource, MigrationInterface } from 'typeorm';
import type { TableShape } from './column.js';
import { openPostgres, openSqlite } from './data-sources.js';
import { dialectOf } from './dialect.js';
import type { DatabaseAddress } from './engine.js';
import { FileLock } from './file-lock.js';
import { PostgresUnitOfWork } from './postgres-unit-of-work.js';
import { productMigrations, type TableOwner } from './product-migrations.js';
import { SqliteUnitOfWork } from './sqlite-unit-of-work.js';
import { toEntitySchema } from './table.js';
import type { LogWriter, UnitOfWork } from './unit-of-work.js';

/** Any number that no other program on the same PostgreSQL server is likely to lock: "rollcall" in letters' places. */
const MIGRATION_LOCK = 1_815_121_203;

/** An open, migrated database. */
export interface Database {
  readonly unitOfWork: UnitOfWork;
  close(): Promise<void>;
}

/** What lies in a database beside what the numbered migrations make. */
export interface DatabaseContent {
  /** The tables that rows are mapped to; default none. */
  tables?: readonly TableShape[];
  /** Who brings tables of its own along; default nobody. */
  owners?: readonly TableOwner[];
}

/** Opens a database and brings its schema up to date. */
export async function openDatabase(
  address: DatabaseAddress,
  { tables = [], owners = [] }: DatabaseContent,
  logWriter: LogWriter,
): Promise<Database> {
  const further = productMigrations(owners);
  const dialect = dialectOf(address.engine);
  const entities = tables.map(table => toEntitySchema(table, dialect));
  if (address.engine === 'postgres') {
    await migratePostgres(address.url, further);
    const unitOfWork = await PostgresUnitOfWork.open(address, entities, logWriter);
    return { unitOfWork, close: () => unitOfWork.close() };
  }
  const lock = await lockFile(address);
  try {
    await migrateSqlite(address, further);
    const unitOfWork = await SqliteUnitOfWork.open(address, entities, logWriter);
    return {
      unitOfWork,
      close: async () => {
        await unitOfWork.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/**
 * Brings the schema of a database up to date, with the tables that an operator's own products bring along, and closes it
 * again.
 * @returns the names of the migrations that ran.
 * @throws RollcallError `UNAVAILABLE` for a database that is in use or damaged, and for a product's migration that fails.
 */
export async function migrateDatabase(
  address: DatabaseAddress,
  owners: readonly TableOwner[] = [],
): Promise<string[]> {
  const further = productMigrations(owners);
  if (address.engine === 'postgres') return migratePostgres(address.url, further);
  const lock = await lockFile(address);
  try {
    return await migrateSqlite(address, further);
  } finally {
    await lock.release();
  }
}

async function lockFile(address: Extract<DatabaseAddress, { file: string }>): Promise<FileLock> {
  mkdirSync(dirname(address.file), { recursive: true });
  return FileLock.acquire(address.file, file => openSqlite({ ...address, file }, 'lock', []));
}

async function migrateSqlite(
  address: Extract<DatabaseAddress, { file: string }>,
  further: MigrationInterface[],
): Promise<string[]> {
  // A log that was left behind means that the last process ended without closing: look before trusting the file.
  const uncleanEnd = existsSync(`${address.file}-wal`) && statSync(`${address.file}-wal`).size > 0;
  const source = await openSqlite(address, 'writer', []);
  try {
    const [mode] = (await source.query('PRAGMA journal_mode')) as { journal_mode: string }[];
    if (mode?.journal_mode !== 'wal') {
      throw new RollcallError(
        'UNAVAILABLE',
        `the file system of ${address.file} does not support write-ahead logging; use a local disk`,
        { unrecoverable: true },
      );
    }
    if (uncleanEnd) await checkIntegrity(source, address.file);
    return await runMigrations(source, further);
  } finally {
    await source.destroy();
  }
}

async function checkIntegrity(source: DataSource, file: string): Promise<void> {
  const rows = (await source.query('PRAGMA quick_check(1)')) as { quick_check: string }[];
  const answer = rows[0]?.quick_check;
  if (answer === 'ok') return;
  throw new RollcallError('UNAVAILABLE', `the database ${file} is damaged (${answer}); restore a backup`, {
    unrecoverable: true,
  });
}

/** Many processes may start at once: an advisory lock lets one migrate while the others wait. */
async function migratePostgres(url: string, further: MigrationInterface[]): Promise<string[]> {
  const source = await openPostgres(url, { poolSize: 2, statementTimeoutMs: 0 }, []);
  const lock = source.createQueryRunner();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const names = await runMigrations(source, further);
    await lock.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    return names;
  } finally {
    await lock.release();
    await source.destroy();
  }
}

/**
 * Runs what has not run yet, ours first. What is recorded in the database and known to nobody any more, since its product
 * was taken away, is passed over.
 */
async function runMigrations(source: DataSource, further: MigrationInterface[]): Promise<string[]> {
  source.migrations.push(...further);
  const ran = await source.runMigrations({ transaction: 'each' });
  return ran.map(migration => migration.name);
}
