import { type Filter, type JsonObject, type JsonValue, parseFilter, type User } from '@rollcall/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOW, userRow } from '../../test/support/users/user-row.js';
import { toUser } from '../users/model/to-user.js';
import { compileMatcher, type Matcher } from './match-filter.js';
import { MatchSubject, named } from './match-subject.js';

const user = (fields: Partial<User>): User => ({ ...toUser(userRow({ id: 'jane' }), NOW), ...fields });
const matcherOf = (filter: Filter) => compileMatcher(parseFilter(filter, { server: true }));
const custom = (...path: string[]) => named({ kind: 'custom', path });

describe('a user that many filters judge', () => {
  const values = fc.constantFrom<JsonValue>(
    1,
    2,
    'x',
    null,
    [1, 3],
    [],
    { b: 1 },
    [{ b: 1 }, { b: 'x' }],
    true,
  );
  const filters = fc
    .record({
      field: fc.constantFrom('a', 'a.b', 'c', 'id', 'name'),
      operand: fc.constantFrom<Record<string, JsonValue>>(
        { $eq: 'x' },
        { $in: ['x', 'jane'] },
        { $gte: 'a' },
      ),
    })
    .map(({ field, operand }): Filter => ({ [field]: operand }) as Filter)
    .chain(filter =>
      fc.constantFrom<Filter>(filter, { $nor: [filter] }, { $and: [filter, { a: { $exists: true } }] }, {
        $or: [filter, { name: { $autocomplete: 'zo' } }],
      } as Filter),
    );
  const names = fc.constantFrom('Zoe Ann', 'x', '');

  it('is to each of them what it is to that filter alone, though some of them do not know every field', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ filter: filters, unknown: fc.constantFrom(undefined, 'custom.a', 'name') })),
        fc.record({ a: values, c: values, name: names }),
        (judged, { a, c, name }) => {
          const someone = user({ name, custom: { a, c } });
          const shared = new MatchSubject(someone, NOW);
          const answers = (subjectOf: () => MatchSubject) =>
            judged.map(({ filter, unknown }) => {
              const matches = matcherOf(filter);
              return unknown ? matches(subjectOf(), field => field === unknown) : matches(subjectOf());
            });
          const alone = answers(() => new MatchSubject(someone, NOW));
          expect(answers(() => shared)).toEqual(alone);
          shared.forget();
          expect(answers(() => shared)).toEqual(alone);
        },
      ),
    );
  });

  it('has each path followed once, however many filters name it', () => {
    let followed = 0;
    const counted = Object.defineProperty({} as JsonObject, 'a', {
      enumerable: true,
      get: () => {
        followed += 1;
        return 7;
      },
    });
    const judge = (matchers: Matcher[], subject: MatchSubject) =>
      matchers.filter(matches => matches(subject));
    const matchers = Array.from({ length: 100 }, (_, n) => matcherOf({ a: { $gt: n - 0.5, $lt: n + 0.5 } }));
    expect(judge(matchers, new MatchSubject(user({ custom: counted }), NOW))).toEqual([matchers[7]]);
    expect(followed).toBe(1);
  });

  it('has a list looked through a few times, however many comparisons of any kind ask for it', () => {
    let looks = 0;
    const elements: JsonValue[] = Array.from({ length: 1000 }, (_, n) => (n % 2 === 0 ? `x${n}` : [n]));
    const list = new Proxy(elements, {
      get: (target, name, receiver) => {
        if (typeof name === 'string' && /^\d+$/.test(name)) looks += 1;
        return Reflect.get(target, name, receiver);
      },
    });
    const subject = new MatchSubject(user({ custom: { list } }), NOW);
    const operands = (n: number): Record<string, JsonValue>[] => [
      { $eq: `y${n}` },
      { $in: [[`y${n}`], n] },
      { $gt: `z${n}` },
      { $lt: -n },
      { $gte: true },
      { $contains: `y${n}` },
    ];
    const filters = Array.from({ length: 100 }, (_, n) => operands(n).map(list => ({ list }) as Filter));
    expect(filters.flat().filter(filter => matcherOf(filter)(subject))).toEqual([]);
    expect(looks).toBeLessThan(5 * elements.length);
  });

  it('keeps a bounded amount of what was found in it, the last', () => {
    const fields = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`field${n}`, n]));
    const list = Array.from({ length: 3000 }, () => fields);
    const subject = new MatchSubject(user({ name: 'Zoe', custom: { list } }), NOW);
    const found = Array.from({ length: 20 }, (_, n) => subject.valuesOf(custom('list', `field${n}`)));
    expect(found.every(({ places }) => places.length === 3000)).toBe(true);
    // In turn from the last one: as soon as one is found anew, the others are forgotten.
    const kept = found.toReversed().filter((values, back) => {
      const n = found.length - 1 - back;
      return subject.valuesOf(custom('list', `field${n}`)) === values;
    });
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(4);
  });

  it('lets go of what was found in it, and finds it again', () => {
    const subject = new MatchSubject(user({ name: 'Zoe Ann', custom: { a: 1 } }), NOW);
    const [values, texts] = [
      subject.valuesOf(custom('a')),
      subject.textsOf(named({ kind: 'built-in', field: 'name' })),
    ];
    expect(subject.valuesOf(custom('a'))).toBe(values);
    subject.forget();
    expect(subject.valuesOf(custom('a'))).not.toBe(values);
    expect(subject.valuesOf(custom('a')).places).toEqual(values.places);
    expect(subject.textsOf(named({ kind: 'built-in', field: 'name' }))).toEqual(texts);
  });
});
