/** A read-only connection to an embedded file. */
export interface SqliteReader {
  query(text: string, values: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Ends the statements that run, with an error. It does nothing when none runs. */
  interrupt(): void;
  /** Whether to interrupt it costs the connection. */
  readonly interruptEnds: boolean;
  close(): Promise<void>;
}

/** Runs a statement inside of a read. */
export type RunStatement = SqliteReader['query'];
