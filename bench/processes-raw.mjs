/**
 * The physical limit that processes are compared with. The raw driver writes and reads the same tables and rows, with
 * the fewest statements that keep the promise of the log: the counter row comes last, so positions follow the order of
 * commits.
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';

const BATCH = 100;
const CITIES = 100;
const now = () => performance.now();
const random = below => Math.floor(Math.random() * below);

/** Appends to the log, as the last statement of a transaction. */
const APPEND = `WITH counter AS (UPDATE event_stream SET last_seq = last_seq + $1 WHERE id = 1 RETURNING last_seq)
  INSERT INTO events (seq, type, at, actor_type, user_id, data)
  SELECT counter.last_seq - $1 + row_number() OVER (), 'user.updated', $2, 'server', given.id, given.data
  FROM counter, unnest($3::text[], $4::text[]) AS given(id, data)`;

const KINDS = {
  single: {
    worth: 1,
    run: async (client, { users }) => {
      const id = `user-${random(users)}`;
      await client.query('BEGIN');
      await client.query(
        'UPDATE users SET custom = custom || $2, updated_at = $3, revision = revision + 1 WHERE id = $1',
        [id, { change: randomUUID() }, Date.now()],
      );
      await client.query(APPEND, [1, Date.now(), [id], [DATA]]);
      await client.query('COMMIT');
    },
  },
  bulk: {
    worth: BATCH,
    run: async (client, { model }) => {
      const rows = Array.from({ length: BATCH }, () => ({ ...model, id: `raw-${randomUUID()}` }));
      const ids = rows.map(row => row.id);
      await client.query('BEGIN');
      await client.query('INSERT INTO users SELECT * FROM jsonb_populate_recordset(NULL::users, $1)', [
        JSON.stringify(rows),
      ]);
      await client.query(APPEND, [BATCH, Date.now(), ids, ids.map(() => DATA)]);
      await client.query('COMMIT');
    },
  },
  get: {
    worth: 1,
    run: (client, { users }) => client.query('SELECT * FROM users WHERE id = $1', [`user-${random(users)}`]),
  },
  query: {
    worth: 1,
    run: client =>
      client.query(
        "SELECT * FROM users WHERE custom->>'city' = $1 ORDER BY created_at DESC, id DESC LIMIT 30",
        [`city-${random(CITIES)}`],
      ),
  },
};

/** About as long as the text of a real event. */
const DATA = JSON.stringify({ changes: { change: 'x'.repeat(40) }, user: 'x'.repeat(500) });

/**
 * Runs one kind of call over `connections`, half of them in each of the two load processes. @returns how much was done.
 */
export async function runRaw({ kind, url, connections, users, seconds }) {
  const pool = new pg.Pool({ connectionString: url, max: connections / 2 });
  const { rows } = await pool.query("SELECT to_jsonb(users) AS model FROM users WHERE id = 'user-0'");
  const { run, worth } = KINDS[kind];
  let done = 0;
  const end = now() + seconds * 1000;
  const loop = async () => {
    const client = await pool.connect();
    while (now() < end) {
      await run(client, { users, model: rows[0].model });
      if (now() < end) done += worth;
    }
    client.release();
  };
  await Promise.all(Array.from({ length: connections / 2 }, loop));
  await pool.end();
  return done;
}
