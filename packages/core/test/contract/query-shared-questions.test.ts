/**
 * What is asked about the same objects many times is answered by one reading of a user. Here every question that there is
 * about a few paths has its answer taken out of such a reading, over users who differ in how the paths lead through arrays.
 */
import { type Filter, type JsonObject, type JsonValue, parseFilter } from '@rollcall/protocol';
import { describeOnEveryDialect } from '@rollcall/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { matchesFilter } from '../../src/query/match-filter.js';
import { toUser } from '../../src/users/model/to-user.js';
import { QueryFixture } from '../support/query/query-fixture.js';
import { NOW, userRow } from '../support/users/user-row.js';

const VALUES: (JsonValue | undefined)[] = [undefined, 1, 2, 'x', true, null, [], [1, 2], [[1]], { a: 1 }];

/** What lies under `a`: every value by itself, in an object, in an object of an array beside others, and by index. */
const DOCUMENTS: JsonObject[] = [
  ...VALUES.flatMap(value => {
    const inObject: JsonObject = value === undefined ? {} : { a: value };
    const inElement: JsonValue[] = value === undefined ? [] : [value];
    return [
      inObject,
      { a: inObject },
      { a: [inObject] },
      { a: [inObject, { a: [1, 2] }, 7] },
      { a: [{ b: [3, 3] }, inObject] },
      { a: [{ a: inObject }, { a: [inObject, inObject] }] },
      { a: inElement },
      { a: [inElement, [inObject]] },
      { a: [{ 0: inElement }, inObject] },
      { a: { 0: inObject } },
    ];
  }),
  { a: [{ a: [1, 2] }, { b: 1 }] },
  { a: [{ a: [1, 2] }, { a: [3, 4] }] },
  { a: [{ a: 1 }, { a: [] }] },
];

const PATHS = ['a', 'a.a', 'a.a.a', 'a.0', 'a.1', 'a.0.a', 'a.0.0'];

const COMPARISONS: JsonObject[] = [
  ...[1, 'x', true, null, [], [1], [1, 2], [[1]]].map(value => ({ $eq: value })),
  { $in: [1, null] },
  { $in: [2, 'x', [1, 2]] },
  { $in: [true, false, 3] },
  { $exists: true },
  { $gt: 1 },
  { $lte: 2 },
  { $gte: 'a' },
  { $lt: true },
  ...[1, 2, 'x', true, null].map(value => ({ $contains: value })),
];

describeOnEveryDialect('questions that are answered together', engine => {
  let fixture: QueryFixture;
  const rows = DOCUMENTS.map((custom, index) => userRow({ id: `u${index}`, custom }));
  beforeAll(async () => {
    fixture = await QueryFixture.open(engine);
    await fixture.replaceUsers(rows);
  });
  afterAll(() => fixture.close());

  const matching = (filter: Filter) => {
    const parsed = parseFilter(filter, { server: true });
    return rows.flatMap(row => (matchesFilter(parsed, toUser(row, NOW), NOW) ? [row.id] : [])).sort();
  };
  const found = async (filter: Filter): Promise<string[]> => {
    const all: string[] = [];
    let next: string | undefined;
    do {
      const page = await fixture.page({ filter, options: { limit: 100, ...(next && { next }) } });
      all.push(...page.rows.map(row => row.id));
      next = page.next;
    } while (next);
    return all.sort();
  };

  // Many questions about one name are read apart from those about its siblings, and few of them together with those.
  it.each(PATHS.flatMap(path => [5, 9].map(beside => ({ path, beside }))))(
    'have each the answer that they have by themselves: $path, beside $beside others',
    async ({ path, beside }) => {
      let answered = 0;
      for (const [index, comparison] of COMPARISONS.entries()) {
        const question = { [path]: comparison } as Filter;
        const others = [...COMPARISONS.slice(index + 1), ...COMPARISONS].slice(0, beside);
        const names = [path, path.replace(/\w$/, 'b')];
        const asked = names.flatMap(name => others.map(other => ({ [name]: other }) as Filter));
        // Nobody passes the second part. It is there so that much is asked.
        const nobody = { $and: [...asked, { role: 'nobody' }] };
        for (const part of [question, { $nor: [question] }]) {
          const expected = matching(part);
          expect(await found({ $or: [part, nobody] }), JSON.stringify(part)).toEqual(expected);
          answered += expected.length;
        }
      }
      expect(answered).toBe(COMPARISONS.length * rows.length);
    },
  );
});
