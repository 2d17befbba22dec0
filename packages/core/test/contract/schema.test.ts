import { describeOnEveryEngine } from '@rollcall/testing';
import { expect, it } from 'vitest';
import { openPostgres, openSqlite } from '../../src/database/data-sources.js';
import { parseDatabaseUrl } from '../../src/database/database-address.js';
import { dialectOf } from '../../src/database/dialect.js';
import { MIGRATIONS } from '../../src/database/migrations/index.js';
import { migrateDatabase } from '../../src/database/open-database.js';
import { toEntitySchema } from '../../src/database/table.js';
import { TABLES } from '../../src/tables.js';

describeOnEveryEngine('the schema', engine => {
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

  it('is brought up to date once: a second run does nothing', async () => {
    const address = parseDatabaseUrl(await engine.freshUrl());
    expect(await migrateDatabase(address)).toHaveLength(MIGRATIONS.length);
    expect(await migrateDatabase(address)).toEqual([]);
  });
});
