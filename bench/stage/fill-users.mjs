/**
 * Writes users into a migrated SQLite file directly, in seconds instead of minutes, as the product would have written them:
 * the rules of the product make the rows and the events, the triggers of the database keep what hangs on them, and the
 * counter says how far the log goes. `fillUsers` does it in a process of its own, because no process may open one file with
 * two drivers.
 */
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { answerQuestions, startForked } from './forked.mjs';
import { makePerson } from './people.mjs';

const CORE = new URL('../../packages/core/dist/', import.meta.url);
const BATCH = 10_000;
/** The users came one by one in these days. Their events are younger than what the server deletes by default. */
const DAYS_MS = 20 * 24 * 3_600_000;
/** Every fifth user has been here. */
const SEEN_EVERY = 5;
const SEEN_AFTER_MS = 1000;

/** Adds `count` users to a file that no server has open. */
export async function fillUsers({ file, count }) {
  const { ask, stop } = startForked(fileURLToPath(import.meta.url), { argument: '--fill' });
  await ask({ do: 'fill', file, count });
  await stop();
}

async function fill({ file, count }) {
  const [{ replaceUser }, { DERIVED_COLUMNS }, { toUser }, { userTable }, { eventTable }, { dialectOf }] =
    await Promise.all(
      [
        'users/model/replace-user.js',
        'users/model/derived-columns.js',
        'users/model/to-user.js',
        'users/model/user-table.js',
        'events/event-tables.js',
        'database/dialect.js',
      ].map(path => import(new URL(path, CORE).href)),
    );
  const database = new Database(file);
  const dialect = dialectOf('sqlite3');
  database.pragma('synchronous = OFF');
  database.pragma('cache_size = -500000');
  // An index is made in one go afterwards, with the same text: that is many times faster than one entry at a time.
  const indexes = database
    .prepare(
      "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ('users', 'events')",
    )
    .all();
  for (const { name } of indexes) database.exec(`DROP INDEX ${name}`);

  const writerOf = table => {
    const names = table.columns.map(column => column.name);
    const statement = database.prepare(
      `INSERT INTO ${table.name} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
    );
    return row => statement.run(table.encode(row, dialect).map(asCell));
  };
  const writeUser = writerOf(userTable);
  const writeEvent = writerOf(eventTable);
  const { last_seq: before } = database.prepare('SELECT last_seq FROM event_stream').get();
  const start = Date.now() - DAYS_MS;
  const writeBatch = database.transaction((first, end) => {
    for (let number = first; number < end; number++) {
      const at = start + Math.floor((number * DAYS_MS) / count);
      const { id, custom, ...fields } = makePerson(number);
      const after = replaceUser(undefined, { id, fields, custom }, at);
      const row = { ...after, ...DERIVED_COLUMNS.name(after.name) };
      const user = toUser(row, at);
      writeEvent({
        seq: before + number + 1,
        type: 'user.created',
        at,
        actor_type: 'server',
        user_id: id,
        data: JSON.stringify({ user }),
      });
      const seen = number % SEEN_EVERY === 0 && { last_active: at + SEEN_AFTER_MS, listens_since: at };
      writeUser({ ...row, ...seen });
    }
    database.prepare('UPDATE event_stream SET last_seq = ? WHERE id = 1').run(before + end);
  });
  for (let first = 0; first < count; first += BATCH) writeBatch(first, Math.min(count, first + BATCH));
  for (const { sql } of indexes) database.exec(sql);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
}

/** As the driver takes it. */
function asCell(value) {
  return typeof value === 'boolean' ? Number(value) : value;
}

if (process.argv[2] === '--fill') answerQuestions({ fill });
