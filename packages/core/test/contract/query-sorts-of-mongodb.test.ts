/**
 * Sorts with the answers of MongoDB 8: facts from the public query tests of MongoDB and its relatives
 * (test/support/query/mongodb-sorts.ndjson).
 */
import { readFileSync } from 'node:fs';
import type { Filter, JsonObject, SortKey } from '@rollcall/protocol';
import { describeOnceForEachDialect, RUNS_WHOLE } from '@rollcall/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { toUser } from '../../src/users/model/to-user.js';
import { QueryFixture } from '../support/query/query-fixture.js';
import { sortByOracle } from '../support/query/sort-oracle.js';
import { NOW, userRow } from '../support/users/user-row.js';

/**
 * One case has an object whose fields were not written in the order of their names. MongoDB compares them as they were
 * written; Rollcall keeps no such order.
 */
const ORDER_OF_FIELDS = 901;

interface SortCase {
  no: number;
  docs: { id: string; custom: JsonObject }[];
  filter: Filter;
  sort: SortKey[];
  /** The ids in order, or that MongoDB refuses the sort. */
  expected: string[] | 'error';
}

const FILE = new URL('../support/query/mongodb-sorts.ndjson', import.meta.url);
const CASES = readFileSync(FILE, 'utf8')
  .trim()
  .split('\n')
  .map(line => JSON.parse(line) as SortCase);

it('the oracle of the random tests gives the answers of MongoDB', () => {
  const compared = CASES.filter(({ expected, no }) => expected !== 'error' && no !== ORDER_OF_FIELDS);
  for (const { no, docs, sort, expected } of compared) {
    const users = docs.map(doc => toUser(userRow(doc), NOW));
    expect(sortByOracle(users, sort), `no. ${no}`).toEqual(expected);
  }
  expect(compared).toHaveLength(67);
});

describeOnceForEachDialect('sorts with answers of MongoDB', engine => {
  let fixture: QueryFixture;
  beforeAll(async () => {
    fixture = await QueryFixture.open(engine);
  });
  afterAll(() => fixture.close());

  it.each(CASES)('no. $no: $sort', async ({ no, docs, filter, sort, expected }) => {
    const rows = docs.map(doc => userRow(doc));
    await fixture.replaceUsers(rows);
    const users = rows.map(row => toUser(row, NOW));
    // Where MongoDB refuses parallel arrays, Rollcall answers.
    const differs = expected === 'error' || no === ORDER_OF_FIELDS;
    const wanted = differs ? sortByOracle(users, sort) : expected;
    // Many documents one by one take their time.
    const limits = RUNS_WHOLE || docs.length < 20 ? [100, 1, 2] : [100, 9];
    for (const indexedFields of [[], sort.map(key => key.field).filter(field => field !== 'id')]) {
      await fixture.index(indexedFields);
      for (const limit of limits) {
        const ids: string[] = [];
        let next: string | undefined;
        do {
          const page = await fixture.page({ filter, sort, indexedFields, options: { limit, next } });
          ids.push(...page.rows.map(row => row.id));
          next = page.next;
        } while (next);
        expect(ids, `${indexedFields} in pages of ${limit}`).toEqual(wanted);
      }
    }
  });
});
