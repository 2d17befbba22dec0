/** The indexes of custom fields while they are made: who waits, what queries find, and what a process leaves that ends meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Filter, JsonObject, SortKey } from '@rollcall/protocol';
import { describeOnEveryDialect, describeOnPostgres, type TestEngine } from '@rollcall/testing';
import fc from 'fast-check';
import sql, { raw } from 'sql-template-tag';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type {
  Statement,
  Transaction,
  UnitOfWork,
  WriteTransaction,
} from '../../src/database/unit-of-work.js';
import { openStorage } from '../../src/open-storage.js';
import { CustomIndexes } from '../../src/query/custom-indexes.js';
import { jsonDialectOf } from '../../src/query/json-dialect-of.js';
import { keyTableOf } from '../../src/query/sqlite/sqlite-key-table.js';
import { Settings } from '../../src/settings/settings.js';
import { runs } from '../support/query/arbitraries.js';
import { QueryFixture, type WrittenQuery } from '../support/query/query-fixture.js';
import { SERVER } from '../support/test-directory.js';
import { NOW, userRow } from '../support/users/user-row.js';

const USERS = 50_000;

/** No write waits for longer, however many users there are. */
const MOST_MS = 250;

const person = (number: number, age = number % 50) =>
  userRow({ id: `u${number}`, created_at: NOW + ((number * 7) % USERS), custom: { age, plan: number % 7 } });

/** What queries ask by the path that gets an index, and by others. */
const QUERIES: readonly { filter?: Filter; sort?: SortKey[] }[] = [
  { filter: { age: 7 } },
  { filter: { age: { $in: [3, 999] } }, sort: [{ field: 'id', direction: 1 }] },
  { filter: { age: { $gt: 900 } } },
  { filter: { age: null } },
  { sort: [{ field: 'age', direction: -1 }] },
];

/** Which of these paths have an index that serves. */
const servedOf = async (transaction: Transaction, ...paths: string[]) => {
  const { customIndex } = jsonDialectOf(transaction.dialect);
  const rows = await transaction.query(customIndex.serving(paths.map(path => customIndex.nameOf([path]))));
  const names = rows.map(({ name }) => name);
  return paths.filter(path => names.includes(customIndex.nameOf([path])));
};

const openOn = (databaseUrl: string) =>
  openStorage({
    databaseUrl,
    clock: Date.now,
    products: [],
    onError: error => {
      throw error;
    },
  });

/** A write that goes on until it is told to end. */
function openWrite(unitOfWork: UnitOfWork): { end(): Promise<void> } {
  let goOn = (): void => undefined;
  const isOver = new Promise<void>(resolve => {
    goOn = resolve;
  });
  const underWay = unitOfWork.write(async one => {
    await one.query(sql`UPDATE users SET role = 'admin' WHERE id = 'u1'`);
    await isOver;
  });
  return {
    end: () => {
      goOn();
      return underWay;
    },
  };
}

/** Whether there is an index on SQLite that is being filled. */
const isBegun = async (transaction: Transaction) =>
  (await transaction.query(sql`SELECT 1 FROM sqlite_schema WHERE name LIKE 'users_custom_%_making'`)).length >
  0;

/** A database with many users, and its URL. */
async function filled(engine: TestEngine): Promise<{ url: string; fixture: QueryFixture }> {
  const url = await engine.migratedUrl();
  const fixture = await QueryFixture.open(engine, url);
  for (let first = 0; first < USERS; first += 1000) {
    await fixture.putUsers(Array.from({ length: 1000 }, (_, index) => person(first + index)));
  }
  return { url, fixture };
}

describeOnEveryDialect('while the index of a custom field is made', engine => {
  let fixture: QueryFixture;
  beforeAll(async () => {
    ({ fixture } = await filled(engine));
  }, 120_000);
  afterAll(() => fixture.close());

  /** The answers of a query by the index and without it, at one moment. */
  const answers = (written: WrittenQuery, indexedFields: readonly string[]) =>
    fixture.unitOfWork.read(async () => [
      await fixture.ids({ ...written, indexedFields }),
      await fixture.ids(written),
    ]);
  const isServed = (path: string) =>
    fixture.unitOfWork.read(async one => (await servedOf(one, path)).length > 0);

  it('others write, none of whom waits long, and queries find what they find without it', async () => {
    const waits: number[] = [];
    let compared = 0;
    let isMade = false;
    const write = async () => {
      for (let number = 0; !isMade; number++) {
        const begun = performance.now();
        const id = (number * 997) % USERS;
        if (number % 5 === 0) {
          await fixture.unitOfWork.write(one => one.query(sql`DELETE FROM users WHERE id = ${`u${id}`}`));
        } else await fixture.putUsers([person(id, number % 3 === 0 ? 999 : 7)]);
        waits.push(performance.now() - begun);
        await sleep(1);
      }
    };
    const ask = async () => {
      do {
        for (const query of QUERIES) {
          const [byIndex, without] = await answers(query, ['age']);
          expect(byIndex, JSON.stringify(query)).toEqual(without);
          compared += 1;
          await sleep(1);
        }
      } while (!isMade);
    };
    const writing = write();
    const asking = ask();
    expect(await isServed('age')).toBe(false);
    await sleep(50);
    waits.length = 0;
    await fixture.index(['age']);
    const during = [...waits];
    isMade = true;
    await Promise.all([writing, asking]);

    expect(await isServed('age')).toBe(true);
    expect(Math.max(...during)).toBeLessThan(MOST_MS);
    expect(during.length).toBeGreaterThan(8);
    expect(compared).toBeGreaterThan(QUERIES.length - 1);
    for (const query of QUERIES) {
      const [byIndex, without] = await answers(query, ['age']);
      expect(byIndex, JSON.stringify(query)).toEqual(without);
    }
  });

  it('two changes of the setting at once end with what the later says, and both are answered then', async () => {
    const settings = new Settings(fixture.unitOfWork);
    const update = (...paths: string[]) =>
      settings
        .update(SERVER, { indexed_custom_fields: paths })
        .then(() => fixture.unitOfWork.read(async one => servedOf(one, 'age', 'plan', 'none')));
    const [, later] = await Promise.all([
      update('age', 'plan'),
      sleep(20).then(() => update('plan', 'none')),
    ]);
    expect(later).toEqual(['plan', 'none']);
    expect(await update()).toEqual([]);
    expect((await settings.get()).indexed_custom_fields).toEqual([]);
  });
});

describeOnEveryDialect('the index of a custom field', engine => {
  it('that a process has not made to the end is completed by the next start, which does not wait for it', async () => {
    const { url, fixture } = await filled(engine);
    // On PostgreSQL it waits for a write. SQLite is in the middle of it.
    const open = engine.name === 'postgres' && openWrite(fixture.unitOfWork);
    if (!open) await fixture.close();
    const ended = await openOn(url);
    const { unitOfWork, customIndexes } = ended;
    const update = new Settings(unitOfWork, customIndexes).update(SERVER, { indexed_custom_fields: ['age'] });
    const refused = expect(update).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    if (open) await sleep(300);
    else await expect.poll(() => unitOfWork.read(isBegun), { interval: 5 }).toBe(true);
    await ended.close();
    await refused;
    if (open) await open.end().then(() => fixture.close());

    const next = await openOn(url);
    const served = () => next.unitOfWork.read(one => servedOf(one, 'age'));
    expect(await served()).toEqual([]);
    await expect.poll(served, { timeout: 30_000 }).toEqual(['age']);
    await next.close();

    const after = await QueryFixture.open(engine, url);
    for (const query of QUERIES) {
      expect(await after.ids({ ...query, indexedFields: ['age'] })).toEqual(await after.ids(query));
    }
    const { count } = await after.count({ filter: { age: { $gte: 0 } }, indexedFields: ['age'] }, USERS + 1);
    expect(count).toBe(USERS);
    await after.close();
  }, 120_000);

  // On PostgreSQL it is an index, which PostgreSQL keeps.
  if (engine.name === 'postgres') return;

  it('is filled with a few thousand users at a time at most, and others write in between', async () => {
    const { fixture } = await filled(engine);
    const { unitOfWork } = fixture;
    const turns: number[] = [];
    const heard: UnitOfWork = Object.assign(Object.create(unitOfWork) as UnitOfWork, {
      read: unitOfWork.read.bind(unitOfWork),
      aside: unitOfWork.aside.bind(unitOfWork),
      write: <Result>(work: (transaction: WriteTransaction) => Promise<Result>) =>
        unitOfWork.write(transaction => {
          const query = (statement: Statement) => {
            if (statement.sql.startsWith('INSERT'))
              turns.push(JSON.parse(String(statement.values[0])).length);
            return transaction.query(statement);
          };
          return work({ ...transaction, query });
        }),
    });
    await new CustomIndexes(heard, async () => ['age']).make();
    expect(turns.reduce((sum, rows) => sum + rows, 0)).toBe(USERS);
    expect(turns[0]).toBeLessThanOrEqual(500);
    expect(Math.max(...turns)).toBeLessThanOrEqual(5000);
    await fixture.close();
  }, 60_000);

  it('keeps one key for each user, after every change, and none of anybody else', async () => {
    const fixture = await QueryFixture.open(engine);
    const paths = ['a', 'a.b'];
    const rowsNow = () =>
      fixture.unitOfWork.read(async one => {
        const tables = paths.map(path => keyTableOf(path.split('.')).name);
        return Promise.all(
          tables.map(name =>
            one.query(raw(`SELECT custom_key, user_created_at, user_id FROM ${name} ORDER BY 1, 2, 3`)),
          ),
        );
      });
    const steps = fc.array(
      fc.record({
        id: fc.constantFrom('ann', 'bob', 'cat', 'dan'),
        custom: fc.constantFrom<JsonObject[]>(
          ...[{}, { a: 1 }, { a: 1, c: 2 }, { a: '1' }, { a: true }, { a: null }, { a: [1] }, { a: 0.5 }],
          ...[{ a: { b: 1 } }, { a: { b: [] } }, { a: { b: 'x'.repeat(2000) } }, { a: -1e308 }],
        ),
        created_at: fc.integer({ min: 1, max: 3 }),
        isGone: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
      }),
      { minLength: 15, maxLength: 15 },
    );
    const property = fc.asyncProperty(steps, async list => {
      for (const { id, isGone, ...fields } of list) {
        if (!isGone) await fixture.putUsers([userRow({ id, ...fields })]);
        else await fixture.unitOfWork.write(one => one.query(sql`DELETE FROM users WHERE id = ${id}`));
      }
      const kept = await rowsNow();
      await fixture.index([]);
      await fixture.index(paths);
      expect(kept).toEqual(await rowsNow());
    });
    await fixture.index(paths);
    await fc.assert(property, runs(10));
    await fixture.close();
  });

  it('is not taken for what somebody else has named like it', async () => {
    const url = await engine.migratedUrl();
    const first = await openOn(url);
    for (const text of [
      'CREATE TABLE users_custom_notes (id text PRIMARY KEY)',
      "INSERT INTO users_custom_notes VALUES ('a note')",
      'CREATE INDEX users_custom_by_hand ON users (image)',
    ]) {
      await first.unitOfWork.write(one => one.query(raw(text)));
    }
    await first.close();
    const next = await openOn(url);
    await next.customIndexes.make();
    const left = sql`SELECT name FROM sqlite_schema WHERE name IN ('users_custom_notes', 'users_custom_by_hand')`;
    expect(await next.unitOfWork.read(one => one.query(left))).toHaveLength(2);
    expect(await next.unitOfWork.read(one => one.query(sql`SELECT id FROM users_custom_notes`))).toEqual([
      { id: 'a note' },
    ]);
    await next.close();
  });

  it('that nobody wants any more holds nothing of a user who is gone, although it is not empty yet', async () => {
    const { fixture } = await filled(engine);
    const { unitOfWork } = fixture;
    await fixture.index(['age']);
    // The process ends before it has emptied the table.
    const ending = new AbortController();
    const cut: UnitOfWork = Object.assign(Object.create(unitOfWork) as UnitOfWork, {
      read: unitOfWork.read.bind(unitOfWork),
      write: <Result>(work: (transaction: WriteTransaction) => Promise<Result>) =>
        unitOfWork.write(work).finally(() => ending.abort()),
    });
    const { make } = jsonDialectOf(unitOfWork.dialect).customIndex;
    await expect(make(cut, async () => [], ending.signal)).rejects.toThrow('aborted');
    const goneTables = sql`SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'users_custom_%_gone_%'`;
    const [gone] = await unitOfWork.read(one => one.query(goneTables));
    const ofUser = (id: string) =>
      unitOfWork.read(one => one.query(sql`SELECT 1 FROM ${raw(String(gone?.name))} WHERE user_id = ${id}`));
    expect(await ofUser('u7')).toHaveLength(1);
    await unitOfWork.write(one => one.query(sql`DELETE FROM users WHERE id = 'u7'`));
    expect(await ofUser('u7')).toEqual([]);
    // The same index again, beside the remains of the former one.
    await fixture.index(['age']);
    expect(await unitOfWork.read(one => one.query(goneTables))).toEqual([]);
    const [byIndex, without] = await unitOfWork.read(async () => [
      await fixture.ids({ filter: { age: 7 }, indexedFields: ['age'] }),
      await fixture.ids({ filter: { age: 7 } }),
    ]);
    expect(byIndex).toEqual(without);
    await fixture.putUsers([person(7, 999)]);
    expect(await fixture.ids({ filter: { age: 999 }, indexedFields: ['age'] })).toEqual(['u7']);
    await fixture.close();
  }, 60_000);

  it('that cannot be made keeps no other from being made or taken away, and the change is stored', async () => {
    const fixture = await QueryFixture.open(engine);
    const { unitOfWork } = fixture;
    const settings = new Settings(unitOfWork);
    await settings.update(SERVER, { indexed_custom_fields: ['old'] });
    const inTheWay = keyTableOf(['bad']).making;
    await unitOfWork.write(one => one.query(raw(`CREATE VIEW ${inTheWay} AS SELECT 1 AS nothing_of_ours`)));
    await expect(settings.update(SERVER, { indexed_custom_fields: ['bad', 'good'] })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/^the settings are stored/),
    });
    expect((await settings.get()).indexed_custom_fields).toEqual(['bad', 'good']);
    expect(await unitOfWork.read(one => servedOf(one, 'bad', 'good', 'old'))).toEqual(['good']);
    await fixture.close();
  });

  it('costs who writes nothing when it is gone: no trigger is there', async () => {
    const fixture = await QueryFixture.open(engine);
    const triggers = () =>
      fixture.unitOfWork.read(one =>
        one.query(sql`SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'users_custom_%'`),
      );
    expect(await triggers()).toEqual([]);
    await fixture.index(['a']);
    expect(await triggers()).toHaveLength(3);
    await fixture.index([]);
    expect(await triggers()).toEqual([]);
    await fixture.close();
  });
});

describeOnPostgres('an index of a custom field on PostgreSQL', engine => {
  it('waits for a write that is under way, and nobody who comes later waits for it', async () => {
    const fixture = await QueryFixture.open(engine);
    await fixture.putUsers([userRow({ id: 'u1', custom: { age: 1 } })]);
    const underWay = openWrite(fixture.unitOfWork);
    let isMade = false;
    const making = fixture.index(['age']).then(() => {
      isMade = true;
    });
    await sleep(300);
    await fixture.putUsers([userRow({ id: 'bob', custom: { age: 2 } })]);
    expect(isMade).toBe(false);
    await underWay.end();
    await making;
    expect(await fixture.ids({ filter: { age: 2 }, indexedFields: ['age'] })).toEqual(['bob']);
    await fixture.close();
  });

  it('is made however short the limits are that the database has for a statement, and nobody else loses an index', async () => {
    const { url, fixture } = await filled(engine);
    await fixture.unitOfWork.write(async one => {
      const [{ name } = {}] = await one.query(sql`SELECT current_database() AS name`);
      await one.query(raw(`ALTER DATABASE "${name}" SET statement_timeout = 10`));
      await one.query(raw('CREATE INDEX users_custom_by_hand ON users (image)'));
    });
    await fixture.close();
    const storage = await openOn(url);
    await new Settings(storage.unitOfWork, storage.customIndexes).update(SERVER, {
      indexed_custom_fields: ['age'],
    });
    expect(await storage.unitOfWork.read(one => servedOf(one, 'age'))).toEqual(['age']);
    const byHand = sql`SELECT 1 FROM pg_class WHERE relname = 'users_custom_by_hand'`;
    expect(await storage.unitOfWork.read(one => one.query(byHand))).toHaveLength(1);
    await storage.close();
  }, 60_000);

  it('that is left invalid is not used, and is made anew by the next start', async () => {
    const url = await engine.migratedUrl();
    const storage = await openOn(url);
    await new Settings(storage.unitOfWork, storage.customIndexes).update(SERVER, {
      indexed_custom_fields: ['age'],
    });
    const index = sql`SELECT oid, indisvalid FROM pg_class JOIN pg_index ON indexrelid = oid WHERE starts_with(relname, 'users_custom_')`;
    const look = (one: Transaction) => one.query(index);
    const [made] = await storage.unitOfWork.read(look);
    await storage.unitOfWork.write(one =>
      one.query(sql`UPDATE pg_index SET indisvalid = false WHERE indexrelid = ${made?.oid}`),
    );
    expect(await storage.unitOfWork.read(one => servedOf(one, 'age'))).toEqual([]);
    await storage.close();

    const next = await openOn(url);
    const served = () => next.unitOfWork.read(one => servedOf(one, 'age'));
    await expect.poll(served, { timeout: 10_000 }).toEqual(['age']);
    const rows = await next.unitOfWork.read(look);
    expect(rows).toEqual([{ oid: expect.anything(), indisvalid: true }]);
    expect(rows[0]?.oid).not.toBe(made?.oid);
    await next.close();
  });

  it('is made once by several processes that start at once', async () => {
    const url = await engine.migratedUrl();
    const storages = await Promise.all(Array.from({ length: 3 }, () => openOn(url)));
    const all = storages.map(({ unitOfWork, customIndexes }) => new Settings(unitOfWork, customIndexes));
    const paths = ['age', 'plan', 'city'];
    await Promise.all(all.map(one => one.update(SERVER, { indexed_custom_fields: paths })));
    for (const { unitOfWork } of storages) {
      expect(await unitOfWork.read(one => servedOf(one, ...paths))).toEqual(paths);
    }
    await Promise.all(storages.map(storage => storage.close()));
  });
});
