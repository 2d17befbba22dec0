/** `pg` without anything above it: eight connections, prepared statements, one transaction a batch. */
import pg from 'pg';
import { eventCells, eventsStatement, usersStatement } from './raw-statements.mjs';

/** As many as the product has batches under way. */
const CONNECTIONS = 8;

/** Writes batches of users with their events as fast as the driver can. */
export async function openRawPostgres(url) {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  const place = number => `$${number}`;
  return {
    width: CONNECTIONS,
    write: async ({ users, events, update }) => {
      const rows = users.length;
      const columns = Object.keys(users[0]);
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        await client.query({
          name: `users-${rows}-${update}`,
          text: usersStatement({ columns, rows, update, place }),
          values: users.flatMap(user => Object.values(user).map(asParameter)),
        });
        const counted = await client.query(
          'UPDATE event_stream SET last_seq = last_seq + $1 WHERE id = 1 RETURNING last_seq',
          [rows],
        );
        const first = Number(counted.rows[0].last_seq) - rows + 1;
        await client.query({
          name: `events-${rows}`,
          text: eventsStatement({ rows, place }),
          values: eventCells(events, first),
        });
        await client.query('COMMIT');
      } finally {
        client.release();
      }
    },
    close: () => pool.end(),
  };
}

/** The driver makes an array of PostgreSQL out of a list, and these columns hold JSON. */
const asParameter = value => (value !== null && typeof value === 'object' ? JSON.stringify(value) : value);
