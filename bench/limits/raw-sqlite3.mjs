/** `sqlite3` without anything above it: prepared statements, one transaction a batch, synchronous=FULL. */
import sqlite3 from 'sqlite3';
import { eventCells, eventsStatement, usersStatement } from './raw-statements.mjs';

/** The pragmas of the product's writer. */
export const PRAGMAS = [
  'journal_mode = WAL',
  'synchronous = FULL',
  'foreign_keys = ON',
  'secure_delete = ON',
  'cache_size = -65536',
];

const call = (target, method, ...args) =>
  new Promise((resolve, reject) =>
    target[method](...args, (error, rows) => (error ? reject(error) : resolve(rows))),
  );

/** A database of the driver, with promises, and a prepared statement for each text. */
export async function openSqlite3(file) {
  const database = await new Promise((resolve, reject) => {
    const opened = new sqlite3.Database(file, error => (error ? reject(error) : resolve(opened)));
  });
  const statements = new Map();
  const prepared = text => {
    if (!statements.has(text)) statements.set(text, database.prepare(text));
    return statements.get(text);
  };
  return {
    run: (text, parameters = []) => call(prepared(text), 'run', parameters),
    all: (text, parameters = []) => call(prepared(text), 'all', parameters),
    exec: text => call(database, 'exec', text),
    close: async () => {
      for (const statement of statements.values()) await call(statement, 'finalize').catch(() => undefined);
      await call(database, 'close');
    },
  };
}

/** Writes batches of users with their events as fast as the driver can. */
export async function openRawSqlite3(file) {
  const database = await openSqlite3(file);
  for (const pragma of PRAGMAS) await database.exec(`PRAGMA ${pragma}`);
  const [stream] = await database.all('SELECT last_seq FROM event_stream');
  let seq = stream.last_seq;
  const place = () => '?';
  return {
    /** One connection has one transaction at a time. */
    width: 1,
    write: async ({ users, events, update }) => {
      const rows = users.length;
      const columns = Object.keys(users[0]);
      await database.run('BEGIN IMMEDIATE');
      await database.run(
        usersStatement({ columns, rows, update, place }),
        users.flatMap(user => Object.values(user)),
      );
      await database.run('UPDATE event_stream SET last_seq = last_seq + ?', [rows]);
      await database.run(eventsStatement({ rows, place }), eventCells(events, seq + 1));
      await database.run('COMMIT');
      seq += rows;
    },
    close: () => database.close(),
  };
}
