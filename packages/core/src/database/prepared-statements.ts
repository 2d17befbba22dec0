/** The rows of a statement; none of one that gives none. */
export type Rows = Record<string, unknown>[];

/** A statement that a driver has prepared on one connection. */
export interface PreparedStatement {
  run(values: readonly unknown[]): Promise<Rows>;
  /** Lets go of it. A connection cannot be closed before that. It never throws. */
  finalise(): Promise<void>;
}

/**
 * How many statements a connection keeps. What writes and looks up is a closed set of texts, so all of it fits. The texts of
 * queries are as many as their callers make them.
 */
const MOST_KEPT = 200;

/** What SQLite takes to be running until it is let go of, so that a connection would keep its view of the data. */
const RUNS_ON = /^\s*EXPLAIN\b/i;

/**
 * Statements of one connection, prepared once and run again and again. To prepare a statement at every run took a
 * server that writes a fifth of its time. Of too many statements the one that was not used for longest
 * is let go.
 */
export class PreparedStatements {
  readonly #prepare: (text: string) => Promise<PreparedStatement>;
  readonly #mostKept: number;
  /** By text; the one that was used last is the last one. */
  readonly #kept = new Map<string, Promise<PreparedStatement>>();

  constructor(prepare: (text: string) => Promise<PreparedStatement>, mostKept: number = MOST_KEPT) {
    this.#prepare = prepare;
    this.#mostKept = mostKept;
  }

  /** Runs a statement. One that fails is prepared again when it comes again. */
  async run(text: string, values: readonly unknown[] = []): Promise<Rows> {
    const statement = this.#take(text);
    try {
      const rows = await (await statement).run(values);
      if (RUNS_ON.test(text)) this.#letGo(text, statement);
      return rows;
    } catch (error) {
      if (this.#kept.get(text) === statement) this.#letGo(text, statement);
      throw error;
    }
  }

  /** Lets go of all statements, so that the connection can be closed. */
  async finalise(): Promise<void> {
    const kept = [...this.#kept.values()];
    this.#kept.clear();
    await Promise.all(kept.map(letGo));
  }

  #take(text: string): Promise<PreparedStatement> {
    const known = this.#kept.get(text);
    const statement = known ?? this.#prepare(text);
    this.#kept.delete(text);
    this.#kept.set(text, statement);
    const [oldest] = this.#kept;
    if (oldest && this.#kept.size > this.#mostKept) this.#letGo(...oldest);
    return statement;
  }

  #letGo(text: string, statement: Promise<PreparedStatement>): void {
    this.#kept.delete(text);
    // The driver does it after the runs of the statement that are under way.
    void letGo(statement);
  }
}

/** It never throws: there is nothing to let go of where a statement could not be prepared. */
async function letGo(statement: Promise<PreparedStatement>): Promise<void> {
  await statement.then(
    prepared => prepared.finalise(),
    () => undefined,
  );
}
