import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DataSource, type DataSourceOptions, type EntitySchema } from 'typeorm';
import type { DatabaseAddress } from './database-address.js';
import { refuseFaultyDriver } from './driver-fault.js';
import { preparingOn } from './native-statements.js';
import { PreparedStatements, type Rows } from './prepared-statements.js';
import { ReaderProcess } from './reader-process.js';
import { COMMON } from './source-options.js';
import { BEGIN, RENEW, type SqliteReader } from './sqlite-reader.js';

/**
 * The one file that knows the drivers of SQLite. TypeORM 1.x has no `sqlite3` any more, and the step to it is a change of this
 * file: the driver goes through the options for React Native, with an adapter of fifty lines, or it is given up.
 * `npm run test:typeorm-1` tests core on TypeORM 1.1 in that way (`test/typeorm-1`).
 */
const require = createRequire(import.meta.url);

/** What a connection to an embedded file is for. */
type SqliteRole = 'writer' | 'reader' | 'lock';

/** The binary of the driver, where its package looks for it. */
export function betterSqlite3Binary(): string {
  const folder = dirname(require.resolve('better-sqlite3/package.json'));
  return join(folder, 'build', 'Release', 'better_sqlite3.node');
}

/** Whether the driver may be used in this process; it is looked at once. */
let betterSqlite3: Promise<void> | undefined;

/**
 * Opens one connection to an embedded database file.
 * @throws RollcallError `UNAVAILABLE` for a driver that would abort the process.
 */
export async function openSqlite(
  address: Extract<DatabaseAddress, { file: string }>,
  role: SqliteRole,
  entities: EntitySchema[],
): Promise<DataSource> {
  if (address.engine === 'better-sqlite3') {
    betterSqlite3 ??= refuseFaultyDriver(betterSqlite3Binary());
    await betterSqlite3;
  }
  const source = new DataSource(sqliteOptions(address, role, entities));
  await source.initialize();
  for (const pragma of PRAGMAS[role]) await source.query(`PRAGMA ${pragma}`);
  return source;
}

/** The one connection that writes to an embedded file. Its statements stay prepared. */
export interface SqliteWriter {
  query(text: string, values?: readonly unknown[]): Promise<Rows>;
  close(): Promise<void>;
}

/** Opens the connection that writes to an embedded database file. */
export async function openSqliteWriter(
  address: Extract<DatabaseAddress, { file: string }>,
  entities: EntitySchema[],
): Promise<SqliteWriter> {
  const source = await openSqlite(address, 'writer', entities);
  const statements = new PreparedStatements(preparingOn(source));
  return {
    query: (text, values) => statements.run(text, values),
    close: async () => {
      await statements.finalise();
      await source.destroy();
    },
  };
}

/** A connection of the `sqlite3` driver; that of the other driver cannot be interrupted. */
interface Interruptible {
  /** Ends the statements that run. Those that begin afterwards are not touched. */
  interrupt?(): void;
}

/**
 * Opens a reader of an embedded database file.
 * @param interruptible whether its statements can be ended, and never block this process. With a driver that runs
 * statements on the thread of the caller, it is a process of its own then.
 */
export async function openSqliteReader(
  address: Extract<DatabaseAddress, { file: string }>,
  { interruptible = false }: { interruptible?: boolean } = {},
): Promise<SqliteReader> {
  if (interruptible && address.engine === 'better-sqlite3') {
    const driver = require.resolve('better-sqlite3');
    const reader = new ReaderProcess({ driver, file: address.file, pragmas: PRAGMAS.reader });
    try {
      // It has read the schema then: the first statement of a caller waits for nothing.
      await reader.query('SELECT count(*) FROM sqlite_schema', []);
      await reader.renew();
      return reader;
    } catch (error) {
      await reader.close();
      throw error;
    }
  }
  const source = await openSqlite(address, 'reader', []);
  const statements = new PreparedStatements(preparingOn(source));
  await statements.run(BEGIN);
  return {
    query: (text, values) => statements.run(text, values),
    renew: async () => {
      for (const text of RENEW) await statements.run(text);
    },
    interrupt: () =>
      (source.driver as { databaseConnection?: Interruptible }).databaseConnection?.interrupt?.(),
    interruptEnds: false,
    close: async () => {
      await statements.finalise();
      await source.destroy();
    },
  };
}

/**
 * FULL: an acknowledged commit has reached the disk (sqlite.org/pragma.html#pragma_synchronous). With the default cache
 * of 2 MB, scans are about three times slower than with 64 MB.
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
  // TypeORM calls verbose() on the driver, which then records a stack for every statement. That is 10–40 % of the time
  // of a small statement.
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
