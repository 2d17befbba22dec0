import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { RollcallError } from '@rollcall/protocol';
import type { Client } from 'pg';
import { DataSource, type DataSourceOptions, type EntitySchema, type QueryRunner } from 'typeorm';
import type { DatabaseAddress } from './database-address.js';
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

/** How a pool of connections to PostgreSQL behaves. */
export interface PostgresPoolOptions {
  poolSize: number;
  /** PostgreSQL ends a statement that takes longer, waiting for locks included; 0 lets it take for ever. */
  statementTimeoutMs: number;
}

/** A statement's answer is waited for so much longer than PostgreSQL may take for it. */
const ANSWER_GRACE_MS = 3000;

/**
 * A transaction that asks nothing for so long belongs to a process that is paused or cut off. Others wait for its locks,
 * so it is ended; a job awaits nothing but its transaction, so no living one is ever so slow.
 */
const IDLE_IN_TRANSACTION_MS = 5000;

/**
 * Who waits for a lock for so long lets go of its own and begins again. It is less than the time above, so that of many
 * transactions of a process that is gone, which wait behind each other, none gets the lock that the first one leaves:
 * each would keep it for as long again.
 */
const LOCK_TIMEOUT_MS = 4000;

/** The network is asked about a silent connection after this time. */
const TCP_KEEP_ALIVE_MS = 10_000;

const CONNECT_TIMEOUT_MS = 5000;

/** So long a connection that is closed may take to say so. */
const CLOSE_TIMEOUT_MS = 500;

const APPLICATION_NAME = 'rollcall';

/**
 * Opens a pool of connections to PostgreSQL.
 * @throws RollcallError `UNAVAILABLE` when it is not to be reached or does not let us in; the message never holds the URL.
 */
export async function openPostgres(
  url: string,
  { poolSize, statementTimeoutMs }: PostgresPoolOptions,
  entities: EntitySchema[],
): Promise<DataSource> {
  const source = new DataSource({
    ...COMMON,
    entities,
    type: 'postgres',
    url,
    poolSize,
    parseInt8: true,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    applicationName: APPLICATION_NAME,
    // A connection that breaks while it lies in the pool is replaced; the next query says so if it cannot be.
    poolErrorHandler: () => undefined,
    extra: {
      // The planner overestimates what sorting by JSON costs and would compile every such query.
      options: '-c jit=off',
      statement_timeout: statementTimeoutMs,
      // In a network that swallows everything nobody else would ever end the wait.
      ...(statementTimeoutMs > 0 && {
        query_timeout: statementTimeoutMs + ANSWER_GRACE_MS,
        lock_timeout: LOCK_TIMEOUT_MS,
      }),
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: TCP_KEEP_ALIVE_MS,
    },
  });
  await source.initialize().catch((cause: NodeJS.ErrnoException) => {
    // Where a name has several addresses, Node's error has a code and no message.
    const reason = cause.message || cause.code;
    const message = `PostgreSQL cannot be used: ${reason}; ROLLCALL_DATABASE_URL says where it is and who signs in`;
    throw new RollcallError('UNAVAILABLE', message, { cause, retry_after: 5 });
  });
  return source;
}

/**
 * Gives up the connection of a runner instead of giving it back: it is broken, or waits for an answer that nobody wants
 * any more, and the next one to use it would have to wait behind that. Without effect on a runner that got none.
 */
export async function discardConnection(runner: QueryRunner, cause: unknown): Promise<void> {
  const client = await (runner.connect() as Promise<Client>).catch(() => undefined);
  // TypeORM takes a connection that reports an error out of its pool, which closes it.
  if (client && !runner.isReleased) {
    client.emit('error', cause instanceof Error ? cause : new Error(String(cause)));
  }
}

/** One connection to PostgreSQL outside of any pool. */
export interface PostgresConnection {
  query(text: string, values?: string[]): Promise<unknown>;
  /** Closes it, however broken it is, and never throws. */
  close(): Promise<void>;
}

/** Opens a connection that hears notifications. A statement that is not answered in time fails. */
export async function connectPostgres(
  url: string,
  options: { answerMs: number; onNotification: (payload: string) => void; onLost: () => void },
): Promise<PostgresConnection> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    connectionString: url,
    application_name: APPLICATION_NAME,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: options.answerMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: TCP_KEEP_ALIVE_MS,
  });
  client.on('notification', ({ payload }) => options.onNotification(payload ?? ''));
  client.on('error', options.onLost);
  // A farewell that is never answered must not be waited for.
  const close = () => Promise.race([client.end().catch(() => undefined), delay(CLOSE_TIMEOUT_MS)]);
  try {
    await client.connect();
  } catch (error) {
    await close();
    throw error;
  }
  return { query: (text, values) => client.query(text, values), close };
}
