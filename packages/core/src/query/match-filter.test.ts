import { type Filter, type JsonValue, parseFilter, type User } from '@rollcall/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEPARTURES, departuresOf } from '../../test/support/query/departures.js';
import { comparisonsIn, matchesByOracle, toDocument } from '../../test/support/query/oracle.js';
import { PATH_EXAMPLES } from '../../test/support/query/path-examples.js';
import { NOW, userRow } from '../../test/support/users/user-row.js';
import { toUser } from '../users/model/to-user.js';
import { compileMatcher, matchesFilter } from './match-filter.js';
import { MatchSubject } from './match-subject.js';

const user = (fields: Partial<User>): User => ({ ...toUser(userRow({ id: 'jane' }), NOW), ...fields });
const matches = (filter: Filter, fields: Partial<User>) =>
  matchesFilter(parseFilter(filter, { server: true }), user(fields), NOW);

describe('the matcher answers as MongoDB does', () => {
  it.each(PATH_EXAMPLES)(
    '$filter on $custom: $matches, because $why',
    ({ custom, filter, matches: expected }) => {
      expect(matches(filter, { custom })).toBe(expected);
      expect(matches({ $nor: [filter] }, { custom })).toBe(!expected);
    },
  );
});

describe('mingo', () => {
  it.each(PATH_EXAMPLES)(
    'answers $filter on $custom as it is known to',
    ({ custom, filter, matches: expected, departure }) => {
      const document = toDocument(user({ custom }));
      const departures = comparisonsIn(filter).flatMap(comparison => departuresOf(comparison, document));
      if (departure) expect(departures).toContain(departure);
      if (departure || departures.length === 0) {
        expect(matchesByOracle(filter, document)).toBe(departure ? !expected : expected);
      }
    },
  );

  it('has no departure that no example proves', () => {
    const proved = new Set(PATH_EXAMPLES.map(({ departure }) => departure));
    expect(Object.keys(DEPARTURES).filter(name => !proved.has(name))).toEqual([]);
  });
});

describe('the matcher', () => {
  it('takes a ban that has run out for none, at the very moment', () => {
    for (const field of ['banned', 'shadow_banned'] as const) {
      expect(matches({ [field]: true }, { [field]: true })).toBe(true);
      expect(matches({ [field]: true }, { [field]: true, ban_expires: NOW + 1 })).toBe(true);
      expect(matches({ [field]: true }, { [field]: true, ban_expires: NOW })).toBe(false);
      expect(matches({ [field]: false }, { [field]: true, ban_expires: NOW })).toBe(true);
    }
  });

  it('takes the presence of a user as it is given', () => {
    expect(matches({ online: true }, { online: true, invisible: true })).toBe(true);
    expect(matches({ last_active: { $exists: false } }, { last_active: undefined })).toBe(true);
  });

  it('finds each word of an autocompletion at the beginning of some word', () => {
    const name = 'Zoë van der Müller-Łoś';
    for (const text of ['zoe', 'ZOË', 'mul', 'd v', 'müller', 'van zoe']) {
      expect(matches({ name: { $autocomplete: text } }, { name }), text).toBe(true);
    }
    for (const text of ['oe', 'uller', 'zoex', 'van x']) {
      expect(matches({ name: { $autocomplete: text } }, { name }), text).toBe(false);
    }
    expect(matches({ name: { $autocomplete: 'z' } }, { name: undefined })).toBe(false);
    expect(matches({ id: { $autocomplete: 'doe' } }, { id: 'jane_doe' })).toBe(true);
  });

  it('looks at no field that an object inherits', () => {
    for (const name of ['toString', 'hasOwnProperty', 'valueOf']) {
      expect(matches({ [name]: { $exists: true } }, { custom: {} })).toBe(false);
      expect(matches({ [`a.${name}`]: { $exists: true } }, { custom: { a: {} } })).toBe(false);
    }
  });
});

describe('a matcher', () => {
  const matcherOf = (filter: Filter) => compileMatcher(parseFilter(filter, { server: true }));

  it('keeps nothing of one user for the next', () => {
    const filter = {
      $or: [{ name: { $autocomplete: 'z' } }, { 'a.b': { $in: [1, [2]] } }, { 'a.b': { $gt: 5 } }],
    };
    const matcher = matcherOf(filter);
    const users: Partial<User>[] = [
      { name: 'Zoe' },
      {},
      { custom: { a: { b: 1 } } },
      { custom: { a: [{ b: 6 }] } },
      { custom: {} },
    ];
    const answers = () => users.map(fields => matcher(new MatchSubject(user(fields), NOW)));
    expect(answers()).toEqual([true, false, true, true, false]);
    expect(answers()).toEqual(users.map(fields => matches(filter, fields)));
  });

  it('takes arrays in a list for what they hold', () => {
    const matcher = matcherOf({ a: { $in: [[1, ['x']], [], 'y'] } });
    const holds = (a: JsonValue) => matcher(new MatchSubject(user({ custom: { a } }), NOW));
    const values: JsonValue[] = [
      [1, ['x']],
      [[1, ['x']]],
      [],
      [[]],
      ['y'],
      'y',
      [1, 'x'],
      '[]',
      { 0: 1 },
      [{}],
    ];
    expect(values.map(holds)).toEqual([true, true, true, true, true, true, false, false, false, false]);
  });

  it('costs what its comparisons are, and not what their lists hold', () => {
    const filterOf = (values: number): Filter => ({
      $and: Array.from({ length: 90 }, (_, index) => ({
        [`field${index}`]: { $nin: Array.from({ length: values }, (_, value) => `value ${value}`) },
      })),
    });
    const custom = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`field${index}`, 'another']));
    const someone = user({ custom });
    const took = (filter: Filter) => {
      const matcher = matcherOf(filter);
      for (let round = 0; round < 100; round++) matcher(new MatchSubject(someone, NOW));
      const began = performance.now();
      for (let round = 0; round < 500; round++) matcher(new MatchSubject(someone, NOW));
      return performance.now() - began;
    };
    const [few, many] = [took(filterOf(1)), took(filterOf(110))];
    expect(many / few).toBeLessThan(4);
  });
});

describe('a matcher that does not know what a field holds', () => {
  const values = fc.constantFrom<JsonValue>(1, 2, 'x', null, [1, 3], [], true);
  const comparison = fc.record({
    field: fc.constantFrom('known', 'unknown', 'unknown.deep'),
    operand: fc.oneof(
      values.map(value => ({ $eq: value })),
      fc.constantFrom(1, 'x').map(value => ({ $gte: value })),
      fc.array(values, { minLength: 1, maxLength: 2 }).map(list => ({ $nin: list })),
      fc.boolean().map(exists => ({ $exists: exists })),
    ),
  });
  const filters = fc.letrec<{ filter: Filter }>(tie => ({
    filter: fc.oneof(
      { maxDepth: 3 },
      comparison.map(({ field, operand }) => ({ [field]: operand }) as Filter),
      fc
        .record({
          how: fc.constantFrom('$and', '$or', '$nor'),
          parts: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }),
        })
        .map(({ how, parts }) => ({ [how]: parts }) as Filter),
    ),
  })).filter;

  it('says what holds whatever the field holds, and else that it does not know', () => {
    let decided = 0;
    fc.assert(
      fc.property(filters, values, (filter, known) => {
        const match = compileMatcher(parseFilter(filter, { server: true }));
        const asks = (field: string) => field.startsWith('custom.unknown');
        const answer = match(new MatchSubject(user({ custom: { known } }), NOW), asks);
        if (answer !== undefined) decided += 1;
        const tried: JsonValue[] = [1, 2, 'x', null, [1, 3], [], true, { deep: 1 }, { deep: ['x'] }];
        const answers = [
          match(new MatchSubject(user({ custom: { known } }), NOW)),
          ...tried.map(unknown => match(new MatchSubject(user({ custom: { known, unknown } }), NOW))),
        ];
        if (answer !== undefined) expect(new Set(answers)).toEqual(new Set([answer]));
        if (!JSON.stringify(filter).includes('unknown')) expect(answer).toBe(answers[0]);
      }),
    );
    expect(decided).toBeGreaterThan(0);
  });
});
