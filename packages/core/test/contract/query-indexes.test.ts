import type { Filter, JsonValue, SortKey } from '@rollcall/protocol';
import { describeOnEveryDialect, describeOnPostgres } from '@rollcall/testing';
import fc from 'fast-check';
import sql, { raw } from 'sql-template-tag';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseDatabaseUrl } from '../../src/database/database-address.js';
import { insertRows } from '../../src/database/table.js';
import type { Transaction } from '../../src/database/unit-of-work.js';
import { openDirectory } from '../../src/directory.js';
import { migrateStorage, openStorage } from '../../src/open-storage.js';
import { triggersOf } from '../../src/query/sqlite/sqlite-key-table.js';
import { userTable } from '../../src/users/model/user-table.js';
import { runs } from '../support/query/arbitraries.js';
import { QueryFixture, type WrittenQuery } from '../support/query/query-fixture.js';
import { SERVER } from '../support/test-directory.js';
import { NOW, userRow } from '../support/users/user-row.js';

/** The indexes of users. On SQLite those of custom fields are tables. */
const presentNames = ({ dialect }: Transaction) =>
  dialect.name === 'postgres'
    ? sql`SELECT indexname AS name FROM pg_indexes WHERE tablename = 'users'`
    : sql`SELECT name FROM sqlite_master WHERE type IN ('index', 'table') AND tbl_name LIKE 'users%'`;

describeOnEveryDialect('indexed custom fields', engine => {
  let fixture: QueryFixture;
  beforeAll(async () => {
    fixture = await QueryFixture.open(engine);
  });
  afterAll(() => fixture.close());

  const indexNames = () =>
    fixture.unitOfWork.read(async transaction => {
      const rows = await transaction.query(presentNames(transaction));
      return rows.map(row => String(row.name)).sort();
    });

  describe('become indexes', () => {
    beforeEach(() => fixture.index([]));

    it('of just the fields that the setting names, and the other indexes stay', async () => {
      const before = await indexNames();
      await fixture.index(['age', 'address.city']);
      const both = await indexNames();
      expect(both).toHaveLength(before.length + 2);
      expect(both).toEqual(expect.arrayContaining(before));
      await fixture.index(['address.city', 'level']);
      const others = await indexNames();
      expect(others).toHaveLength(before.length + 2);
      expect(others.filter(name => both.includes(name))).toHaveLength(before.length + 1);
      await fixture.index([]);
      expect(await indexNames()).toEqual(before);
    });

    it('whose names are the same every time and fit every engine', async () => {
      const paths = ['age', 'a;drop', 'ü.😀', Array(8).fill('n'.repeat(64)).join('.')];
      await fixture.index(paths);
      const names = await indexNames();
      await fixture.index([...paths].reverse());
      expect(await indexNames()).toEqual(names);
      const ours = names.filter(name => name.startsWith('users_custom_'));
      expect(ours).toHaveLength(paths.length);
      for (const name of ours) expect(name).toMatch(/^[a-z0-9_]{1,63}$/);
    });

    it('that take every value that custom data can hold', async () => {
      await fixture.index(['a', 'a.b']);
      const unlike = Array.from({ length: 5000 }, (_, index) => String.fromCodePoint(0x4e00 + index)).join(
        '',
      );
      const values: JsonValue[] = [
        null,
        true,
        0,
        -1e308,
        'x',
        '',
        [],
        {},
        unlike,
        [[unlike]],
        { b: unlike },
        { b: [unlike] },
      ];
      const rows = values.map((a, index) => userRow({ id: `u${index + 10}`, custom: { a } }));
      await fixture.replaceUsers(rows);
      for (const value of [unlike.slice(0, 1024), 'x', '', 0, true]) {
        const query = { filter: { a: value }, indexedFields: ['a', 'a.b'] };
        expect(await fixture.ids(query)).toEqual(await fixture.ids({ filter: query.filter }));
      }
    });

    it('and nothing at all when a path is not valid', async () => {
      const before = await indexNames();
      await expect(fixture.index(['age', "a'"])).rejects.toThrow('cannot be indexed');
      await expect(fixture.index(['a..b'])).rejects.toThrow('cannot be indexed');
      expect(await indexNames()).toEqual(before);
    });
  });

  describe('are found by their index', () => {
    const indexedFields = ['age', 'address.city', 'level', 'address.zip'];

    beforeAll(async () => {
      await fixture.replaceUsers([]);
      await fixture.index(indexedFields);
      await fixture.unitOfWork.write(async transaction => {
        for (let first = 0; first < 20_000; first += 500) {
          const rows = Array.from({ length: 500 }, (_, index) => {
            const number = first + index;
            const address = { city: `c${number % 20}`, zip: number % 2000 };
            const custom = { age: number % 50, level: number % 2000, address };
            return userRow({ id: `u${number}`, created_at: NOW + ((number * 7) % 20_000), custom });
          });
          await insertRows(transaction, userTable, rows);
        }
        await transaction.query(sql`ANALYZE users`);
      });
    });

    /** The plan of the page itself, which is the last statement. */
    const planOf = async (query: WrittenQuery) => {
      const plans = await fixture.plans({ ...query, indexedFields });
      expect(plans[0]).toContain('users_custom_');
      // The users are found by the index, or by the ids that it gave.
      for (const plan of plans)
        expect(plan).toMatch(
          /users_custom_|USING INDEX (sqlite_autoindex_users_1|users_role_id \(ANY\(role\) AND id=\?\))/,
        );
      return plans.at(-1) ?? '';
    };
    const sorts = /TEMP B-TREE|Sort/;
    /** PostgreSQL's estimates depend on when it last looked at the table. */
    const withoutNumbers = (plan: string) => plan.replaceAll(/[\d.]+/g, 'n');

    it('in the default order, without sorting', async () => {
      for (const filter of [{ age: 42 }, { 'address.city': 'c7' }, { age: { $eq: 42 }, role: 'user' }]) {
        expect(await planOf({ filter })).not.toMatch(sorts);
      }
      const page = await fixture.page({ filter: { age: 42 }, indexedFields, options: { limit: 5 } });
      expect(page.rows.map(row => row.custom.age)).toEqual([42, 42, 42, 42, 42]);
      const next = { filter: { age: 42 }, options: { limit: 5, next: page.next } };
      expect(await planOf(next)).not.toMatch(sorts);
      expect(await fixture.ids({ ...next, indexedFields })).toEqual(
        await fixture.ids({ filter: { age: 42 }, options: { limit: 5, offset: 5 } }),
      );
    });

    it('by a list and by a range', async () => {
      const byRole = [{ field: 'role', direction: 1 as const }];
      for (const filter of [{ age: { $in: [1, 2, 900] } }, { age: { $gt: 48 } }, { age: { $lt: 1 } }]) {
        await planOf({ filter, sort: byRole });
      }
    });

    it('as one list when equalities are joined by $or, and alike when they are written otherwise', async () => {
      const sort = [{ field: 'role', direction: 1 as const }];
      const list = await planOf({ filter: { age: { $in: [1, 2, 900] } }, sort });
      const nested: Filter = { $or: [{ age: 900 }, { age: { $in: [] } }] };
      const written: Filter = { $and: [{}, { $or: [{ age: 1 }, { age: { $in: [2, 1] } }, nested] }] };
      expect(withoutNumbers(await planOf({ filter: written, sort }))).toBe(withoutNumbers(list));
      expect(await fixture.ids({ filter: written, indexedFields })).toEqual(
        await fixture.ids({ filter: { age: { $in: [1, 2, 900] } } }),
      );
    });

    it('when nobody has the value, and when it is of another type', async () => {
      for (const filter of [{ age: -1 }, { age: '42' }, { age: true }]) {
        await planOf({ filter });
        expect(await fixture.ids({ filter, indexedFields })).toEqual([]);
      }
    });

    /** How the users are read whom the index holds: the first list, where several are merged. */
    const readInOrder = async (query: WrittenQuery) => {
      const plan = await planOf(query);
      // Both lists are read from the index. SQLite reads the second only if somebody is in it, and looks up the users of each.
      if (engine.name === 'postgres') expect(plan.match(/users_custom_/g)).toHaveLength(2);
      else {
        expect(plan.match(/SEARCH users USING INDEX sqlite_autoindex_users_1/g)).toHaveLength(
          plan.includes('LEFT') ? 2 : 1,
        );
        expect(plan).not.toMatch(/SCAN users\b(?!_)/);
      }
      const [whole = '', first = whole] =
        engine.name === 'postgres' ? plan.split('  Limit ') : plan.split('LEFT');
      return first.split('USE TEMP B-TREE FOR ORDER BY')[0];
    };

    it('in the order of a sort, of which they sort no more than those with the same value', async () => {
      for (const direction of [1, -1] as const) {
        const sort: SortKey[] = [{ field: 'level', direction }];
        const page = await fixture.page({ sort, indexedFields, options: { limit: 5 } });
        for (const next of [undefined, page.next]) {
          const plan = await readInOrder({ sort, options: { next } });
          expect(plan).toMatch(/LAST TERM OF ORDER BY|Incremental Sort/);
        }
        const everybody = await fixture.ids({ sort });
        expect(await fixture.ids({ sort, indexedFields })).toEqual(everybody);
        expect(await fixture.ids({ sort, indexedFields, options: { next: page.next } })).toEqual(
          await fixture.ids({ sort, options: { next: page.next } }),
        );
      }
    });

    it('in the order of a sort by the field and the time of creation, without sorting', async () => {
      const sort: SortKey[] = [
        { field: 'age', direction: -1 },
        { field: 'created_at', direction: -1 },
      ];
      const plan = await readInOrder({ sort });
      expect(plan).not.toMatch(/Sort|LAST TERM/);
      expect(await fixture.ids({ sort, indexedFields })).toEqual(await fixture.ids({ sort }));
    });

    it('also while some users have an array there', async () => {
      await fixture.putUsers([
        userRow({ id: 'several', custom: { level: [42, 43] }, created_at: NOW + 50_000 }),
        userRow({ id: 'through', custom: { address: [{ zip: 7 }] }, created_at: NOW + 50_000 }),
      ]);
      const cases: [Filter, string][] = [
        [{ level: 42 }, 'several'],
        [{ 'address.zip': 7 }, 'through'],
      ];
      for (const [filter, first] of cases) {
        await planOf({ filter });
        const ids = await fixture.ids({ filter, indexedFields });
        expect(ids[0]).toBe(first);
        expect(ids).toEqual(await fixture.ids({ filter }));
      }
      const sort: SortKey[] = [{ field: 'level', direction: -1 }];
      expect(await readInOrder({ sort })).toMatch(/LAST TERM OF ORDER BY|Incremental Sort/);
      expect(await fixture.ids({ sort, indexedFields })).toEqual(await fixture.ids({ sort }));
      const several = { level: { $in: [43, 5000] } };
      expect(await fixture.ids({ filter: several, indexedFields })).toEqual(
        await fixture.ids({ filter: several }),
      );
    });
  });
});

describeOnEveryDialect('a list of values of an indexed field', engine => {
  it('is looked up value by value when few users have one of them, or none has', async () => {
    const fixture = await QueryFixture.open(engine);
    const indexedFields = ['plan'];
    for (let first = 0; first < 20_000; first += 1000) {
      await fixture.putUsers(
        Array.from({ length: 1000 }, (_, index) =>
          userRow({
            id: `u${first + index}`,
            created_at: NOW + first + index,
            custom: { plan: (first + index) % 2 === 0 ? 'most' : `p${(first + index) % 100}` },
          }),
        ),
      );
    }
    await fixture.index(indexedFields);
    const none = Array.from({ length: 30 }, (_, index) => (index % 3 === 0 ? index : `none${index}`));
    for (const list of [none, [...none, 'p7'], ['p7', 'p9', 'p7']]) {
      const written = { filter: { plan: { $in: list } }, indexedFields };
      expect((await fixture.plans(written)).at(-1)).not.toContain('users_created_at');
      expect(await fixture.ids(written)).toEqual(await fixture.ids({ filter: written.filter }));
    }
    // Many have it: on PostgreSQL they are not all looked up for one page.
    const common = { filter: { plan: { $in: ['most', 'p7'] } }, indexedFields };
    if (engine.name === 'postgres') {
      expect((await fixture.plans(common)).at(-1)).toContain('users_created_at');
    }
    expect(await fixture.ids(common)).toEqual(await fixture.ids({ filter: common.filter }));
    await fixture.close();
  });
});

// SQLite takes an index that it knows nothing of for a good one.
describeOnPostgres('a new index of a custom field', engine => {
  it('is one of which the planner knows at once what it holds', async () => {
    const fixture = await QueryFixture.open(engine);
    await fixture.replaceUsers(
      Array.from({ length: 1000 }, (_, age) => userRow({ id: `u${age}`, custom: { age } })),
    );
    await fixture.index(['age']);
    const known = await fixture.unitOfWork.read(transaction =>
      transaction.query(sql`SELECT n_distinct FROM pg_stats WHERE tablename LIKE ${'users_custom_%'}`),
    );
    // A share of all users, as a negative number: each has a value of its own.
    expect(known.map(row => Number(row.n_distinct))).toContain(-1);
    await fixture.close();
  });
});

describeOnEveryDialect('the indexes of a version before', engine => {
  it('are made anew when a directory is opened or migrated', async () => {
    const url = await engine.migratedUrl();
    const directory = await openDirectory({ databaseUrl: url });
    await directory.settings.update(SERVER, { indexed_custom_fields: ['age'] });
    await directory.close();
    const present = async (transaction: Transaction) =>
      (await transaction.query(presentNames(transaction)))
        .map(row => String(row.name))
        .filter(name => name.startsWith('users_custom_'));
    const names = async (change?: (transaction: Transaction, name: string) => Promise<string[]>) => {
      const fixture = await QueryFixture.open(engine, url);
      const read = () =>
        fixture.unitOfWork.write(async transaction => {
          const ours = await present(transaction);
          const statements = (await change?.(transaction, ours[0] ?? '')) ?? [];
          for (const statement of statements) await transaction.query(raw(statement));
          return ours;
        });
      return read().finally(() => fixture.close());
    };
    const now = await names();
    expect(now).toHaveLength(1);
    const asBefore = async (transaction: Transaction, name: string) => {
      const isTable = transaction.dialect.name === 'sqlite';
      const triggers = isTable ? await transaction.query(triggersOf(name)) : [];
      return [
        ...triggers.map(trigger => `DROP TRIGGER ${trigger.name}`),
        isTable ? `DROP TABLE ${name}` : `DROP INDEX ${name}`,
        `CREATE INDEX users_custom_${'0'.repeat(24)} ON users (created_at)`,
      ];
    };
    const opened = async () => {
      const onError = (error: unknown) => {
        throw error;
      };
      const storage = await openStorage({ databaseUrl: url, clock: Date.now, onError, products: [] });
      await expect.poll(() => storage.unitOfWork.read(present), { timeout: 10_000 }).toEqual(now);
      await storage.close();
    };
    for (const renew of [opened, () => migrateStorage(parseDatabaseUrl(url))]) {
      await names(asBefore);
      expect(await names()).toEqual([`users_custom_${'0'.repeat(24)}`]);
      await renew();
      expect(await names()).toEqual(now);
    }
  });
});

describeOnEveryDialect('the users of a team', engine => {
  it('are found without looking at the others, and however many they are', async () => {
    const fixture = await QueryFixture.open(engine);
    const teams = (number: number) => [
      ...(number % 2 === 0 ? ['half'] : []),
      ...(number % 4000 === 1 ? ['few'] : []),
    ];
    for (let first = 0; first < 20_000; first += 1000) {
      await fixture.putUsers(
        Array.from({ length: 1000 }, (_, index) =>
          userRow({ id: `u${first + index}`, created_at: NOW + first + index, teams: teams(first + index) }),
        ),
      );
    }
    await fixture.unitOfWork.write(transaction => transaction.query(sql`ANALYZE users`));
    for (const written of [
      { filter: { teams: { $contains: 'few' } } },
      { filter: { teams: 'few' } },
      { filter: { teams: { $in: ['few', 'none'] } } },
      { filter: {}, tenant: ['few'] },
    ]) {
      const plans = await fixture.plans(written);
      expect(plans.at(0)).toMatch(/user_teams|users_teams/);
      expect(plans.at(-1)).toMatch(/USING INDEX sqlite_autoindex_users_1|users_teams/);
      expect(await fixture.ids(written)).toEqual(['u16001', 'u12001', 'u8001', 'u4001', 'u1']);
    }
    for (const written of [{ filter: { teams: 'half' } }, { filter: {}, tenant: ['half', 'few'] }]) {
      const plan = (await fixture.plans(written)).at(-1);
      expect(plan).toContain('users_created_at');
      expect(plan).not.toMatch(/user_teams|users_teams|TEMP B-TREE|Sort/);
      expect((await fixture.ids(written)).slice(0, 2)).toEqual(['u19998', 'u19996']);
    }
    await fixture.close();
  });

  it('are found as they are after every change, in their order', async () => {
    const fixture = await QueryFixture.open(engine);
    const found = () => fixture.ids({ filter: { teams: { $in: ['red', 'blue'] } } });
    const put = (id: string, teams: string[], created_at = NOW) =>
      fixture.putUsers([userRow({ id, teams, created_at })]);
    const run = (statement: ReturnType<typeof sql>) =>
      fixture.unitOfWork.write(transaction => transaction.query(statement));
    await put('ann', ['red', 'blue']);
    await put('bob', ['blue'], NOW + 1);
    await put('cat', [], NOW + 2);
    await put('dan', ['green', 'red'], NOW + 3);
    expect(await found()).toEqual(['dan', 'bob', 'ann']);
    await put('cat', ['red'], NOW + 2);
    await put('bob', ['green'], NOW + 1);
    expect(await found()).toEqual(['dan', 'cat', 'ann']);
    await run(sql`UPDATE users SET created_at = ${NOW + 9} WHERE id = 'ann'`);
    expect(await found()).toEqual(['ann', 'dan', 'cat']);
    await run(sql`UPDATE users SET teams = '[]' WHERE id = 'ann'`);
    await run(sql`DELETE FROM users WHERE id = 'cat'`);
    expect(await found()).toEqual(['dan']);
    // Nobody is left behind who could be found again.
    await put('cat', [], NOW + 2);
    await put('ann', [], NOW + 9);
    expect(await found()).toEqual(['dan']);
    await fixture.close();
  });

  if (engine.name !== 'postgres') {
    it('have one row for each of their teams, and nobody else has any', async () => {
      const fixture = await QueryFixture.open(engine);
      const steps = fc.array(
        fc.record({
          id: fc.constantFrom('ann', 'bob', 'cat', 'dan'),
          teams: fc.subarray(['red', 'blue', 'größe', "o'neil"]),
          created_at: fc.integer({ min: 0, max: 2 }),
          isGone: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
        }),
        { minLength: 40, maxLength: 40 },
      );
      const property = fc.asyncProperty(steps, async list => {
        for (const { id, isGone, ...fields } of list) {
          if (!isGone) await fixture.putUsers([userRow({ id, ...fields })]);
          else {
            await fixture.unitOfWork.write(transaction =>
              transaction.query(sql`DELETE FROM users WHERE id = ${id}`),
            );
          }
          const [kept, held] = await fixture.unitOfWork.read(async transaction => [
            await transaction.query(sql`SELECT team, created_at, id FROM user_teams ORDER BY 1, 2, 3`),
            await transaction.query(
              sql`SELECT team.value AS team, created_at, users.id FROM users, json_each(teams) AS team ORDER BY 1, 2, 3`,
            ),
          ]);
          expect(kept).toEqual(held);
        }
      });
      await fc.assert(property, runs(4));
      await fixture.close();
    });
  }
});
