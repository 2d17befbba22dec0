/** Connections beside the work of all others: `aside` of the unit of work. */

import { dialectOf } from './dialect.js';
import { openPostgres } from './postgres-sources.js';
import { onGone } from './query-deadline.js';
import { bindable, type SqliteReader } from './sqlite-reader.js';
import { classifyStorageError, unavailable } from './storage-error.js';
import type { Queryable, Statement } from './unit-of-work.js';

/**
 * A reader of an embedded file, outside of a transaction.
 * @param open opens one that can be interrupted.
 */
export async function asideOnSqlite<Result>(
  open: () => Promise<SqliteReader>,
  work: (connection: Queryable) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  const reader = await open();
  const stopListening = onGone(signal, () => reader.interrupt());
  try {
    // A reader is always in a transaction.
    await reader.query('COMMIT', []);
    const query = async ({ sql: text, values }: Statement) => {
      signal.throwIfAborted();
      return reader.query(text, values.map(bindable));
    };
    return await work({ dialect: dialectOf('sqlite3'), query });
  } finally {
    stopListening();
    await reader.close();
  }
}

/** What a connection to PostgreSQL has come to: of several servers this one, with what the environment has added. */
export interface ConnectedTo {
  /** A name, an address, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password?: string | null;
}

/**
 * A connection to PostgreSQL outside of the pool, whose statements have no limit to their time.
 * @param takesStandby whether a standby will do, for who only reads.
 */
export async function asideOnPostgres<Result>(
  url: string,
  work: (connection: Queryable, to: ConnectedTo) => Promise<Result>,
  signal: AbortSignal,
  { takesStandby = false }: { takesStandby?: boolean } = {},
): Promise<Result> {
  // The second connection is there to end what runs on the first.
  const source = await openPostgres(url, { poolSize: 2, statementTimeoutMs: 0, takesStandby }, []);
  const connection = source.createQueryRunner();
  let cancelling: Promise<unknown> | undefined;
  try {
    const client = (await connection.connect()) as ConnectedTo & { processID: number };
    const stopListening = onGone(signal, () => {
      cancelling = source.query('SELECT pg_cancel_backend($1)', [client.processID]).catch(() => undefined);
    });
    try {
      const query = async ({ text, values }: Statement) => {
        signal.throwIfAborted();
        return (await connection.query(text, values, true)).records;
      };
      return await work({ dialect: dialectOf('postgres'), query }, client);
    } finally {
      stopListening();
    }
  } catch (error) {
    throw classifyStorageError(error) === 'unavailable' ? unavailable(error) : error;
  } finally {
    await cancelling;
    await connection.release();
    await source.destroy();
  }
}
