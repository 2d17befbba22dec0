import { describe, expect, it } from 'vitest';
import { CALLER_BUDGETS } from '../caller-budgets.js';
import { RollcallError } from '../errors/rollcall-error.js';
import { LIMITS } from '../limits.js';
import type { QueryFieldKind } from '../users/user-fields.js';
import { parseFieldReference, parseFilter, type QueryRights } from './parse-filter.js';
import { FILTER_OPERATORS, type FilterOperator, QUERY_FIELDS, type QueryField } from './query-fields.js';

const SERVER = { server: true };

/** The refusal of a filter. */
function refusal(filter: unknown, rights: QueryRights = SERVER): RollcallError {
  try {
    parseFilter(filter, rights);
  } catch (error) {
    if (error instanceof RollcallError) return error;
    throw error;
  }
  throw new Error(`accepted: ${JSON.stringify(filter)}`);
}

function takes(filter: unknown): boolean {
  try {
    parseFilter(filter, SERVER);
    return true;
  } catch {
    return false;
  }
}

const ORDER = ['$gt', '$gte', '$lt', '$lte'] as const;
const EQUALITY = ['$eq', '$ne', '$in', '$nin', '$exists'] as const;

/** What a field takes by what it holds. */
const ACCEPTED_BY_KIND: Record<QueryFieldKind, readonly FilterOperator[]> = {
  string: [...EQUALITY, ...ORDER],
  strings: [...EQUALITY, '$contains'],
  boolean: EQUALITY,
  time: [...EQUALITY, ...ORDER],
};

/** What each field takes; the rest of the operators it lacks. A field that is not named takes what its kind does. */
const ACCEPTED: Record<string, readonly FilterOperator[]> = {
  ...Object.fromEntries(
    Object.entries(QUERY_FIELDS).map(([field, { holds }]) => [field, ACCEPTED_BY_KIND[holds]]),
  ),
  id: [...EQUALITY, ...ORDER, '$autocomplete'],
  name: [...EQUALITY, ...ORDER, '$autocomplete'],
  role: [...EQUALITY, ...ORDER],
  language: [...EQUALITY, ...ORDER],
  teams: [...EQUALITY, '$contains'],
  banned: EQUALITY,
  shadow_banned: EQUALITY,
  invisible: EQUALITY,
  online: EQUALITY,
  created_at: [...EQUALITY, ...ORDER],
  updated_at: [...EQUALITY, ...ORDER],
  last_active: [...EQUALITY, ...ORDER],
  deactivated_at: [...EQUALITY, ...ORDER],
  age: [...EQUALITY, ...ORDER, '$contains'],
};

const VALUES = { string: 'a', strings: 'a', boolean: true, time: Date.UTC(2026, 0), custom: 'a' } as const;

function operandFor(field: string, operator: FilterOperator): unknown {
  const holds = Object.hasOwn(QUERY_FIELDS, field) ? QUERY_FIELDS[field as QueryField].holds : 'custom';
  if (operator === '$exists') return true;
  return operator === '$in' || operator === '$nin' ? [VALUES[holds]] : VALUES[holds];
}

describe.each(Object.entries(ACCEPTED))('the field %s', (field, accepted) => {
  it.each(accepted)('takes %s', operator => {
    const node = parseFilter({ [field]: { [operator]: operandFor(field, operator) } }, SERVER);
    expect(node).toMatchObject({ kind: 'compare', comparison: { operator } });
  });

  it.each(FILTER_OPERATORS.filter(operator => !accepted.includes(operator)))(
    'lacks %s, and says so',
    operator => {
      const error = refusal({ [field]: { [operator]: operandFor(field, operator) } });
      expect(error).toMatchObject({ code: 'INPUT_INVALID', field });
      expect(error.message).toBe(
        `${field}: this field does not take the operator ${operator}; accepted are ${error.message.split('accepted are ')[1]}`,
      );
      for (const other of accepted) expect(error.message).toContain(other);
    },
  );

  it('does not know $regex, and says so', () => {
    const error = refusal({ [field]: { $regex: '^a' } });
    expect(error).toMatchObject({ code: 'INPUT_INVALID', field });
    expect(error.message).toMatch(new RegExp(`^${field}: \\$regex is not an operator; accepted are \\$eq`));
  });
});

describe('an operand of the wrong type', () => {
  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
  it.each([
    ['role', '$eq', 5],
    ['role', '$gt', null],
    ['role', '$gte', true],
    ['role', '$in', 'admin'],
    ['role', '$nin', [5]],
    ['role', '$exists', 1],
    ['role', '$eq', ['admin']],
    ['teams', '$eq', 5],
    ['teams', '$in', [['red', 5]]],
    ['teams', '$contains', 5],
    ['teams', '$contains', null],
    ['teams', '$contains', ['red']],
    ['teams', '$contains', 'nul\u0000'],
    ['online', '$eq', 'true'],
    ['online', '$ne', 1],
    ['created_at', '$gt', 'yesterday'],
    ['created_at', '$gt', '2026-01-31'],
    ['created_at', '$gt', '2026-01-31T12:00:00'],
    ['created_at', '$gt', 1.5],
    ['created_at', '$lt', Number.MAX_VALUE],
    ['created_at', '$eq', '2026-13-31T12:00:00Z'],
    ['created_at', '$eq', '2026-02-30T12:00:00Z'],
    ['created_at', '$lte', null],
    ['name', '$autocomplete', 5],
    ['name', '$autocomplete', 'a\u0000'],
    ['name', '$eq', 'half \ud83d'],
    ['age', '$eq', Number.NaN],
    ['age', '$eq', Number.POSITIVE_INFINITY],
    ['age', '$eq', { years: 5 }],
    ['age', '$eq', [{ years: 5 }]],
    ['age', '$gt', [5]],
    ['age', '$lt', null],
    ['age', '$in', 5],
    ['age', '$in', [{ years: 5 }]],
    ['age', '$nin', [() => 5]],
    ['age', '$eq', () => 5],
    ['age', '$eq', 5n],
    ['age', '$exists', null],
    ['age', '$contains', [5]],
    ['age', '$contains', { a: 1 }],
    ['age', '$eq', 'x'.repeat(LIMITS.filterValueLength + 1)],
    ['age', '$eq', Array(LIMITS.filterValues + 1).fill(1)],
    ['age', '$in', Array(LIMITS.filterValues + 1).fill(1)],
    ['age', '$eq', nested(LIMITS.customDepth + 1)],
    ['age', '$in', nested(5000)],
  ])('is refused for %s %s (%#), and the error names both', (field, operator, operand) => {
    const error = refusal({ [field]: { [operator]: operand } });
    expect(error).toMatchObject({ code: 'INPUT_INVALID', field });
    expect(error.message.startsWith(`${field}: `)).toBe(true);
    expect(error.message).toContain(operator);
  });

  it.each<[string, unknown, string]>([
    ['role', 5, '$eq takes a string, or null'],
    ['online', 'yes', '$eq takes true or false, or null'],
    ['age', {}, 'an object cannot be compared as a whole; name its fields by paths, such as "age.city"'],
    ['age', { $lt: null }, '$lt takes a string, a number or a boolean'],
    ['age', { $eq: {} }, '$eq takes a string, a number, a boolean, null or an array of them'],
    ['age', { $exists: 1 }, '$exists takes true or false'],
    ['age', { $contains: [5] }, '$contains takes one string, number or boolean, or null'],
    [
      'age',
      { $in: 5 },
      '$in takes an array of values, each a string, a number, a boolean, null or an array of them',
    ],
    [
      'age',
      { $nin: [{ years: 5 }] },
      '$nin takes an array of values, each a string, a number, a boolean, null or an array of them',
    ],
    ['role', { $gt: null }, '$gt takes a string'],
    ['role', { $in: 'admin' }, '$in takes an array of values, each a string, or null'],
    ['role', { $in: [5] }, '$in takes an array of values, each a string, or null'],
    ['online', { $nin: [1] }, '$nin takes an array of values, each true or false, or null'],
    ['teams', { $ne: 5 }, '$ne takes a string or an array of strings, or null'],
    ['created_at', { $lt: null }, '$lt takes a time: epoch milliseconds or an ISO 8601 string with a zone'],
    [
      'created_at',
      { $eq: 'yesterday' },
      '$eq takes a time: epoch milliseconds or an ISO 8601 string with a zone, or null',
    ],
  ])('is refused in words that say all that is accepted, and nothing else: %s %j', (field, value, words) => {
    expect(refusal({ [field]: value }).message).toBe(`${field}: ${words}`);
  });
});

describe('an operand that is undefined', () => {
  const nobody: Record<string, string> = {};
  it.each<[string, unknown]>([
    ['role', { role: nobody.role }],
    ['role.$eq', { name: 'Jane', role: { $eq: nobody.role } }],
    ['age.$lt', { age: { $gt: 1, $lt: undefined } }],
    ['address', { address: undefined, role: 'user' }],
    ['age.$in.1', { age: { $in: [1, undefined] } }],
    ['age.$nin.0', { age: { $nin: Array(1) } }],
    ['age.$eq.0.1', { age: { $eq: [[1, undefined]] } }],
    ['$or', { $or: undefined, role: 'user' }],
    ['$or.1', { $or: [{ a: 1 }, undefined] }],
    ['$or.0', { $or: Object.assign(Array(2), { 1: { a: 1 } }) }],
    ['$and.1.$nor.0.a.b', { $and: [{ a: 1 }, { $nor: [{ 'a.b': undefined }] }] }],
    ['name.$autocomplete', { name: { $autocomplete: undefined } }],
  ])('is refused at %s, never left out', (path, filter) => {
    const error = refusal(filter);
    expect(error).toMatchObject({ code: 'INPUT_INVALID', field: path });
    expect(error.message).toContain(`${path}: is undefined`);
  });
});

describe('the values of a filter, all its comparisons together,', () => {
  const within = (maxFilterValues: number): QueryRights => ({ server: false, maxFilterValues });
  const list = (count: number) => Array.from({ length: count }, (_, index) => index);

  it.each<[number, unknown]>([
    [1, { a: 1 }],
    [1, { a: null }],
    [1, { a: { $exists: false } }],
    [1, { teams: { $contains: 'red' } }],
    [1, { a: [] }],
    [2, { a: [1, [2]] }],
    [2, { name: { $autocomplete: 'jane doe' } }],
    [3, { a: { $in: [1, [], [[3]]] } }],
    [3, { a: { $nin: [1, 1, 1] } }],
    [5, { $or: [{ a: { $in: [1, 2] } }, { $nor: [{ b: { $gt: 1, $lt: 5 } }] }], role: 'user' }],
  ])('are %i in %j', (count, filter) => {
    expect(() => parseFilter(filter, within(count))).not.toThrow();
    const error = refusal(filter, within(count - 1));
    expect(error).toMatchObject({ code: 'INPUT_INVALID' });
    expect(error.message).toContain(`at most ${count - 1} values`);
  });

  it('count as zero in a filter that says nothing', () => {
    expect(() => parseFilter({ $or: [{}, { $and: [{}] }] }, within(0))).not.toThrow();
  });

  it('are bounded however they are spread, and the error says where and how many are accepted', () => {
    const { filterValues } = CALLER_BUDGETS.client;
    const spread = { $or: [{ a: { $in: list(filterValues - 1) } }, { b: 1 }] };
    expect(() => parseFilter(spread, within(filterValues))).not.toThrow();
    const error = refusal({ ...spread, 'c.d': 1 }, within(filterValues));
    expect(error).toMatchObject({ code: 'INPUT_INVALID', field: 'c.d' });
    expect(error.message).toContain(`${filterValues} values`);
  });

  it('have the bound of a server token where no other is given', () => {
    const { filterValues } = CALLER_BUDGETS.server;
    const parts = list(filterValues / LIMITS.filterValues).map(name => ({
      [`f${name}`]: { $in: list(LIMITS.filterValues) },
    }));
    expect(() => parseFilter({ $or: parts }, SERVER)).not.toThrow();
    expect(refusal({ $or: [...parts, { b: 1 }] }).message).toContain(`${filterValues} values`);
  });
});

describe('what a filter resolves to', () => {
  it('is everything for nothing', () => {
    expect(parseFilter({}, SERVER)).toEqual({ kind: 'all', nodes: [] });
  });

  it('is one comparison for a bare value', () => {
    expect(parseFilter({ age: 18 }, SERVER)).toEqual({
      kind: 'compare',
      field: { kind: 'custom', path: ['age'] },
      comparison: { operator: '$eq', value: 18 },
    });
  });

  it('joins fields and operators with "and"', () => {
    expect(parseFilter({ role: 'admin', age: { $gt: 1, $lt: 5 } }, SERVER)).toEqual({
      kind: 'all',
      nodes: [
        {
          kind: 'compare',
          field: { kind: 'built-in', field: 'role' },
          comparison: { operator: '$eq', value: 'admin' },
        },
        {
          kind: 'compare',
          field: { kind: 'custom', path: ['age'] },
          comparison: { operator: '$gt', value: 1 },
        },
        {
          kind: 'compare',
          field: { kind: 'custom', path: ['age'] },
          comparison: { operator: '$lt', value: 5 },
        },
      ],
    });
  });

  it.each([
    ['$and', 'all'],
    ['$or', 'any'],
    ['$nor', 'none'],
  ])('turns %s into %s', (operator, kind) => {
    const node = parseFilter({ [operator]: [{ a: 1 }, { b: 2 }] }, SERVER);
    expect(node).toMatchObject({ kind, nodes: [{ kind: 'compare' }, { kind: 'compare' }] });
  });

  it('has times as epoch milliseconds', () => {
    const at = Date.UTC(2026, 0, 31, 12);
    for (const time of [at, '2026-01-31T12:00:00Z', '2026-01-31T13:00:00.000+01:00']) {
      const node = parseFilter({ created_at: { $gte: time } }, SERVER);
      expect(node).toMatchObject({ comparison: { operator: '$gte', value: at } });
    }
  });

  it('says of a path in a built-in field that there is none', () => {
    expect(refusal({ 'teams.0': 'red' }).message).toBe(
      'teams.0: teams is a built-in field, in which there are no paths; custom.teams.0 is custom data',
    );
    expect(refusal({ 'devices.id': 1 }).message).toContain('the built-in fields that can are id, ');
  });

  it.each(['created_at', 'updated_at', 'last_active', 'deactivated_at'])(
    'refuses a number of seconds for %s, which would match everybody or nobody',
    field => {
      for (const operand of [1_700_000_000, { $gt: 1_700_000_000 }, { $in: [1_700_000_000] }]) {
        const error = refusal({ [field]: operand });
        expect(error).toMatchObject({ code: 'INPUT_INVALID', field });
        expect(error.message).toContain('multiply seconds by 1,000');
      }
    },
  );

  it.each([...EQUALITY, ...ORDER, '$contains'])(
    'says what %s takes of a custom field, or in its list, which is just what it takes',
    operator => {
      const listed = operator === '$in' || operator === '$nin';
      const values = { string: 'x', number: 1, boolean: true, null: null, array: ['x'], object: { a: 1 } };
      const words = {
        string: /string/,
        number: /number/,
        boolean: /boolean|true or false/,
        null: /null/,
        array: /array/,
        object: /object/,
      };
      const kinds = Object.keys(values) as (keyof typeof values)[];
      const refusals = new Map(
        kinds.flatMap(kind => {
          const filter = { age: { [operator]: listed ? [values[kind]] : values[kind] } };
          return takes(filter) ? [] : [[kind, refusal(filter).message] as const];
        }),
      );
      expect(refusals.size).toBeGreaterThan(0);
      for (const message of refusals.values()) {
        const named = kinds.filter(kind => words[kind].test(message));
        expect(named, message).toEqual(kinds.filter(kind => !refusals.has(kind)));
      }
    },
  );

  it('has the words of an autocompletion folded', () => {
    const node = parseFilter({ name: { $autocomplete: 'Zoë MÜL' } }, SERVER);
    expect(node).toMatchObject({ comparison: { operator: '$autocomplete', words: ['zoe', 'mul'] } });
    const empty = parseFilter({ name: { $autocomplete: ' -- ' } }, SERVER);
    expect(empty).toMatchObject({ comparison: { operator: '$autocomplete', words: [] } });
  });

  it('takes null where equality is asked', () => {
    const filters = [{ name: null }, { name: { $ne: null } }, { name: { $in: [null, 'a'] } }];
    for (const filter of filters) expect(() => parseFilter(filter, SERVER)).not.toThrow();
  });

  it('takes what is just within the limits', () => {
    const clauses = Array.from({ length: LIMITS.filterClauses }, () => ({ a: 1 }));
    expect(() => parseFilter({ $or: clauses }, SERVER)).not.toThrow();
    expect(() => parseFilter({ a: { $in: Array(LIMITS.filterValues).fill(1) } }, SERVER)).not.toThrow();
    expect(() => parseFilter({ a: 'x'.repeat(LIMITS.filterValueLength) }, SERVER)).not.toThrow();
  });
});

describe('the name of a field', () => {
  it('addresses custom data with and without "custom"', () => {
    const path = ['address', 'city'];
    expect(parseFieldReference('address.city', SERVER)).toEqual({ kind: 'custom', path });
    expect(parseFieldReference('custom.address.city', SERVER)).toEqual({ kind: 'custom', path });
    expect(parseFieldReference('custom.role', SERVER)).toEqual({ kind: 'custom', path: ['role'] });
  });

  it.each([
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    'custom',
    'custom.',
    'a b',
    "a'b",
    'a"b',
    'a\\b',
    'a[0]',
    'a\u0000b',
    'a'.repeat(65),
    'a.$b',
    '__proto__',
    'a.constructor',
    'prototype.a',
    'image',
    'devices',
    'blocked_user_ids',
    'privacy_settings.typing_indicators',
    'name.first',
    'a.b.c.d.e.f.g.h.i',
  ])('%j is refused and named', name => {
    const filter = JSON.parse(`{${JSON.stringify(name)}: 1}`) as unknown;
    expect(refusal(filter)).toMatchObject({ code: 'INPUT_INVALID', field: name });
  });

  it.each(['shadow_banned', 'invisible'])('%s is for servers only', field => {
    expect(refusal({ [field]: true }, { server: false })).toMatchObject({ code: 'NOT_ALLOWED', field });
    expect(() => parseFilter({ [field]: true }, SERVER)).not.toThrow();
  });
});

describe('the shape of a filter', () => {
  it.each([[null], [[]], ['role'], [5], [undefined], [true]])('%j is no filter', filter => {
    expect(refusal(filter)).toMatchObject({ code: 'INPUT_INVALID', field: 'filter' });
  });

  it.each(['$and', '$or', '$nor'])('%s takes an array of at least one filter', operator => {
    for (const value of [[], {}, 'a', null]) {
      expect(refusal({ [operator]: value })).toMatchObject({ code: 'INPUT_INVALID', field: operator });
    }
    expect(refusal({ [operator]: [{ a: 1 }, 5] })).toMatchObject({ field: `${operator}.1` });
  });

  it.each(['$not', '$where', '$expr', '$eq', '$'])('%s is no operator at the top', operator => {
    const error = refusal({ [operator]: 1 });
    expect(error).toMatchObject({ code: 'INPUT_INVALID', field: operator });
    expect(error.message).toContain('$and, $or, $nor');
  });

  it('compares no object as a whole', () => {
    for (const value of [{}, { city: 'Berlin' }, { $eq: 1, city: 'Berlin' }]) {
      expect(refusal({ address: value })).toMatchObject({ code: 'INPUT_INVALID', field: 'address' });
    }
  });

  it('is bounded in depth', () => {
    const nest = (levels: number): unknown => (levels === 1 ? { a: 1 } : { $and: [nest(levels - 1)] });
    expect(() => parseFilter(nest(LIMITS.filterDepth), SERVER)).not.toThrow();
    expect(refusal(nest(LIMITS.filterDepth + 1)).message).toContain(`${LIMITS.filterDepth} levels`);
  });

  it('is bounded in breadth, even where its parts say nothing', () => {
    for (const part of [{ a: 1 }, {}]) {
      const parts = Array.from({ length: LIMITS.filterClauses + 1 }, () => part);
      expect(refusal({ $or: parts }).message).toContain(`at most ${LIMITS.filterClauses} comparisons`);
    }
  });

  it('reads nothing that JSON hides in a prototype', () => {
    expect(refusal(JSON.parse('{"__proto__": {"$eq": 1}}'))).toMatchObject({ field: '__proto__' });
    expect(refusal(JSON.parse('{"a": {"__proto__": 1}}'))).toMatchObject({ field: 'a' });
  });
});
