/** How the drivers of embedded files run statements without TypeORM, on a connection that it has opened. */
import type { DataSource } from 'typeorm';
import type { PreparedStatement, Rows } from './prepared-statements.js';

/** A connection of `sqlite3`, as far as it is used without TypeORM. Statements run in the order in which they are given. */
interface AsynchronousConnection {
  prepare(text: string, prepared: (error: Error | null) => void): AsynchronousStatement;
}

interface AsynchronousStatement {
  all(values: readonly unknown[], answered: (error: Error | null, rows: Rows) => void): void;
  finalize(done: () => void): void;
}

/** A connection of `better-sqlite3`, as far as it is used without TypeORM. */
interface SynchronousConnection {
  prepare(text: string): {
    /** Whether it gives rows. */
    reader: boolean;
    all(...values: readonly unknown[]): Rows;
    run(...values: readonly unknown[]): unknown;
  };
}

/** Prepares statements by the driver's own means: TypeORM prepares each again whenever it runs. */
export function preparingOn(source: DataSource): (text: string) => Promise<PreparedStatement> {
  const { databaseConnection } = source.driver as { databaseConnection?: unknown };
  if (source.options.type === 'better-sqlite3') {
    const connection = databaseConnection as SynchronousConnection;
    return async text => {
      const statement = connection.prepare(text);
      return {
        run: async values => {
          if (statement.reader) return statement.all(...values);
          statement.run(...values);
          return [];
        },
        finalise: async () => undefined,
      };
    };
  }
  const connection = databaseConnection as AsynchronousConnection;
  return text =>
    new Promise((resolve, reject) => {
      const statement = connection.prepare(text, failure => {
        if (failure) return reject(failure);
        resolve({
          run: values =>
            new Promise((answer, fail) => {
              statement.all(values, (error, rows) => (error ? fail(error) : answer(rows)));
            }),
          finalise: () => new Promise(done => statement.finalize(done)),
        });
      });
    });
}
