import { RollcallError } from '@rollcall/protocol';

/** What a failed statement means for the transaction and for the caller. */
export type StorageFailure =
  /** A rule of the database refused it, or the statement is wrong: a bug of ours. */
  | 'fault'
  /** Another transaction was in the way: run the transaction again from the start. */
  | 'conflict'
  /** The storage cannot do it now: full disk, input/output error, lost connection. */
  | 'unavailable';

/** SQLite's primary result codes (sqlite.org/rescode.html) after which the connection cannot be trusted. */
const SQLITE_UNAVAILABLE = /SQLITE_(FULL|IOERR|CORRUPT|NOTADB|CANTOPEN|NOMEM|READONLY|BUSY|LOCKED|PROTOCOL)/;

/** PostgreSQL's error codes (postgresql.org/docs/current/errcodes-appendix.html). */
const POSTGRES_CONFLICT = new Set(['40001', '40P01', '55P03', '23505']);
/** 25006 means a read-only server; 25P03 ends a transaction that was idle for too long. */
const POSTGRES_UNAVAILABLE = /^(08|53|57|58|25006|25P03|XX001|XX002)/;

/**
 * Signs of a lost connection: the codes of Node, what the driver says when no answer comes, what the pool says when no
 * connection becomes free, what TypeORM says when a connection broke between two statements, and the end of a reader's
 * process.
 */
const CONNECTION_LOST =
  /ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|Connection terminated|Query read timeout|Query runner already released|timeout exceeded when trying to connect|Driver not Connected|server closed the connection|Client has encountered a connection error|not queryable|the reader process ended/i;

/** Classifies an error that a driver threw. */
export function classifyStorageError(error: unknown): StorageFailure {
  const { code, message } = describe(error);
  if (POSTGRES_CONFLICT.has(code)) return 'conflict';
  if (/^[0-9A-Z]{5}$/.test(code) && POSTGRES_UNAVAILABLE.test(code)) return 'unavailable';
  if (SQLITE_UNAVAILABLE.test(code) || SQLITE_UNAVAILABLE.test(message)) return 'unavailable';
  if (CONNECTION_LOST.test(code) || CONNECTION_LOST.test(message)) return 'unavailable';
  return 'fault';
}

/** The error that a caller gets when the storage cannot do it now. The cause goes to the log only, since it may name paths. */
export function unavailable(cause: unknown): RollcallError {
  return new RollcallError(
    'UNAVAILABLE',
    'the storage cannot do this now; nothing was changed, try again later',
    {
      cause,
      retry_after: 1,
    },
  );
}

/** The error of a call that the storage does not even begin, since too much waits or it is closed. */
export function busy(reason: string): RollcallError {
  return new RollcallError('UNAVAILABLE', `${reason}; nothing was changed, try again later`, {
    retry_after: 1,
  });
}

/** Whether no connection of a pool became free in time. It says nothing of the server: others may have used them all along. */
export function isPoolBusy(error: unknown): boolean {
  return describe(error).message === 'timeout exceeded when trying to connect';
}

/** Whether the disk has no room for what was written, which does not say that it has none for less. */
export function isFull(error: unknown): boolean {
  const { code, message } = describe(error);
  return code === '53100' || /SQLITE_FULL/.test(`${code} ${message}`);
}

/** Whether PostgreSQL ended a statement before it was done: its time was over, or somebody cancelled it. */
export function isCancelled(error: unknown): boolean {
  return describe(error).code === '57014';
}

/** The error of a commit whose answer was lost: only a read can tell whether it happened. */
export function inDoubt(cause: unknown): RollcallError {
  const message =
    'the connection to the storage was lost during the commit; the change may or may not be there, so read before you repeat it';
  return new RollcallError('UNAVAILABLE', message, { cause, retry_after: 1 });
}

function describe(error: unknown): { code: string; message: string } {
  const outer = (error ?? {}) as { code?: unknown; message?: unknown; driverError?: { code?: unknown } };
  return {
    code: String(outer.driverError?.code ?? outer.code ?? ''),
    message: String(outer.message ?? ''),
  };
}
