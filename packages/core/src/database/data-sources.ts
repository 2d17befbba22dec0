import { createRequire } from 'node:module';
import { DataSource, type DataSourceOptions, type EntitySchema } from 'typeorm';
import type { DatabaseAddress } from './engine.js';
import { MIGRATIONS } from './migrations/index.js';

/**
 * The one file that knows the drivers. TypeORM 1.x drops `sqlite3`; the step to it is a change of this file.
 */
const require = createRequire(import.meta.url);

/** What a connection to an embedded file is for. */
export type SqliteRole = 'writer' | 'reader' | 'lock';

const COMMON = {
  migrations: MIGRATIONS,
  migrationsTableName: 'migrations',
  migrationsTransactionMode: 'each',
  synchronize: false,
  logging: false,
  // A condition on undefined must be an error, not a condition left out.
  invalidWhereValuesBehavior: { null: 'throw', undefined: 'throw' },
} as const satisfies Partial<DataSourceOptions>;

/** Opens one connection to an embedded database file. */
export async function openSqlite(
  address: Extract<DatabaseAddress, { file: string }>,
  role: SqliteRole,
  entities: EntitySchema[],
): Promise<DataSource> {
  const source = new DataSource(sqliteOptions(address, role, entities));
  await source.initialize();
  for (const pragma of PRAGMAS[role]) await source.query(`PRAGMA ${pragma}`);
  return source;
}

/**
 * FULL: an acknowledged commit has reached the disk (sqlite.org/pragma.html#pragma_synchronous). The default cache of
 * 2 MB makes scans about three times slower than 64 MB.
 */
const PRAGMAS: Record<SqliteRole, readonly string[]> = {
  writer: [
    'busy_timeout = 5000',
    'journal_mode = WAL',
    'synchronous = FULL',
    'foreign_keys = ON',
    'secure_delete = ON',
    'journal_size_limit = 67108864',
    'cache_size = -65536',
  ],
  reader: ['busy_timeout = 5000', 'cache_size = -65536'],
  lock: [],
};

function sqliteOptions(
  address: Extract<DatabaseAddress, { file: string }>,
  role: SqliteRole,
  entities: EntitySchema[],
): DataSourceOptions {
  if (address.engine === 'better-sqlite3') {
    return {
      ...COMMON,
      entities,
      type: 'better-sqlite3',
      database: address.file,
      readonly: role === 'reader',
    };
  }
  const sqlite3 = require('sqlite3') as Record<string, unknown> & { OPEN_READONLY: number };
  // TypeORM calls verbose() on the driver, which records a stack for every statement: 10–40 % of a small statement.
  const driver = { ...sqlite3, verbose: () => driver };
  return {
    ...COMMON,
    entities,
    type: 'sqlite',
    database: address.file,
    driver,
    ...(role === 'reader' && { flags: sqlite3.OPEN_READONLY }),
  };
}

/** Opens a pool of connections to PostgreSQL. */
export async function openPostgres(
  url: string,
  options: { poolSize: number; statementTimeoutMs: number },
  entities: EntitySchema[],
): Promise<DataSource> {
  const source = new DataSource({
    ...COMMON,
    entities,
    type: 'postgres',
    url,
    poolSize: options.poolSize,
    parseInt8: true,
    connectTimeoutMS: 5000,
    applicationName: 'rollcall',
    // A connection that breaks while it lies in the pool is replaced; the next query says so if it cannot be.
    poolErrorHandler: () => undefined,
    extra: {
      // The planner overestimates what sorting by JSON costs and would compile every such query.
      options: '-c jit=off',
      statement_timeout: options.statementTimeoutMs,
      idle_in_transaction_session_timeout: 60_000,
    },
  });
  await source.initialize();
  return source;
}
