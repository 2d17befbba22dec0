import { type Filter, type ParsedFilter, parseFilter } from '@rollcall/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filters, userRows } from '../../test/support/query/arbitraries.js';
import { NOW } from '../../test/support/users/user-row.js';
import { toUser } from '../users/model/to-user.js';
import { matchesFilter } from './match-filter.js';
import { normaliseFilter } from './normalise-filter.js';

const parse = (filter: Filter) => parseFilter(filter, { server: true });
const normal = (filter: Filter) => normaliseFilter(parse(filter));

/** Every part of a filter, the filter itself first. */
function partsOf(filter: ParsedFilter): ParsedFilter[] {
  return filter.kind === 'compare' ? [filter] : [filter, ...filter.nodes.flatMap(partsOf)];
}

describe('the normal form of a filter', () => {
  it('has the same matches, and is its own normal form', () => {
    const cases = fc.tuple(userRows(20), fc.array(filters, { minLength: 5, maxLength: 5 }), fc.context());
    const property = fc.property(cases, ([rows, list, context]) => {
      // Joined, so that parts of several filters meet.
      const joined = [{ $or: list }, { $nor: list }, { $and: list.map(one => ({ $nor: [one] })) }];
      for (const filter of [...list, ...joined] as Filter[]) {
        const given = parse(filter);
        const changed = normaliseFilter(given);
        context.log(JSON.stringify({ filter, changed }));
        for (const row of rows) {
          const user = toUser(row, NOW);
          expect(matchesFilter(changed, user, NOW)).toBe(matchesFilter(given, user, NOW));
        }
        expect(normaliseFilter(changed)).toEqual(changed);
      }
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('nests no kind in itself, says nothing twice, and negates single comparisons only', () => {
    const property = fc.property(filters, filter => {
      for (const part of partsOf(normal(filter))) {
        if (part.kind === 'compare') continue;
        expect(part.nodes.map(({ kind }) => kind)).not.toContain(part.kind);
        const texts = part.nodes.map(node => JSON.stringify(node));
        expect(new Set(texts).size).toBe(texts.length);
        if (part.kind === 'none') expect(part.nodes).toMatchObject([{ kind: 'compare' }]);
      }
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it.each<[string, Filter, Filter]>([
    [
      'equalities under $or',
      { $or: [{ a: 1 }, { a: { $in: [2, '2'] } }, { a: 1 }] },
      { a: { $in: [1, 2, '2'] } },
    ],
    ['null among them', { $or: [{ a: 1 }, { a: null }] }, { a: { $in: [1, null] } }],
    ['arrays among them', { $or: [{ a: [1] }, { a: [1] }, { a: 2 }] }, { a: { $in: [[1], 2] } }],
    ['two ways to write a path', { $or: [{ a: 1 }, { 'custom.a': 2 }] }, { a: { $in: [1, 2] } }],
    ['equalities of built-in fields', { $or: [{ role: 'x' }, { role: 'y' }] }, { role: { $in: ['x', 'y'] } }],
    [
      'equalities under nested $or',
      { $or: [{ a: 1 }, { $or: [{ a: 2 }, { a: 3 }] }] },
      { a: { $in: [1, 2, 3] } },
    ],
    ['equalities under $nor', { $nor: [{ a: 1 }, { a: { $in: [2, 3] } }] }, { a: { $nin: [1, 2, 3] } }],
    ['negations under $and', { $and: [{ a: { $ne: 1 } }, { a: { $nin: [2] } }] }, { a: { $nin: [1, 2] } }],
    ['negations under $nor', { $nor: [{ a: { $ne: 1 } }] }, { a: 1 }],
    ['a negation of a negation', { $nor: [{ $nor: [{ a: { $gt: 1 } }] }] }, { a: { $gt: 1 } }],
    [
      '$nor of $and',
      { $nor: [{ $and: [{ a: 1 }, { b: 1 }] }] },
      { $or: [{ a: { $ne: 1 } }, { b: { $ne: 1 } }] },
    ],
    ['$nor of $exists', { $nor: [{ a: { $exists: true } }] }, { a: { $exists: false } }],
    ['the same twice', { $and: [{ a: { $gt: 1 } }, { a: { $gt: 1 } }] }, { a: { $gt: 1 } }],
    ['an $and of one', { $and: [{ $and: [{ a: { $gt: 1 } }] }] }, { a: { $gt: 1 } }],
    ['an empty part of $and', { $and: [{}, { a: 1 }] }, { a: 1 }],
    ['an empty part of $or', { $or: [{}, { a: 1 }] }, {}],
    ['an empty list in $or', { $or: [{ b: { $in: [] } }, { a: 1 }] }, { a: 1 }],
    ['an empty list that excludes', { a: { $nin: [] } }, {}],
  ])('makes less of %s', (_, filter, expected) => {
    expect(normal(filter)).toEqual(parse(expected));
  });

  it.each<[string, Filter]>([
    ['equalities under $and, which an array can meet together', { $and: [{ a: 1 }, { a: 2 }] }],
    ['negations under $or', { $or: [{ a: { $ne: 1 } }, { a: { $ne: 2 } }] }],
    ['equalities of different fields', { $or: [{ a: 1 }, { b: 1 }] }],
    ['a number and its text', { a: { $in: [1, '1', true, 'true'] } }],
    ['$nor of a comparison of order, which a missing field meets', { $nor: [{ a: { $gt: 1 } }] }],
  ])('keeps %s', (_, filter) => {
    expect(normal(filter)).toEqual(parse(filter));
  });

  it('makes less of bounds of a field, however many', () => {
    const bounds = (operator: string, values: readonly (string | number | boolean)[]): Filter[] =>
      values.map(value => ({ a: { [operator]: value } }) as Filter);
    expect(normal({ $or: [...bounds('$gt', [7, 5, 6]), { a: { $gt: 'x' } }] })).toEqual(
      parse({ $or: [{ a: { $gt: 5 } }, { a: { $gt: 'x' } }] }),
    );
    expect(normal({ $or: [...bounds('$gt', [5]), ...bounds('$gte', [5, 9])] })).toEqual(
      parse({ a: { $gte: 5 } }),
    );
    expect(normal({ $or: [...bounds('$lte', [5, 4]), ...bounds('$lt', [5])] })).toEqual(
      parse({ a: { $lte: 5 } }),
    );
    // By code points, as everywhere: UTF-16 would have it the other way round.
    expect(normal({ $or: bounds('$lt', ['\u{1f600}', '\uff61']) })).toEqual(
      parse({ a: { $lt: '\u{1f600}' } }),
    );
    expect(normal({ $or: bounds('$gte', [true, false]) })).toEqual(parse({ a: { $gte: false } }));
    expect(normal({ $nor: bounds('$gt', [7, 5]) })).toEqual(parse({ $nor: [{ a: { $gt: 5 } }] }));
    // Different elements of an array may meet them.
    const both: Filter = { $and: bounds('$gt', [7, 5]) };
    expect(normal(both)).toEqual(parse(both));
    const apart: Filter = { $or: [{ a: { $gt: 7 } }, { a: { $lt: 5 } }, { b: { $gt: 5 } }] };
    expect(normal(apart)).toEqual(parse(apart));
  });

  it('is an empty "any" for a filter that nobody can match', () => {
    const nobody = { kind: 'any', nodes: [] };
    expect(normal({ a: { $in: [] } })).toEqual(nobody);
    expect(normal({ b: 1, $and: [{ $nor: [{}] }] })).toEqual(nobody);
    expect(normal({ $nor: [{ a: 1 }, {}] })).toEqual(nobody);
  });

  it('has what is cheap first: columns, then JSON, then walks through arrays, then words', () => {
    const parts: Filter[] = [
      { name: { $autocomplete: 'ja' } },
      { 'a.b': 1 },
      { $or: [{ 'a.c': 1 }, { c: 2 }] },
      { a: 1 },
      { teams: 'red' },
      { role: 'admin' },
    ];
    const cheapFirst = [5, 3, 4, 1, 2, 0].map(index => parts[index] as Filter);
    const sorted = { $and: cheapFirst.map(part => (part.$or ? { $or: [{ c: 2 }, { 'a.c': 1 }] } : part)) };
    expect(normal({ $and: parts })).toEqual(parse(sorted));
  });

  it('of thousands of values costs no more than reading them', () => {
    const values = Array.from({ length: 1000 }, (_, index) => index);
    const lists = Array.from({ length: 10 }, () => ({ a: { $in: values } }));
    const { comparison } = normal({ $or: lists }) as Extract<ParsedFilter, { kind: 'compare' }>;
    expect(comparison).toEqual({ operator: '$in', values });
  });
});
