import { createRequire } from 'node:module';
import type { Database } from 'sqlite3';

const sqlite3 = createRequire(import.meta.url)('sqlite3') as typeof import('sqlite3');

type Failed = (error: Error) => void;

/**
 * `sqlite3` in the form of React Native's driver, the only one of TypeORM 1.x that takes any object that runs statements.
 * A statement answers its rows; nobody asks how many rows it has changed.
 */
export const sqlite3Adapter = {
  openDatabase(
    { name, flags }: { name: string; flags: number },
    opened: (connection: Connection) => void,
    failed: Failed,
  ) {
    const database = new sqlite3.Database(name, flags, error => {
      if (error) failed(error);
      else opened(new Connection(database));
    });
  },
};

class Connection {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  executeSql(text: string, values: unknown[], answered: (answer: unknown) => void, failed: Failed): void {
    this.#database.all(text, values, (error, rows) => {
      if (error) failed(error);
      else answered({ rows: { length: rows.length, item: (at: number) => rows[at] } });
    });
  }

  /** What is used of the driver without TypeORM. */
  prepare(text: string, prepared: (error: Error | null) => void): unknown {
    return this.#database.prepare(text, prepared);
  }

  exec(text: string, done: (error: Error | null) => void): void {
    this.#database.exec(text, done);
  }

  /** Ends the statements that run. */
  interrupt(): void {
    this.#database.interrupt();
  }

  close(closed: () => void, failed: Failed): void {
    this.#database.close(error => (error ? failed(error) : closed()));
  }
}
