/**
 * A read-only connection to an embedded file. It is always in a transaction. One that has not read anything yet has no view of
 * the data and holds up nothing, so a read need not wait for its beginning.
 */
export interface SqliteReader {
  query(text: string, values: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Ends the transaction and begins the next. */
  renew(): Promise<void>;
  /** Ends the statements that run, with an error. It does nothing when none runs. */
  interrupt(): void;
  /** Whether to interrupt it costs the connection. */
  readonly interruptEnds: boolean;
  close(): Promise<void>;
}

/** Runs a statement inside of a read. */
export type RunStatement = SqliteReader['query'];

/** How a reader begins its first transaction, and how it goes on to the next. */
export const BEGIN = 'BEGIN';
export const RENEW = ['ROLLBACK', BEGIN];

/** SQLite has no booleans. One of the drivers turns them into numbers by itself, the other refuses them. */
export function bindable(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : value;
}
