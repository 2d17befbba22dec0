import pg from 'pg';

/** One connection to a PostgreSQL server, beside those of the processes under test. */
export interface SqlConnection {
  query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** Opens a connection of a test's own: to hold a lock, to look at a table, to copy a database. */
export async function openSql(url: string): Promise<SqlConnection> {
  const client = new pg.Client({ connectionString: url, application_name: 'a test' });
  await client.connect();
  // The server may end it, which is no fault of the test.
  client.on('error', () => undefined);
  return {
    query: async (text, values = []) => (await client.query(text, values)).rows,
    close: () => client.end(),
  };
}
