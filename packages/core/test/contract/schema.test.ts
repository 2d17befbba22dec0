import { USER_FIELDS } from '@rollcall/protocol';
import { describeOnEveryDialect } from '@rollcall/testing';
import { expect, it } from 'vitest';
import { parseDatabaseUrl } from '../../src/database/database-address.js';
import { dialectOf } from '../../src/database/dialect.js';
import { MIGRATIONS } from '../../src/database/migrations/index.js';
import { migrateDatabase } from '../../src/database/open-database.js';
import { openPostgres } from '../../src/database/postgres-sources.js';
import { openSqlite } from '../../src/database/sqlite-sources.js';
import { toEntitySchema } from '../../src/database/table.js';
import { TABLES } from '../../src/tables.js';

/** The first two columns of every index of the users that has no condition, joined by a comma. */
const INDEXES = {
  sqlite: `SELECT group_concat(indexed.name) AS columns FROM pragma_index_list('users') AS list
    JOIN pragma_index_info(list.name) AS indexed WHERE NOT list.partial AND indexed.seqno < 2 GROUP BY list.name`,
  postgres: `SELECT string_agg(attname, ',' ORDER BY array_position(indkey::int[], attnum::int)) AS columns
    FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum IN (indkey[0], indkey[1])
    WHERE indrelid = 'users'::regclass AND indpred IS NULL GROUP BY indexrelid`,
};

describeOnEveryDialect('the schema', engine => {
  it('that the migrations made is the one that the tables describe', async () => {
    const address = parseDatabaseUrl(await engine.freshUrl());
    await migrateDatabase(address);
    const entities = TABLES.map(table => toEntitySchema(table, dialectOf(address.engine)));
    const source =
      address.engine === 'postgres'
        ? await openPostgres(address.url, { poolSize: 1, statementTimeoutMs: 0 }, entities)
        : await openSqlite(address, 'writer', entities);
    try {
      const { upQueries } = await source.driver.createSchemaBuilder().log();
      // Indexes and checks are known to the migrations only, and some indexes to the setting `indexed_custom_fields`.
      const unmapped = /^DROP INDEX|DROP CONSTRAINT "event_stream_id_check"$/;
      const differences = upQueries.map(({ query }) => query).filter(query => !unmapped.test(query));
      expect(differences).toEqual([]);
    } finally {
      await source.destroy();
    }
  });

  it('has an index for each field of a user that the table of fields calls indexed', async () => {
    const address = parseDatabaseUrl(await engine.migratedUrl());
    const source =
      address.engine === 'postgres'
        ? await openPostgres(address.url, { poolSize: 1, statementTimeoutMs: 0 }, [])
        : await openSqlite(address, 'writer', []);
    try {
      const rows = (await source.query(INDEXES[address.engine === 'postgres' ? 'postgres' : 'sqlite'])) as {
        columns: string;
      }[];
      const indexed = Object.entries(USER_FIELDS).flatMap(([field, row]) =>
        'indexed' in row ? [field === 'id' ? 'id' : `${field},id`] : [],
      );
      expect(rows.map(row => row.columns)).toEqual(expect.arrayContaining(indexed));
    } finally {
      await source.destroy();
    }
  });

  it('is brought up to date once: a second run does nothing', async () => {
    const address = parseDatabaseUrl(await engine.freshUrl());
    expect(await migrateDatabase(address)).toHaveLength(MIGRATIONS.length);
    expect(await migrateDatabase(address)).toEqual([]);
  });
});
