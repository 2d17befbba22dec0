/** `better-sqlite3` without anything above it: prepared statements, one transaction a batch, synchronous=FULL. */
import Database from 'better-sqlite3';
import { PRAGMAS } from './raw-sqlite3.mjs';
import { eventCells, eventsStatement, usersStatement } from './raw-statements.mjs';

/** Writes batches of users with their events as fast as the driver can. */
export function openRawBetterSqlite3(file) {
  const database = new Database(file);
  for (const pragma of PRAGMAS) database.pragma(pragma);
  let seq = database.prepare('SELECT last_seq FROM event_stream').get().last_seq;
  const statements = new Map();
  const prepared = text => {
    if (!statements.has(text)) statements.set(text, database.prepare(text));
    return statements.get(text);
  };
  const place = () => '?';
  const write = database.transaction(({ users, events, update }) => {
    const rows = users.length;
    const columns = Object.keys(users[0]);
    const cells = users.flatMap(user => Object.values(user));
    prepared(usersStatement({ columns, rows, update, place })).run(cells);
    prepared('UPDATE event_stream SET last_seq = last_seq + ?').run(rows);
    prepared(eventsStatement({ rows, place })).run(eventCells(events, seq + 1));
  });
  return {
    width: 1,
    write: async batch => {
      write.immediate(batch);
      seq += batch.users.length;
    },
    close: async () => {
      database.close();
    },
  };
}
