/**
 * Random filters over random users: the database, the matcher in memory and mingo agree. A failure names the seed;
 * see query-seed.ts.
 */
import { type Filter, parseFilter } from '@rollcall/protocol';
import { describeOnceForEachDialect } from '@rollcall/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { matchesFilter } from '../../src/query/match-filter.js';
import { toUser } from '../../src/users/model/to-user.js';
import type { UserRow } from '../../src/users/model/user-table.js';
import {
  filters,
  filtersOfManyPairs,
  filtersOfOnePath,
  runs,
  SEED,
  userRows,
} from '../support/query/arbitraries.js';
import { departuresOf } from '../support/query/departures.js';
import { questionsAboutNestedArrays, usersWithNestedArrays } from '../support/query/nested-arrays.js';
import { comparisonsIn, matchesByOracle, toDocument } from '../support/query/oracle.js';
import { QueryFixture } from '../support/query/query-fixture.js';
import { NOW } from '../support/users/user-row.js';

const cases = fc.tuple(userRows(30), fc.array(filters, { minLength: 30, maxLength: 30 }));

describeOnceForEachDialect(`random filters, seed ${SEED},`, engine => {
  let fixture: QueryFixture;
  beforeAll(async () => {
    fixture = await QueryFixture.open(engine);
  });
  afterAll(() => fixture.close());

  const matching = (rows: readonly UserRow[], filter: Filter) => {
    const node = parseFilter(filter, { server: true });
    return idsOf(rows.filter(row => matchesFilter(node, toUser(row, NOW), NOW)));
  };
  const found = async (filter: Filter, indexedFields: readonly string[] = []) => {
    const options = { include_deactivated_users: true };
    return (await fixture.ids({ filter, options, indexedFields })).sort();
  };

  it('find whom the matcher and mingo match', async () => {
    const compared = { pairs: 0, departures: 0 };
    const property = fc.asyncProperty(cases, async ([rows, list]) => {
      await fixture.replaceUsers(rows);
      for (const filter of list) {
        const expected = matching(rows, filter);
        expect(await found(filter), JSON.stringify(filter)).toEqual(expected);
        const comparisons = comparisonsIn(filter);
        for (const row of rows) {
          compared.pairs += 1;
          const document = toDocument(toUser(row, NOW));
          if (comparisons.some(comparison => departuresOf(comparison, document).length > 0)) {
            compared.departures += 1;
          } else {
            const context = `${JSON.stringify(filter)} ${JSON.stringify(document)}`;
            expect(expected.includes(row.id), context).toBe(matchesByOracle(filter, document));
          }
        }
      }
    });
    await fc.assert(property, runs(25));
    // The exceptions must stay exceptions, or the oracle says nothing.
    expect(compared.departures / compared.pairs).toBeLessThan(0.1);
  });

  it('find whom the matcher matches when they compare one path several times', async () => {
    const samePath = fc.tuple(userRows(30), fc.array(filtersOfOnePath, { minLength: 10, maxLength: 10 }));
    const property = fc.asyncProperty(samePath, async ([rows, lists]) => {
      await fixture.replaceUsers(rows);
      for (const filter of lists.flat()) {
        expect(await found(filter), JSON.stringify(filter)).toEqual(matching(rows, filter));
      }
    });
    await fc.assert(property, runs(20));
  });

  it('find whom the matcher matches when they ask much about the same objects', async () => {
    const manyPairs = fc.tuple(userRows(30), fc.array(filtersOfManyPairs, { minLength: 8, maxLength: 8 }));
    const counts = { matching: 0, all: 0 };
    const property = fc.asyncProperty(manyPairs, async ([rows, lists]) => {
      await fixture.replaceUsers(rows);
      for (const filter of lists.flat()) {
        const expected = matching(rows, filter);
        expect(await found(filter), JSON.stringify(filter)).toEqual(expected);
        expect(await found(filter, ['a.b', 'b']), JSON.stringify(filter)).toEqual(expected);
        counts.matching += expected.length;
        counts.all += rows.length;
      }
    });
    await fixture.index(['a.b', 'b']);
    await fc.assert(property, runs(15));
    // They say nothing where they all match, or none does.
    expect(counts.matching / counts.all).toBeGreaterThan(0.1);
    expect(counts.matching / counts.all).toBeLessThan(0.9);
  });

  it('find whom the matcher matches when they ask much about arrays in arrays', async () => {
    const nested = fc.tuple(
      usersWithNestedArrays(60),
      fc.array(questionsAboutNestedArrays, { minLength: 6, maxLength: 6 }),
    );
    const counts = { matching: 0, all: 0 };
    const property = fc.asyncProperty(nested, async ([rows, lists]) => {
      await fixture.replaceUsers(rows);
      for (const filter of lists.flat()) {
        const expected = matching(rows, filter);
        expect(await found(filter), JSON.stringify(filter)).toEqual(expected);
        counts.matching += expected.length;
        counts.all += rows.length;
      }
    });
    await fc.assert(property, runs(16));
    expect(counts.matching / counts.all).toBeGreaterThan(0.1);
    expect(counts.matching / counts.all).toBeLessThan(0.9);
  });

  it('find the same with indexes on their fields', async () => {
    const indexedFields = ['a', 'b', 'c', 'a.b', 'b.a', '0', 'a.0', 'ü.😀'];
    await fixture.index(indexedFields);
    const property = fc.asyncProperty(cases, async ([rows, list]) => {
      await fixture.replaceUsers(rows);
      for (const filter of list) {
        expect(await found(filter, indexedFields), JSON.stringify(filter)).toEqual(matching(rows, filter));
      }
    });
    await fc.assert(property, runs(15));
  });

  it('find the same with indexes while no user has an array', async () => {
    const indexedFields = ['a', 'b', 'a.b'];
    await fixture.index(indexedFields);
    const property = fc.asyncProperty(cases, async ([rows, list]) => {
      const flat = rows.map(row => ({ ...row, custom: withoutArrays(row.custom) }));
      await fixture.replaceUsers(flat);
      for (const filter of list) {
        expect(await found(filter, indexedFields), JSON.stringify(filter)).toEqual(matching(flat, filter));
      }
    });
    await fc.assert(property, runs(10));
  });
});

function idsOf(rows: readonly UserRow[]): string[] {
  return rows.map(row => row.id).sort();
}

function withoutArrays(custom: UserRow['custom']): UserRow['custom'] {
  const first = (value: unknown): unknown => (Array.isArray(value) ? first(value[0] ?? null) : value);
  return JSON.parse(JSON.stringify(custom, (_, value) => first(value)));
}
