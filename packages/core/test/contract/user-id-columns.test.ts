import { describeOnEveryDialect } from '@rollcall/testing';
import { expect, it } from 'vitest';
import { parseDatabaseUrl } from '../../src/database/database-address.js';
import { openPostgres } from '../../src/database/postgres-sources.js';
import { openSqlite } from '../../src/database/sqlite-sources.js';
import { USER_ID_COLUMNS } from '../../src/life-cycle/user-id-columns.js';

const COLUMNS = {
  sqlite: `SELECT tables.name AS in_table, columns.name AS in_column FROM sqlite_master AS tables
    JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'`,
  postgres: `SELECT table_name AS in_table, column_name AS in_column FROM information_schema.columns
    WHERE table_schema = current_schema()`,
};

/** Names that say, or may say, that a column holds ids of users. */
const NAMES_USERS = [
  /(^|_)(user|actor|owner|heir|member|author|creator|sender|moderator|target|by)_ids?$/,
  /^(actor|owner|heir|author|creator|sender|moderator|user|member)s?$/,
  /_by$/,
];

describeOnEveryDialect('the columns that hold ids of users', engine => {
  it('are all in the list that an erasure goes by, and there are no others in it', async () => {
    const address = parseDatabaseUrl(await engine.migratedUrl());
    const source =
      address.engine === 'postgres'
        ? await openPostgres(address.url, { poolSize: 1, statementTimeoutMs: 0 }, [])
        : await openSqlite(address, 'writer', []);
    try {
      const rows = (await source.query(COLUMNS[address.engine === 'postgres' ? 'postgres' : 'sqlite'])) as {
        in_table: string;
        in_column: string;
      }[];
      const there = rows.map(row => `${row.in_table}.${row.in_column}`);
      const listed = Object.entries(USER_ID_COLUMNS).flatMap(([table, columns]) =>
        Object.keys(columns).map(column => `${table}.${column}`),
      );
      expect(listed.filter(one => !there.includes(one))).toEqual([]);
      const named = rows
        .filter(row => NAMES_USERS.some(name => name.test(row.in_column)))
        .map(row => `${row.in_table}.${row.in_column}`);
      expect(named.length).toBeGreaterThan(20);
      expect(named.filter(one => !listed.includes(one))).toEqual([]);
    } finally {
      await source.destroy();
    }
  });
});
