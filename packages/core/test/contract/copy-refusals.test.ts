import { execFileSync } from 'node:child_process';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freshDatabaseUrl, openSql, temporaryFolder } from '@rollcall/testing';
import sql from 'sql-template-tag';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CopyOptions, copyInstallation } from '../../src/copy/copy-installation.js';
import { COPY_LOCK, CopyTarget } from '../../src/copy/copy-target.js';
import { openDirectory } from '../../src/directory.js';
import {
  dumpAtRest,
  dumpOf,
  holdAsServer,
  openWithBookmarks,
  populatedInstallation,
} from '../support/copy/copy-fixture.js';
import { StoredData } from '../support/life-cycle/stored-data.js';
import { bookmarks } from '../support/products/bookmarks-fixture.js';
import { refusal, SERVER } from '../support/test-directory.js';
import { until } from '../support/until.js';

/** A program that ends the connection of a copy to the database of its argument, and waits until it is gone. */
const CUT = `
  import pg from 'pg';
  const client = new pg.Client(process.argv[1]);
  await client.connect();
  const { rowCount } = await client.query(
    "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE application_name = 'rollcall copy' AND datname = current_database()",
  );
  await client.end();
  if (rowCount !== 1) throw new Error('no copy is connected');
`;

let populated: string;
let from: string;
let to: string;

beforeAll(async () => {
  populated = (await populatedInstallation('sqlite3')).slice('sqlite:'.length);
});

beforeEach(async () => {
  const file = join(await temporaryFolder(), 'rollcall.sqlite');
  await copyFile(populated, file);
  from = `sqlite:${file}`;
  to = await freshDatabaseUrl('postgres');
});

const copy = (options: Partial<CopyOptions> = {}) =>
  copyInstallation({ from, to, products: [bookmarks], ...options });

/** Runs one statement on a database that nobody has open. */
async function run(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const stored = await StoredData.open(url);
  try {
    return await stored.run(statement);
  } finally {
    await stored.close();
  }
}

const tablesOf = (url: string) =>
  run(url, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'");

it.each([
  ['a source that is PostgreSQL', { from: 'postgres://localhost/a' }, 'from', 'sqlite:<file>'],
  ['a target that is a file', { to: 'sqlite:./a.sqlite' }, 'to', 'postgres://'],
  ['a source that is not there', { from: 'sqlite:/no/such/file' }, 'from', 'no file /no/such/file'],
])('refuses %s', async (_what, options, field, says) => {
  const error = await refusal(copy(options));
  expect(error).toMatchObject({ code: 'INPUT_INVALID', field });
  expect(error.message).toContain(says);
  expect(await tablesOf(to)).toEqual([]);
});

it('refuses a file that is no database, and one that is not of Rollcall', async () => {
  const file = join(await temporaryFolder(), 'text');
  await writeFile(
    file,
    'something else altogether, and long enough to have a header, which it does not have',
  );
  expect((await refusal(copy({ from: `sqlite:${file}` }))).message).toContain('is not a database');
  await run(`sqlite:${file}-2`, 'CREATE TABLE a (b)');
  expect((await refusal(copy({ from: `sqlite:${file}-2` }))).message).toContain(
    'is not a database of Rollcall',
  );
  expect(await tablesOf(to)).toEqual([]);
});

it('refuses a source that has not run all migrations, or some that nobody knows', async () => {
  expect((await refusal(copy({ products: [] }))).message).toContain('ROLLCALL_PRODUCTS');
  await run(from, "DELETE FROM migrations WHERE name LIKE 'Copy%'");
  const error = await refusal(copy());
  expect(error.message).toContain('has not run the migrations Copy0000000000008');
  expect(error.message).toContain('rollcall migrate');
  expect(await tablesOf(to)).toEqual([]);
});

it('refuses a target that holds an installation, and leaves it as it is', async () => {
  const other = await openDirectory({ databaseUrl: to });
  await other.users.upsert(SERVER, [{ id: 'own' }]);
  await other.close();
  const before = await dumpOf(to);
  const error = await refusal(copy());
  expect(error).toMatchObject({ code: 'INPUT_INVALID', field: 'to' });
  expect(error.message).toContain('has rows');
  expect(await dumpOf(to)).toEqual(before);
});

it('refuses a target where only a setting was changed, but takes one that was only migrated', async () => {
  await (await openWithBookmarks(to)).close();
  const other = await freshDatabaseUrl('postgres');
  const changed = await openWithBookmarks(other);
  await changed.settings.update(SERVER, { multi_tenant_enabled: true });
  await changed.close();
  expect((await refusal(copy({ to: other }))).message).toContain('"app_settings" has rows');
  expect((await copy()).finished).toBe(true);
});

it('refuses a target with tables of somebody else under our names', async () => {
  await run(to, 'CREATE TABLE users (a integer)');
  await run(to, 'INSERT INTO users VALUES (1)');
  expect((await refusal(copy())).message).toContain('"users" has rows');
  expect(await tablesOf(to)).toEqual([{ table_name: 'users' }]);
});

it('refuses a target while a server is connected to it, though it has done nothing yet', async () => {
  const server = await openWithBookmarks(to);
  const error = await refusal(copy());
  expect(error).toMatchObject({ code: 'UNAVAILABLE', unrecoverable: true });
  expect(error.message).toContain('a Rollcall server is connected');
  await server.close();
  expect((await copy()).finished).toBe(true);
});

it('refuses a second copy to the same target at the same time, and a copy of another source', async () => {
  const server = await holdAsServer(from);
  const controller = new AbortController();
  let second: Promise<Error> | undefined;
  await copy({
    signal: controller.signal,
    onProgress: ({ stage }) => {
      if (stage === 'waiting') second ??= refusal(copy()).finally(() => controller.abort());
    },
  });
  await server.release();
  expect(await second).toMatchObject({ code: 'UNAVAILABLE', unrecoverable: true });
  expect((await second)?.message).toContain('another copy to this database is running, or was cut off');

  const half = await freshDatabaseUrl('postgres');
  const interrupt = new AbortController();
  await copy({ to: half, signal: interrupt.signal, onProgress: () => interrupt.abort() });
  const other = await freshDatabaseUrl('sqlite3');
  await (await openWithBookmarks(other)).close();
  const error = await refusal(copy({ from: other, to: half }));
  expect(error.message).toContain('an unfinished copy of another source');
});

it('names a table that nobody brings along, and copies without it when told to', async () => {
  await run(from, 'CREATE TABLE leftover (id text PRIMARY KEY, b text)');
  const error = await refusal(copy());
  expect(error).toMatchObject({ code: 'INPUT_INVALID', field: 'from' });
  expect(error.message).toContain('leftover');
  expect(await run(to, 'SELECT id FROM users')).toEqual([]);
  await (await openWithBookmarks(to)).close();
  expect((await refusal(copy({ leaveOut: ['users'] }))).message).toContain('cannot be left out');
  expect((await refusal(copy({ leaveOut: ['nothing'] }))).message).toContain('no table "nothing"');
  const { finished, tables } = await copy({ leaveOut: ['leftover'] });
  expect(finished).toBe(true);
  expect(tables.map(({ name }) => name)).not.toContain('leftover');
});

it('names the table that has other columns than the target', async () => {
  await run(from, 'ALTER TABLE bookmarks ADD COLUMN colour text');
  expect((await refusal(copy())).message).toContain(
    'the table "bookmarks" has different columns on the two sides: colour',
  );
});

it.each([
  [
    'a NUL in a text',
    "UPDATE bookmarks SET note = 'a' || char(0) || 'b' WHERE id = 'user-1-2000'",
    'bookmarks',
    '"user-1-2000"',
  ],
  [
    'half a character',
    `UPDATE users SET custom = '{"a":"\\ud800"}' WHERE id = 'user-20'`,
    'users',
    '"user-20"',
  ],
  [
    'a text where a number stands',
    "UPDATE bookmarks SET created_at = 'soon' WHERE id = 'user-1-7'",
    'bookmarks',
    '"user-1-7"',
  ],
  ['no JSON', "UPDATE users SET teams = '{' WHERE id = 'user-21'", 'users', '"user-21"'],
])('names the row that PostgreSQL does not take: %s', async (_what, statement, table, key) => {
  await run(from, statement);
  const error = await refusal(copy());
  expect(error).toMatchObject({ code: 'INPUT_INVALID', field: 'from' });
  expect(error.message).toContain(`row of the table "${table}" with the key ${key}`);
  await run(
    from,
    statement.replace(
      /SET (\w+) = .* WHERE/,
      (_, column) => `SET ${column} = ${column === 'created_at' ? 7 : "'{}'"} WHERE`,
    ),
  );
  expect((await copy()).finished).toBe(true);
  expect(await dumpOf(to)).toEqual(await dumpAtRest(from));
});

describe('a copy whose PostgreSQL is lost', () => {
  /** The copy says so, a second run goes on at once, and everything is there. */
  async function saysSoAndGoesOn(lost: Promise<Error>, mend: () => Promise<unknown> = async () => undefined) {
    const error = await lost;
    expect(error).toMatchObject({ code: 'UNAVAILABLE' });
    expect(error.message).toContain('continues where it stopped');
    await mend();
    expect((await copy()).finished).toBe(true);
    expect(await dumpOf(to)).toEqual(await dumpAtRest(from));
  }

  it('within a statement says so, and goes on the next time', async () => {
    await (await openWithBookmarks(to)).close();
    await run(
      to,
      `CREATE FUNCTION end_connection() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'`,
    );
    await run(to, 'CREATE TRIGGER cut AFTER INSERT ON messages EXECUTE FUNCTION end_connection()');
    await saysSoAndGoesOn(refusal(copy()), () => run(to, 'DROP TRIGGER cut ON messages'));
  });

  it('between two statements says so, and goes on the next time', async () => {
    let isCut = false;
    const onProgress: CopyOptions['onProgress'] = ({ table }) => {
      if (table !== 'messages' || isCut) return;
      isCut = true;
      // Nothing else happens in this process until the connection is gone.
      execFileSync(process.execPath, ['--input-type=module', '-e', CUT, to]);
    };
    await saysSoAndGoesOn(refusal(copy({ onProgress })));
    expect(isCut).toBe(true);
  });

  it('is not in the way of the next one while PostgreSQL still ends its connection', async () => {
    const lost = await openSql(to);
    await lost.query('SELECT pg_advisory_lock($1)', [COPY_LOCK]);
    const next = copy();
    await until('the next one has met the lock', async () => {
      const looks = await lost.query(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_try_advisory_lock%' AND pid <> pg_backend_pid()",
      );
      return looks.length > 0;
    });
    await lost.close();
    expect((await next).finished).toBe(true);
  });

  it('is ended by PostgreSQL soon after the network swallows everything', async () => {
    const target = await CopyTarget.open(to);
    const [row] = await target.query(
      sql`SELECT current_setting('tcp_keepalives_idle') AS idle,
        current_setting('tcp_keepalives_interval') AS interval, current_setting('tcp_keepalives_count') AS count`,
    );
    expect(row).toEqual({ idle: '10', interval: '5', count: '3' });
    await target.close();
  });
});

it('says what is wrong when PostgreSQL cannot be reached', async () => {
  const error = await refusal(copy({ to: 'postgres://postgres@127.0.0.1:1/none' }));
  expect(error).toMatchObject({ code: 'UNAVAILABLE' });
  expect(error.message).toContain('ECONNREFUSED');
});
