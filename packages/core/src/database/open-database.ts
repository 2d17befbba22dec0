import { RollcallError } from '@rollcall/protocol';
import { type DataSource, MigrationExecutor, type MigrationInterface } from 'typeorm';
import { checkBesideWork } from './check-beside-work.js';
import type { DatabaseAddress } from './database-address.js';
import { dialectOf } from './dialect.js';
import type { DirectoryInstruments } from './instruments.js';
import { migratePostgres } from './migrate-postgres.js';
import { openingError } from './opening-error.js';
import { openPostgres } from './postgres-sources.js';
import { PostgresUnitOfWork } from './postgres-unit-of-work.js';
import { productMigrations, type TableOwner } from './product-migrations.js';
import { lockFile, prepareSqlite } from './sqlite-file.js';
import { SqliteUnitOfWork } from './sqlite-unit-of-work.js';
import { type TableShape, toEntitySchema } from './table.js';
import type { LogWriter, UnitOfWork, UnitOfWorkOptions } from './unit-of-work.js';

/** An open, migrated database. */
export interface Database {
  readonly unitOfWork: UnitOfWork;
  /**
   * Begins to look through an embedded file that is still to be checked, beside the work; otherwise it does nothing.
   * @param onDamage hears of the damage, and of a check that failed.
   */
  checkFile(onDamage: (error: unknown) => void): void;
  close(): Promise<void>;
}

/** What to do about a schema that is not up to date: migrate it, or refuse the database. */
type Schema = 'migrate' | 'require';

/** What a database is opened with. */
export interface DatabaseOptions {
  /** The tables that rows are mapped to; default none. */
  tables?: readonly TableShape[];
  /** Products with tables of their own; default none. */
  owners?: readonly TableOwner[];
  /** What to do about a schema that is not up to date; default `migrate`. */
  schema?: Schema;
  /** Gives each transaction its moment, in epoch milliseconds; default the machine's clock. */
  clock?: () => number;
  /** Whether an embedded file that its last process has not closed may be checked later; default false: it is checked first. */
  mayCheckLater?: boolean;
  instruments?: DirectoryInstruments;
  /** Hears of what reaches no caller; default nobody. It must not throw. */
  onError?: (error: unknown, context: string) => void;
}

/**
 * Opens a database and makes sure that its schema is up to date. Nothing is migrated on a file that is yet to be checked.
 * @throws RollcallError `UNAVAILABLE` for a database that is in use, damaged, or, with `require`, not up to date.
 */
export async function openDatabase(
  address: DatabaseAddress,
  options: DatabaseOptions,
  logWriter: LogWriter,
): Promise<Database> {
  const { tables = [], owners = [], schema = 'migrate', clock = Date.now, mayCheckLater = false } = options;
  const further = productMigrations(owners);
  const dialect = dialectOf(address.engine);
  const entities = tables.map(table => toEntitySchema(table, dialect));
  const { instruments = {}, onError } = options;
  const unitOptions: UnitOfWorkOptions = { entities, logWriter, clock, instruments, onError };
  if (address.engine === 'postgres') {
    if (schema === 'migrate') await migratePostgres(address.url, further);
    else await requireMigratedPostgres(address.url, further);
    const unitOfWork = await PostgresUnitOfWork.open(address, unitOptions);
    return { unitOfWork, checkFile: () => undefined, close: () => unitOfWork.close() };
  }
  const lock = await lockFile(address).catch(error => {
    throw openingError(address.file, error);
  });
  try {
    const { isUnchecked } = await prepareSqlite<unknown>(
      address,
      source => (schema === 'migrate' ? runMigrations(source, further) : requireMigrated(source, further)),
      async source => mayCheckLater && (await missingMigrations(source, further)).length === 0,
    );
    const unitOfWork = await SqliteUnitOfWork.open(address, unitOptions);
    let checked: Promise<void> | undefined;
    return {
      unitOfWork,
      checkFile: onDamage => {
        if (isUnchecked) checked ??= checkBesideWork(unitOfWork, address.file, onDamage);
      },
      close: async () => {
        await unitOfWork.close();
        await checked;
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw openingError(address.file, error);
  }
}

/**
 * Brings the schema of a database up to date, including the tables of the operator's own products, and closes the
 * database again.
 * @returns the names of the migrations that ran.
 * @throws RollcallError `UNAVAILABLE` for a database that is in use or damaged, and for a migration that fails or gets no
 * lock in time.
 */
export async function migrateDatabase(
  address: DatabaseAddress,
  owners: readonly TableOwner[] = [],
): Promise<string[]> {
  const further = productMigrations(owners);
  if (address.engine === 'postgres') return migratePostgres(address.url, further);
  const lock = await lockFile(address).catch(error => {
    throw openingError(address.file, error);
  });
  try {
    const { result } = await prepareSqlite(address, source => runMigrations(source, further));
    return result;
  } catch (error) {
    throw openingError(address.file, error);
  } finally {
    await lock.release();
  }
}

async function requireMigratedPostgres(url: string, further: readonly MigrationInterface[]): Promise<void> {
  const source = await openPostgres(url, { poolSize: 1, statementTimeoutMs: 0 }, []);
  try {
    await requireMigrated(source, further);
  } finally {
    await source.destroy();
  }
}

/**
 * Runs the migrations that have not run yet, ours first. It ignores those that the database records and nobody knows any
 * more, because their product was removed.
 */
async function runMigrations(source: DataSource, further: readonly MigrationInterface[]): Promise<string[]> {
  addMigrations(source, further);
  const ran = await source.runMigrations({ transaction: 'each' });
  return ran.map(migration => migration.name);
}

async function missingMigrations(source: DataSource, further: readonly MigrationInterface[]) {
  addMigrations(source, further);
  return new MigrationExecutor(source).getPendingMigrations();
}

/** It may be called again for the same migrations. */
function addMigrations({ migrations }: DataSource, further: readonly MigrationInterface[]): void {
  migrations.push(...further.filter(migration => !migrations.includes(migration)));
}

/**
 * Refuses a database that is not up to date, for operators who migrate in a step of its own. It writes nothing.
 * @throws RollcallError `UNAVAILABLE` that names the missing migrations.
 */
async function requireMigrated(source: DataSource, further: readonly MigrationInterface[]): Promise<void> {
  const missing = await missingMigrations(source, further);
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name).join(', ');
  throw new RollcallError(
    'UNAVAILABLE',
    `the database is not up to date: it lacks ${names}; run "rollcall migrate" first, or set ROLLCALL_MIGRATE=on so that servers migrate by themselves`,
    { unrecoverable: true },
  );
}
