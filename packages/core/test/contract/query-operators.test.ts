import { FILTER_OPERATORS, type Filter, parseFilter, QUERY_FIELDS } from '@rollcall/protocol';
import { describeOnEveryDialect } from '@rollcall/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { matchesFilter } from '../../src/query/match-filter.js';
import { toUser } from '../../src/users/model/to-user.js';
import { allCells, CONSTANT, CUSTOM_KINDS, cellUsers } from '../support/query/cells.js';
import { departuresOf } from '../support/query/departures.js';
import { comparisonsIn, matchesByOracle, toDocument } from '../support/query/oracle.js';
import { QueryFixture } from '../support/query/query-fixture.js';
import { NOW } from '../support/users/user-row.js';

const rows = cellUsers();
const documents = rows.map(row => toDocument(toUser(row, NOW)));

const matched = (filter: Filter) => {
  const node = parseFilter(filter, { server: true });
  return rows.filter(row => matchesFilter(node, toUser(row, NOW), NOW)).map(row => row.id);
};

describe('the table of operators and fields', () => {
  const named = allCells().map(({ field, operator }) => `${field} ${operator}`);

  it('has every queryable field and every operator', () => {
    const fields = new Set(allCells().map(({ field }) => field));
    expect([...fields].sort()).toEqual([...Object.keys(QUERY_FIELDS), ...Object.keys(CUSTOM_KINDS)].sort());
    expect(new Set(allCells().map(({ operator }) => operator))).toEqual(new Set(FILTER_OPERATORS));
  });

  it('has every operator that the parser admits for a field, and no other', () => {
    const operand: Record<string, unknown> = {
      $in: [null],
      $nin: [null],
      $exists: true,
      $eq: null,
      $ne: null,
    };
    const values = ['a', true, NOW];
    for (const field of new Set(allCells().map(cell => cell.field))) {
      const admitted = FILTER_OPERATORS.filter(operator =>
        (operator in operand ? [operand[operator]] : values).some(value =>
          isAdmitted(field, operator, value),
        ),
      );
      expect(named.filter(name => name.startsWith(`${field} `))).toEqual(
        admitted.map(operator => `${field} ${operator}`),
      );
    }
  });

  it.each(allCells())('tells users apart: $field $operator', ({ field, operator, filters }) => {
    const tells = filters.some(filter => ![0, rows.length].includes(matched(filter).length));
    expect(tells).toBe(CONSTANT[`${field} ${operator}`] === undefined);
  });

  it.each(allCells())('agrees with mingo: $field $operator', ({ filters }) => {
    for (const filter of filters) {
      const expected = matched(filter);
      for (const [index, document] of documents.entries()) {
        if (comparisonsIn(filter).some(one => departuresOf(one, document).length > 0)) continue;
        const context = `${JSON.stringify(filter)} ${JSON.stringify(document)}`;
        expect(expected.includes(rows[index]?.id ?? ''), context).toBe(matchesByOracle(filter, document));
      }
    }
  });
});

function isAdmitted(field: string, operator: string, value: unknown): boolean {
  try {
    parseFilter({ [field]: { [operator]: value } }, { server: true });
    return true;
  } catch {
    return false;
  }
}

describeOnEveryDialect('every operator on every kind of field', engine => {
  let fixture: QueryFixture;
  beforeAll(async () => {
    fixture = await QueryFixture.open(engine);
    await fixture.replaceUsers(rows);
  });
  afterAll(() => fixture.close());

  it.each(allCells())('finds whom it matches: $field $operator', async ({ filters }) => {
    for (const filter of filters) {
      const found = await fixture.ids({ filter, options: { include_deactivated_users: true } });
      expect(found.sort(), JSON.stringify(filter)).toEqual(matched(filter).sort());
    }
  });
});
