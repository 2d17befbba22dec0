import { describeOnEveryDialect } from '@rollcall/testing';
import { beforeEach, expect, it } from 'vitest';
import { type DatabaseAddress, parseDatabaseUrl } from '../../src/database/database-address.js';
import { MIGRATIONS } from '../../src/database/migrations/index.js';
import { migrateDatabase } from '../../src/database/open-database.js';
import type { ProductMigration } from '../../src/database/product-migrations.js';
import { bookmarks } from '../support/products/bookmarks-fixture.js';
import { refusal } from '../support/test-directory.js';

describeOnEveryDialect("the migrations of an operator's own product", engine => {
  let address: DatabaseAddress;

  beforeEach(async () => {
    address = parseDatabaseUrl(await engine.freshUrl());
  });

  const make = (name: string, timestamp: number, up: ProductMigration['up'] = async () => undefined) => ({
    name,
    timestamp,
    up,
  });

  it('run once, after all of ours, under a name that stays', async () => {
    const ran = await migrateDatabase(address, [bookmarks]);
    expect(ran).toHaveLength(MIGRATIONS.length + 1);
    expect(ran.at(-1)).toBe('bookmarks_Table1788220800000');
    expect(await migrateDatabase(address, [bookmarks])).toEqual([]);
  });

  it('run on a database that is in use already, one by one as they are added, in the order of their times', async () => {
    await migrateDatabase(address);
    const ran: string[] = [];
    const step = (name: string, day: number) =>
      make(name, Date.UTC(2026, 0, day), async () => {
        ran.push(name);
      });
    const [a, b, c] = [step('a', 3), step('b', 1), step('c', 2)];
    await migrateDatabase(address, [{ name: 'one', migrations: [a, b] }]);
    expect(ran).toEqual(['b', 'a']);
    await migrateDatabase(address, [
      { name: 'two', migrations: [c] },
      { name: 'one', migrations: [a, b] },
    ]);
    expect(ran).toEqual(['b', 'a', 'c']);
  });

  it('are known by their products: two may have one name', async () => {
    const migrations = [make('Table', Date.UTC(2026, 0, 1))];
    const names = ['one', 'two'].map(name => `${name}_Table${Date.UTC(2026, 0, 1)}`);
    const owners = ['one', 'two'].map(name => ({ name, migrations }));
    expect((await migrateDatabase(address, owners)).slice(-2)).toEqual(names);
  });

  it('do not stand in the way when their product was taken away', async () => {
    await migrateDatabase(address, [bookmarks]);
    expect(await migrateDatabase(address)).toEqual([]);
    expect(await migrateDatabase(address, [bookmarks])).toEqual([]);
  });

  it('leave nothing behind when they fail, name themselves, and run when they are mended', async () => {
    const half = make('Half', Date.UTC(2026, 0, 2), async run => {
      await run('CREATE TABLE half (id integer)');
      await run('CREATE TABLE half (id integer)');
    });
    const before = make('Before', Date.UTC(2026, 0, 1));
    const error = await refusal(migrateDatabase(address, [{ name: 'notes', migrations: [before, half] }]));
    expect(error).toMatchObject({ code: 'UNAVAILABLE', unrecoverable: true });
    expect(error.message).toContain('the migration "Half" of the product "notes" failed');
    const mended = make('Half', half.timestamp, async run => {
      await run('CREATE TABLE half (id integer)');
    });
    expect(await migrateDatabase(address, [{ name: 'notes', migrations: [before, mended] }])).toEqual([
      `notes_Half${half.timestamp}`,
    ]);
  });

  it.each([
    ['a timestamp in seconds', make('Table', 1_788_220_800)],
    ['no timestamp', make('Table', Number.NaN)],
    ['an underscore in its name', make('my_table', Date.UTC(2026, 0, 1))],
    ['no name', make('', Date.UTC(2026, 0, 1))],
  ])('are refused with %s, before anything is opened', async (_what, migration) => {
    const error = await refusal(migrateDatabase(address, [{ name: 'notes', migrations: [migration] }]));
    expect(error).toMatchObject({ code: 'INPUT_INVALID', field: 'products' });
    expect(error.message).toContain('"notes"');
  });

  it('are refused when one stands there twice', async () => {
    const one = make('Table', Date.UTC(2026, 0, 1));
    const error = await refusal(migrateDatabase(address, [{ name: 'notes', migrations: [one, { ...one }] }]));
    expect(error.message).toContain('notes_Table');
  });
});
