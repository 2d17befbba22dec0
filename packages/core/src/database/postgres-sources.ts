/** The one file that knows the driver of PostgreSQL, but for its pool (`primary-pool.ts`). */
import { setTimeout as delay } from 'node:timers/promises';
import { RollcallError } from '@rollcall/protocol';
import type { Client, Pool } from 'pg';
import { DataSource, type EntitySchema, type QueryRunner } from 'typeorm';
import type { Admit } from './admit-connection.js';
import { hostUrls } from './postgres-hosts.js';
import { COMMON } from './source-options.js';

/** How a pool of connections to PostgreSQL behaves. */
export interface PostgresPoolOptions {
  poolSize: number;
  /** PostgreSQL ends a statement that takes longer, waits for locks included; 0 sets no limit. */
  statementTimeoutMs: number;
  /** Looks at each new connection before it is used; by default there is nothing to look at. */
  admit?: Admit;
  /** Whether a standby will do, for who only reads; default false. */
  takesStandby?: boolean;
}

/** Which server connections are made to. */
interface PostgresServer {
  /** TypeORM reads only one host. */
  url: string;
  /** The driver, where it is not that of npm as it is. */
  driver?: unknown;
  connectTimeoutMs: number;
  /** The setting that names it. */
  setting: string;
}

/** How much longer than a statement may take we wait for its answer. */
export const ANSWER_GRACE_MS = 3000;

/**
 * A transaction that is silent for this long belongs to a process that is paused or cut off. PostgreSQL ends it, since
 * others wait for its locks. The work of a living process awaits nothing but its transaction and is never this slow.
 */
const IDLE_IN_TRANSACTION_MS = 5000;

/**
 * A transaction that waits this long for a lock gives up its own locks and begins again. The time is shorter than the
 * one above for a reason: when a process is gone, many of its transactions may wait behind each other. None of them
 * may get the lock that the first one leaves, since each would keep it for as long again.
 */
const LOCK_TIMEOUT_MS = 4000;

/** A connection that has been silent for this long is probed. */
const TCP_KEEP_ALIVE_MS = 10_000;

const CONNECT_TIMEOUT_MS = 5000;

/** The primary serves what a replica does not, so nobody waits long for one. */
const REPLICA_CONNECT_TIMEOUT_MS = 2000;

/** How long we wait for the close handshake of a connection. */
const CLOSE_TIMEOUT_MS = 500;

const APPLICATION_NAME = 'rollcall';

/**
 * Opens a pool of connections to PostgreSQL, to the primary among the servers that the URL names.
 * @throws RollcallError `UNAVAILABLE` when PostgreSQL cannot be reached or refuses us. The message never holds the URL.
 */
export async function openPostgres(
  url: string,
  options: PostgresPoolOptions,
  entities: EntitySchema[],
): Promise<DataSource> {
  const { primaryDriver } = await import('./primary-pool.js');
  const server = {
    // The pool of the driver goes by the list.
    url: hostUrls(url)[0] as string,
    driver: primaryDriver(url, options.admit, options.takesStandby),
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    setting: 'ROLLCALL_DATABASE_URL',
  };
  return openPool(server, options, entities);
}

/**
 * Opens a pool of connections to a replica, on which raw statements run. Nothing looks whether it is one.
 * @throws RollcallError `UNAVAILABLE` when it cannot be reached or refuses us. The message never holds the URL.
 */
export function openPostgresReplica(url: string, options: PostgresPoolOptions): Promise<DataSource> {
  const setting = 'ROLLCALL_DATABASE_READ_URLS';
  return openPool({ url, connectTimeoutMs: REPLICA_CONNECT_TIMEOUT_MS, setting }, options, []);
}

/** Whether a replica answers those who come now. A refusal is an answer as well. It never throws. */
export async function replicaAnswers(url: string): Promise<boolean> {
  const { Client } = (await import('pg')).default;
  const client = new Client({
    connectionString: url,
    application_name: APPLICATION_NAME,
    connectionTimeoutMillis: REPLICA_CONNECT_TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch (error) {
    return /^[0-9A-Z]{5}$/.test(String((error as { code?: unknown }).code));
  } finally {
    void client.end().catch(() => undefined);
  }
}

async function openPool(
  { url, driver, connectTimeoutMs, setting }: PostgresServer,
  { poolSize, statementTimeoutMs }: PostgresPoolOptions,
  entities: EntitySchema[],
): Promise<DataSource> {
  const source = new DataSource({
    ...COMMON,
    entities,
    type: 'postgres',
    url,
    ...(driver !== undefined && { driver }),
    poolSize,
    parseInt8: true,
    connectTimeoutMS: connectTimeoutMs,
    applicationName: APPLICATION_NAME,
    // A connection that breaks while it is idle is replaced. If that fails, the next query says so.
    poolErrorHandler: () => undefined,
    extra: {
      // jit: the planner overestimates the cost of sorting by JSON, and would compile every such query. The limits: the driver
      // takes 0 for a limit that is not given, and then those of the role or the database hold.
      options:
        statementTimeoutMs === 0 ? '-c jit=off -c statement_timeout=0 -c lock_timeout=0' : '-c jit=off',
      statement_timeout: statementTimeoutMs,
      // In a network that drops everything, nothing else would end the wait.
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
    const message = `PostgreSQL cannot be used: ${reason}; check the server, the user and the password in ${setting}`;
    throw new RollcallError('UNAVAILABLE', message, { cause, retry_after: 5 });
  });
  return source;
}

/** How many connections of the pool are in use, and who waits for one. */
export function poolStateOf(source: DataSource): { busy: number; idle: number; waiting: number } {
  // The driver of TypeORM has the pool of `pg`, and no name for it in its types.
  const { master } = source.driver as unknown as { master?: Pool };
  if (!master) return { busy: 0, idle: 0, waiting: 0 };
  const { totalCount, idleCount, waitingCount } = master;
  return { busy: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
}

/**
 * Gives up the connection of a runner instead of returning it to the pool. It is broken, or waits for an answer that
 * nobody wants any more, and its next user would have to wait behind that. A runner without a connection stays as it is.
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
  /** Closes the connection, however broken it is. It never throws. */
  close(): Promise<void>;
}

/** Opens a connection to the primary that receives notifications. A statement fails when it is not answered within `answerMs`. */
export async function connectPostgres(
  url: string,
  options: { answerMs: number; onNotification: (payload: string) => void; onLost: () => void },
): Promise<PostgresConnection> {
  const { connectToPrimary } = await import('./primary-pool.js');
  const client = await connectToPrimary(url, {
    application_name: APPLICATION_NAME,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: options.answerMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: TCP_KEEP_ALIVE_MS,
  });
  client.on('notification', ({ payload }) => options.onNotification(payload ?? ''));
  client.on('error', options.onLost);
  return {
    query: (text, values) => client.query(text, values),
    // The other side may never answer the close handshake.
    close: () => Promise.race([client.end().catch(() => undefined), delay(CLOSE_TIMEOUT_MS)]),
  };
}
