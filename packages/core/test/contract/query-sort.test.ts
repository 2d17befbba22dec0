import { type JsonObject, type JsonValue, parseSort, type SortKey, type User } from '@rollcall/protocol';
import { describeOnceForEachDialect } from '@rollcall/testing';
import fc from 'fast-check';
import { Query } from 'mingo';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { toUser } from '../../src/users/model/to-user.js';
import type { UserRow } from '../../src/users/model/user-table.js';
import { filters, runs, SEED, sorts, userRows } from '../support/query/arbitraries.js';
import { toDocument } from '../support/query/oracle.js';
import { QueryFixture, type WrittenQuery } from '../support/query/query-fixture.js';
import { sortByOracle } from '../support/query/sort-oracle.js';
import { shortestMs } from '../support/shortest-ms.js';
import { NOW, userRow } from '../support/users/user-row.js';

/** `ROLLCALL_TEST_ROUNDS=100` and `ROLLCALL_TEST_WHOLE=1` compare 100,000 users. */
const ROUNDS = Number(process.env.ROLLCALL_TEST_ROUNDS ?? 1);

describeOnceForEachDialect(`sorts, seed ${SEED},`, engine => {
  let fixture: QueryFixture;
  beforeAll(async () => {
    fixture = await QueryFixture.open(engine);
  });
  afterAll(() => fixture.close());

  const options = { include_deactivated_users: true };

  /** Every page after one another; `between` runs after each. */
  async function walk(query: WrittenQuery, limits: readonly number[], between?: () => Promise<void>) {
    const ids: string[] = [];
    let next: string | undefined;
    for (let page = 0; page === 0 || next; page++) {
      const limit = limits[page % limits.length];
      const answer = await fixture.page({ ...query, options: { ...query.options, limit, next } });
      ids.push(...answer.rows.map(row => row.id));
      if (answer.rows.length < (limit ?? 0)) expect(answer.next).toBeUndefined();
      next = answer.next;
      await between?.();
    }
    return ids;
  }

  it('order as MongoDB does, and pages in a row are the whole list', async () => {
    const cases = fc.tuple(userRows(25), fc.array(sorts, { minLength: 10, maxLength: 10 }));
    const limits = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 });
    const property = fc.asyncProperty(
      cases,
      limits,
      fc.boolean(),
      async ([rows, list], sizes, seesInvisible) => {
        await fixture.replaceUsers(rows);
        const users = rows.map(row => asSeen(toUser(row, NOW), seesInvisible));
        for (const sort of list) {
          const expected = sortByOracle(users, sort);
          expect(await walk({ sort, options, seesInvisible }, sizes), JSON.stringify(sort)).toEqual(expected);
        }
      },
    );
    await fc.assert(property, runs(20));
  });

  it('order as MongoDB does, a hundred users at a time', async () => {
    const cases = fc.tuple(userRows(100), fc.array(sorts, { minLength: 3, maxLength: 3 }));
    const property = fc.asyncProperty(cases, async ([rows, list]) => {
      await fixture.replaceUsers(rows);
      const users = rows.map(row => toUser(row, NOW));
      for (const sort of list) {
        expect(await fixture.ids({ sort, options }), JSON.stringify(sort)).toEqual(sortByOracle(users, sort));
      }
    });
    await fc.assert(property, runs(10 * ROUNDS));
  });

  it('order as MongoDB does by indexed fields, whatever of them the index holds', async () => {
    const indexedFields = ['a', 'b', 'a.b', '0.a'];
    await fixture.index(indexedFields);
    const cases = fc.tuple(
      userRows(40),
      fc.array(
        fc
          .tuple(sorts, fc.constantFrom(...indexedFields), fc.constantFrom<1 | -1>(1, -1))
          .map(([sort, field, direction]): SortKey[] => [
            { field, direction },
            ...sort.filter(key => key.field !== field).slice(0, 2),
          ]),
        { minLength: 8, maxLength: 8 },
      ),
      filters,
    );
    const limits = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 3 });
    const property = fc.asyncProperty(cases, limits, async ([rows, list, filter], sizes) => {
      await fixture.replaceUsers(rows);
      for (const sort of list) {
        const expected = sortByOracle(
          rows.map(row => toUser(row, NOW)),
          sort,
        );
        const context = JSON.stringify(sort);
        expect(await walk({ sort, options, indexedFields }, sizes), context).toEqual(expected);
        const all = await walk({ sort, options, indexedFields, filter }, [7]);
        expect(all, context).toEqual(await walk({ sort, options, filter }, [100]));
        const skipped = await fixture.ids({
          sort,
          indexedFields,
          options: { ...options, offset: 3, limit: 5 },
        });
        expect(skipped, context).toEqual(expected.slice(3, 8));
      }
    });
    await fc.assert(property, runs(6));
    await fixture.index([]);
  });

  it('order scalars as mingo does', async () => {
    const scalar = fc.constantFrom(null, true, false, -1.5, 0, 2, 1e21, '', 'a', 'B', 'é', 'z');
    const rows = fc.array(fc.record({ a: scalar, b: scalar }, { requiredKeys: [] }), {
      minLength: 20,
      maxLength: 20,
    });
    const property = fc.asyncProperty(rows, fc.constantFrom<1 | -1>(1, -1), async (list, direction) => {
      const users = list.map((custom, index) => userRow({ id: `u${index + 10}`, custom }));
      await fixture.replaceUsers(users);
      const documents = users.map(row => toDocument(toUser(row, NOW)));
      const expected = new Query({})
        .find(documents)
        .sort({ a: direction, b: -direction, id: -direction })
        .all()
        .map(document => (document as { id: string }).id);
      const sort: SortKey[] = [
        { field: 'a', direction },
        { field: 'b', direction: direction === 1 ? -1 : 1 },
      ];
      expect(await walk({ sort }, [7])).toEqual(expected);
    });
    await fc.assert(property, runs(15));
  });

  it('hold while others write: who is left alone comes exactly once, in order', async () => {
    const cases = fc.tuple(userRows(30), sorts, filters, fc.infiniteStream(userRows(1)));
    const property = fc.asyncProperty(
      cases,
      fc.integer({ min: 1, max: 7 }),
      async ([rows, sort, filter, changes], limit) => {
        await fixture.replaceUsers(rows);
        const busy = new Set(rows.filter((_, index) => index % 3 === 0).map(row => row.id));
        const before = await walk({ filter, sort, options }, [100]);
        let round = 0;
        const disturb = async () => {
          round += 1;
          if (round > 200) return;
          const [changed] = changes.next().value;
          const [id = 'x'] = [...busy].slice(round % busy.size);
          const moved: UserRow[] = [
            { ...changed, id },
            { ...changed, id: `new${round}` },
          ] as UserRow[];
          await fixture.putUsers(moved);
          if (round % 4 === 0) {
            await fixture.unitOfWork.write(transaction =>
              transaction.query(sql`DELETE FROM users WHERE id = ${id}`),
            );
          }
        };
        const walked = await walk({ filter, sort, options }, [limit], disturb);
        const left = (ids: readonly string[]) => ids.filter(id => !busy.has(id) && !id.startsWith('new'));
        expect(left(walked), JSON.stringify({ filter, sort })).toEqual(left(before));
      },
    );
    await fc.assert(property, runs(30));
  });

  it('go on after a user who has gone', async () => {
    const rows = Array.from({ length: 6 }, (_, index) => userRow({ id: `u${index}`, custom: { a: index } }));
    await fixture.replaceUsers(rows);
    const sort: SortKey[] = [{ field: 'a', direction: 1 }];
    const { next } = await fixture.page({ sort, options: { limit: 3 } });
    await fixture.unitOfWork.write(transaction => transaction.query(sql`DELETE FROM users WHERE id = 'u2'`));
    expect(await fixture.ids({ sort, options: { limit: 3, next } })).toEqual(['u3', 'u4', 'u5']);
  });

  it('skip by an offset, and a cursor goes on from there', async () => {
    const rows = Array.from({ length: 30 }, (_, index) =>
      userRow({ id: `u${index + 10}`, ...(index % 3 > 0 && { name: `n${index % 5}` }) }),
    );
    await fixture.replaceUsers(rows);
    for (const field of ['name', 'id', 'created_at', 'a']) {
      for (const direction of [1, -1] as const) {
        const sort: SortKey[] = [{ field, direction }];
        const all = await fixture.ids({ sort });
        const page = await fixture.page({ sort, options: { offset: 7, limit: 10 } });
        expect(page.rows.map(row => row.id)).toEqual(all.slice(7, 17));
        expect(await fixture.ids({ sort, options: { next: page.next } })).toEqual(all.slice(17));
        expect(await fixture.ids({ sort, options: { offset: 1000 } })).toEqual([]);
      }
    }
  });

  it('sort long texts by their first 1,024 characters', async () => {
    const long = (last: string) => '\u0001😀'.repeat(512) + last;
    const rows = ['b', 'a', 'c'].map((last, index) =>
      userRow({ id: `u${index}`, custom: { a: long(last), b: long(last) } }),
    );
    await fixture.replaceUsers([...rows, userRow({ id: 'u3', custom: { a: '\u0001' } })]);
    const sort: SortKey[] = ['a', 'b', 'c', 'd', 'e'].map(field => ({ field, direction: 1 }));
    expect(await walk({ sort }, [1])).toEqual(['u3', 'u0', 'u1', 'u2']);
  });

  it('sort what lies in objects and arrays by its first 1,024 characters', async () => {
    const rows = ['b', 'a', 'c'].map((last, index) =>
      userRow({ id: `u${index}`, custom: { a: { b: `${'😀'.repeat(1024)}${last}` } } }),
    );
    await fixture.replaceUsers([...rows, userRow({ id: 'u3', custom: { a: { b: '😀' } } })]);
    expect(await walk({ sort: [{ field: 'a', direction: 1 }] }, [1])).toEqual(['u3', 'u0', 'u1', 'u2']);
  });

  /** The ids of users with this custom data, sorted. */
  const sorted = async (list: readonly JsonObject[], sort: readonly (readonly [string, 1 | -1])[]) => {
    await fixture.replaceUsers(list.map((custom, index) => userRow({ id: `u${index}`, custom })));
    return fixture.ids({ sort: sort.map(([field, direction]) => ({ field, direction })) });
  };

  it('compare objects field by field, and arrays element by element', async () => {
    const values: JsonValue[] = [{}, { a: 2 }, { a: 3 }, { a: 3, b: 4 }, { b: 4 }, [[10, 15]], [[19, 3]]];
    const reversed = values.toReversed().map(a => ({ a }));
    expect(await sorted(reversed, [['a', 1]])).toEqual(['u6', 'u5', 'u4', 'u3', 'u2', 'u1', 'u0']);
  });

  it('take the values of two paths into one array from one element', async () => {
    const list = [
      {
        a: [
          { x: 0, y: 5 },
          { x: 1, y: 3 },
        ],
      },
      { a: [{ x: 0, y: 4 }] },
    ];
    expect(
      await sorted(list, [
        ['a.x', 1],
        ['a.y', 1],
      ]),
    ).toEqual(['u1', 'u0']);
  });

  it('take each of two arrays by itself', async () => {
    const list = [
      { a: [2, 1], b: [9, 4] },
      { a: [1], b: 5 },
      { a: [1, 3], b: [8, 3] },
    ];
    expect(
      await sorted(list, [
        ['a', 1],
        ['b', 1],
      ]),
    ).toEqual(['u2', 'u0', 'u1']);
  });

  it('count an empty array on the way as null', async () => {
    const list: JsonObject[] = [{}, { a: [{ b: [] }, { b: { c: 5 } }] }, { a: [{ b: { c: 1 } }] }];
    expect(await sorted(list, [['a.b.c', 1]])).toEqual(['u0', 'u1', 'u2']);
    expect(await sorted(list, [['a.b.c', -1]])).toEqual(['u1', 'u2', 'u0']);
  });

  it('take the largest number for the same in an array', async () => {
    const most = Number.MAX_VALUE;
    const list: JsonObject[] = [{ a: most }, { a: [most] }, { a: { b: most } }, { a: [{ b: [most] }] }];
    await fixture.replaceUsers(list.map((custom, index) => userRow({ id: `u${index}`, custom })));
    const last = { field: 'a.c', direction: 1 as const };
    for (const [field, ids] of [
      ['a', ['u3', 'u2', 'u0', 'u1']],
      ['a.b', ['u2', 'u3', 'u0', 'u1']],
    ] as const) {
      expect(await fixture.ids({ sort: [{ field, direction: -1 }, last] })).toEqual(ids);
    }
  });

  it('cost no more than what a user has stored, whatever that is', async () => {
    const ones = (count: number): JsonValue[] => Array.from({ length: count }, () => 1);
    const objects = Array.from({ length: 600 }, () => ({ b: 1 }));
    const matrix = (size: number) => Array.from({ length: size }, () => ones(size));
    const list: JsonObject[] = [
      { a: [ones(2000), ...ones(200)] },
      { a: [{ b: [{ c: 5 }, ...ones(1000)] }, ...ones(1000)] },
      { a: [[[ones(500), ...ones(200)], ...ones(200)], ...ones(200)] },
      { a: matrix(45) },
      { a: objects },
      { a: { b: objects } },
      { a: Array.from({ length: 1500 }, () => []) },
      { a: Object.fromEntries(objects.map((_, index) => [`n${index}`, index])) },
    ];
    await fixture.replaceUsers(list.map((custom, index) => userRow({ id: `u${index}`, custom })));
    for (const fields of [
      ['a.0'],
      ['a.0.0', 'a.b'],
      ['a.0.0.0', 'a.0', 'a'],
      ['a.0.b.0.c', 'a.0.b.c', 'a.b'],
      ['a'],
      ['a.b'],
      ['a.0.0.0.0.0.0.0', 'a.1.1.1.1.1.1.1', 'a.0.1.0.1.0.1.0', 'a.b.0.b.0.b.0.b', 'a.0.b.0.b.0.b.0'],
    ]) {
      const sort = fields.map((field): SortKey => ({ field, direction: 1 }));
      const ms = await shortestMs(() => fixture.ids({ sort }));
      // About a tenth of that on a quiet machine. One of these users alone could make it twenty seconds and more.
      expect(ms, fields.join()).toBeLessThan(1000);
    }
  });

  it('take the objects and arrays of a field that holds more than 100 values for equals, after all others', async () => {
    const holding = (count: number) => ({ a: { list: Array.from({ length: count - 1 }, () => 0) } });
    const list: JsonObject[] = [holding(101), holding(102), { a: { z: 1 } }, holding(100), { a: true }];
    expect(await sorted(list, [['a', 1]])).toEqual(['u2', 'u3', 'u0', 'u1', 'u4']);
    expect(await sorted(list, [['a', -1]])).toEqual(['u4', 'u1', 'u0', 'u3', 'u2']);
    const inArrays = list.map(({ a }) => ({ a: [a ?? null] }));
    expect(await sorted(inArrays, [['a', 1]])).toEqual(['u2', 'u0', 'u1', 'u3', 'u4']);
  });

  it('have the newest first when nothing is asked', async () => {
    const rows = [2, 3, 1, 3].map((age, index) => userRow({ id: `u${index}`, created_at: NOW + age }));
    await fixture.replaceUsers(rows);
    expect(await fixture.ids({})).toEqual(['u3', 'u1', 'u0', 'u2']);
    expect(parseSort([], { server: true })).toHaveLength(2);
  });
});

/** The user as it looks to somebody who does not see through invisibility. */
function asSeen(user: User, seesInvisible: boolean): User {
  if (seesInvisible || !user.invisible) return user;
  const { last_active, ...rest } = user;
  return { ...rest, online: false };
}
