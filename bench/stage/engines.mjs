/**
 * The three engines, as the rows about writing need them: two equal, migrated databases, of which the product takes one and
 * the raw driver the other, and a way to read from the first what the second is to write.
 */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@rollcall/testing';
import Database from 'better-sqlite3';
import pg from 'pg';
import { openRawBetterSqlite3 } from '../limits/raw-better-sqlite3.mjs';
import { openRawPostgres } from '../limits/raw-postgres.mjs';
import { openRawSqlite3, openSqlite3 } from '../limits/raw-sqlite3.mjs';
import { startServer } from './servers.mjs';

const folders = [];
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A temporary folder, which goes when the benchmark ends. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
  folders.push(folder);
  return folder;
}

/** Starting a server once is how a database comes to its tables. */
async function migrate(url) {
  const server = await startServer(url);
  await server.stop();
}

const USERS_OF = 'SELECT * FROM users WHERE id IN';
const EVENTS_AFTER =
  'SELECT type, at, actor_type, actor_id, user_id, data FROM events WHERE seq > ? ORDER BY seq';

async function embedded({ scheme, openRaw, openReader }) {
  const folder = temporaryFolder();
  const file = join(folder, 'stack.sqlite');
  const rawFile = join(folder, 'raw.sqlite');
  await migrate(`${scheme}:${file}`);
  copyFileSync(file, rawFile);
  return {
    url: `${scheme}:${file}`,
    openRaw: () => openRaw(rawFile),
    /** The users with these ids, in this order. */
    usersOf: async ids => {
      const reader = await openReader(file);
      const found = await reader.all(`${USERS_OF} (SELECT value FROM json_each(?))`, [JSON.stringify(ids)]);
      await reader.close();
      return inOrder(found, ids);
    },
    /** The events after a position. */
    eventsAfter: async seq => {
      const reader = await openReader(file);
      const events = await reader.all(EVENTS_AFTER, [seq]);
      await reader.close();
      return events;
    },
    lastSeq: async () => {
      const reader = await openReader(file);
      const [stream] = await reader.all('SELECT last_seq FROM event_stream', []);
      await reader.close();
      return stream.last_seq;
    },
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

function inOrder(rows, ids) {
  const byId = new Map(rows.map(row => [row.id, row]));
  return ids.map(id => byId.get(id));
}

function openBetterReader(file) {
  const database = new Database(file, { readonly: true });
  return {
    all: (text, parameters) => database.prepare(text).all(...parameters),
    close: () => database.close(),
  };
}

async function postgres() {
  const server = await startPostgres();
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  const urlOf = name => Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
  await admin.query('CREATE DATABASE stack');
  await migrate(urlOf('stack'));
  await admin.query('CREATE DATABASE raw TEMPLATE stack');
  const reader = new pg.Client({ connectionString: urlOf('stack') });
  await reader.connect();
  return {
    url: urlOf('stack'),
    openRaw: () => openRawPostgres(urlOf('raw')),
    usersOf: async ids =>
      inOrder((await reader.query('SELECT * FROM users WHERE id = ANY ($1)', [ids])).rows, ids),
    eventsAfter: async seq => (await reader.query(EVENTS_AFTER.replace('?', '$1'), [seq])).rows,
    lastSeq: async () => Number((await reader.query('SELECT last_seq FROM event_stream')).rows[0].last_seq),
    close: async () => {
      await reader.end();
      await admin.end();
      await server.stop();
    },
  };
}

/** How each engine comes to be. */
export const ENGINES = {
  sqlite3: () => embedded({ scheme: 'sqlite', openRaw: openRawSqlite3, openReader: openSqlite3 }),
  'better-sqlite3': () =>
    embedded({ scheme: 'better-sqlite3', openRaw: openRawBetterSqlite3, openReader: openBetterReader }),
  postgres,
};
