import { describeOnEveryDialect } from '@rollcall/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { type DatabaseAddress, parseDatabaseUrl } from '../../src/database/database-address.js';
import { MIGRATIONS } from '../../src/database/migrations/index.js';
import { migrateDatabase } from '../../src/database/open-database.js';
import type { ProductMigration } from '../../src/database/product-migrations.js';
import { openDirectory } from '../../src/directory.js';
import { TABLES } from '../../src/tables.js';
import { refusal, SERVER } from '../support/test-directory.js';

/** What a later version might bring along: more of everything, and nothing that this one has is taken away. */
const LATER: ProductMigration[] = TABLES.map(({ name }, index) => ({
  timestamp: Date.UTC(2100, 0, 1) + index,
  name: `Later-${name.replaceAll('_', '-')}`,
  up: async (run, { text, integer }) => {
    await run(`ALTER TABLE ${name} ADD COLUMN later_text ${text}`);
    await run(`ALTER TABLE ${name} ADD COLUMN later_number ${integer} NOT NULL DEFAULT 7`);
    await run(`CREATE TABLE later_${name} (id ${text} PRIMARY KEY NOT NULL)`);
    await run(`CREATE INDEX later_${name}_index ON ${name} (later_number)`);
  },
}));

describeOnEveryDialect('the schema', engine => {
  let databaseUrl: string;
  let address: DatabaseAddress;

  beforeEach(async () => {
    databaseUrl = await engine.freshUrl();
    address = parseDatabaseUrl(databaseUrl);
  });

  it('may be of a later version: an earlier one goes on with it', async () => {
    await migrateDatabase(address, [{ name: 'later', migrations: LATER }]);
    const directory = await openDirectory({ databaseUrl, runTasks: false });
    await directory.users.upsert(SERVER, [{ id: 'jane', name: 'Jane' }]);
    await directory.users.upsert(SERVER, [{ id: 'jane', name: 'Jane Doe' }]);
    expect((await directory.users.find(['jane']))[0]).toMatchObject({ name: 'Jane Doe', revision: 2 });
    await directory.close();
  });

  describe('of who migrates apart', () => {
    it('is required: a directory refuses a database that lacks something, names it, and writes nothing', async () => {
      const error = await refusal(openDirectory({ databaseUrl, migrate: false }));
      expect(error).toMatchObject({ code: 'UNAVAILABLE', unrecoverable: true });
      for (const { name } of MIGRATIONS.map(Migration => new Migration())) {
        expect(error.message).toContain(name);
      }
      expect(error.message).toContain('rollcall migrate');
      expect(await migrateDatabase(address)).toHaveLength(MIGRATIONS.length);
    });

    it('lets a directory open once it is up to date', async () => {
      await migrateDatabase(address);
      const directory = await openDirectory({ databaseUrl, migrate: false, runTasks: false });
      expect(await directory.events.position()).toMatchObject({ seq: 0 });
      await directory.close();
    });
  });
});
