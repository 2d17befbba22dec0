import {
  type Filter,
  type JsonObject,
  type JsonValue,
  QUERY_FIELDS,
  type QueryField,
  type QueryFieldKind,
  type SortKey,
  USER_FIELDS,
  type UserFieldRule,
} from '@rollcall/protocol';
import { RUNS_WHOLE } from '@rollcall/testing';
import fc from 'fast-check';
import type { UserRow } from '../../../src/users/model/user-table.js';
import { NOW, userRow } from '../users/user-row.js';

/**
 * The seed of the random tests of queries. A failure names it. `ROLLCALL_TEST_SEED` runs the same cases again; then the
 * test also looks for the smallest failing case, which can take minutes.
 */
const given = process.env.ROLLCALL_TEST_SEED;

export const SEED = Number(given ?? Date.now() % 2 ** 31);

/** So many random cases where long tests run whole, else half of them. */
export function runs(whole: number): { seed: number; numRuns: number; endOnFailure: boolean } {
  const numRuns = RUNS_WHOLE ? whole : Math.ceil(whole / 2);
  return { seed: SEED, numRuns, endOnFailure: given === undefined };
}

/**
 * Random users and filters from small pools, so that they often match: equal and almost equal values of every type, and
 * a few names that nest in each other in every way.
 */
const TEXTS = [
  '',
  'a',
  'a\u0001',
  'a\u0001\u0001b',
  'a\u0002',
  'ab',
  'B',
  '18',
  'true',
  'null',
  'é',
  'e\u0301',
  '\uff61',
  '😀',
  '\u{10ffff}',
];
const NUMBERS = [
  0,
  1,
  2,
  18,
  -1,
  -1.5,
  0.1,
  1e-7,
  1e21,
  2 ** 53,
  2 ** 60,
  -(2 ** 60),
  Number.MAX_VALUE,
  5e-324,
];
const NAMES = ['a', 'b', 'c', '0', '1', 'ü', '😀'];
const ROLES = ['user', 'admin', 'guest'];
const TEAMS = ['red', 'blue', 'größe', '😀'];
const WORDS = ['Jane', 'john', 'DOE', 'Zoë', 'Müller', 'o-neil', '李', '42'];
const LANGUAGES = ['de', 'en', 'pt-BR'];
const TIMES = [-2000, -1, 0, 1, 2000].map(offset => NOW + offset);

const scalar: fc.Arbitrary<JsonValue> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 4, arbitrary: fc.constantFrom(...NUMBERS) },
  { weight: 2, arbitrary: fc.constantFrom<JsonValue>(true, false, null) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => value + 0) },
);

/** JSON for custom data, usually flat. */
const json: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue; array: JsonValue[]; object: JsonObject }>(
  tie => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 3, arbitrary: scalar },
      { weight: 2, arbitrary: tie('array') },
      { weight: 2, arbitrary: tie('object') },
    ),
    array: fc.array(tie('value'), { maxLength: 3 }),
    object: fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  }),
).value;

const customData: fc.Arbitrary<JsonObject> = fc.dictionary(fc.constantFrom(...NAMES), json, {
  maxKeys: 4,
  noNullPrototype: true,
});

const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const words = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 3 }).map(list => list.join(' '));
const time = fc.constantFrom(...TIMES);

const VALUES_BY_KIND = {
  string: TEXTS,
  strings: TEAMS.map(team => [team]),
  boolean: [true, false],
  time: TIMES,
} satisfies Record<QueryFieldKind, unknown[]>;

/** The fields of a user, by what a test of queries wants of them. */
const NAMED_FIELDS = {
  name: optional(words),
  role: fc.constantFrom(...ROLES),
  teams: fc.uniqueArray(fc.constantFrom(...TEAMS), { maxLength: 3 }),
  custom: customData,
  language: optional(fc.constantFrom(...LANGUAGES)),
  invisible: fc.boolean(),
  banned: fc.boolean(),
  shadow_banned: fc.boolean(),
  ban_expires: optional(time),
  online: fc.boolean(),
  last_active: optional(time),
  created_at: time,
  updated_at: time,
  deactivated_at: optional(time),
};

/** Of the fields that are not named, what their kind holds. */
const OTHER_FIELDS = Object.fromEntries(
  (Object.keys(QUERY_FIELDS) as QueryField[])
    .filter(field => field !== 'id' && !Object.hasOwn(NAMED_FIELDS, field))
    .map(field => {
      const { holds, optional: mayLack }: UserFieldRule = USER_FIELDS[field];
      const value = fc.constantFrom<unknown>(...VALUES_BY_KIND[holds as QueryFieldKind]);
      return [field, mayLack ? optional(value) : value];
    }),
);

/** A user without an id. */
const userFields = fc.record({ ...NAMED_FIELDS, ...OTHER_FIELDS }) as fc.Arbitrary<
  Omit<Partial<UserRow>, 'id'>
>;

/** Users whose ids follow no other order. */
export function userRows(count: number): fc.Arbitrary<UserRow[]> {
  return fc
    .array(userFields, { minLength: count, maxLength: count })
    .map(list => list.map((fields, index) => userRow({ id: `u${(index * 37) % 100}`, ...fields })));
}

const path: fc.Arbitrary<string> = fc
  .oneof(
    { weight: 3, arbitrary: fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 4 }) },
    { weight: 1, arbitrary: fc.constantFrom(['a', 'b'], ['b', 'a'], ['a', '0'], ['ü', '😀']) },
  )
  .map(names => names.join('.'));

const operand = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(fc.oneof(scalar, fc.array(scalar, { maxLength: 2 })), { maxLength: 3 }) },
);
const notNull = scalar.filter(value => value !== null);

/** One comparison of each kind, as `[operator, operand]`. */
export function comparisonsOf(values: fc.Arbitrary<JsonValue>, ordered: fc.Arbitrary<JsonValue> | undefined) {
  const list = fc.array(values, { maxLength: 3 });
  const keys: fc.Arbitrary<[string, JsonValue]>[] = [
    fc.tuple(fc.constantFrom('$eq', '$ne'), values),
    fc.tuple(fc.constantFrom('$in', '$nin'), list),
    fc.tuple(fc.constant('$exists'), fc.boolean()),
  ];
  if (ordered) keys.push(fc.tuple(fc.constantFrom('$gt', '$gte', '$lt', '$lte'), ordered));
  return keys;
}

/** What is asked about, and of a field that is not named here, what its kind holds. */
const BUILT_IN_VALUES: Partial<Record<QueryField, string[] | boolean[] | number[]>> = {
  id: ['u0', 'u37', 'u74', 'U0', 'u'],
  name: ['Jane', 'john DOE', 'Zoë', ''],
  role: [...ROLES, 'owner'],
  language: [...LANGUAGES, 'fr'],
  teams: [...TEAMS, 'green'],
};

const builtIn: fc.Arbitrary<Filter> = fc
  .constantFrom(...(Object.keys(QUERY_FIELDS) as QueryField[]))
  .chain(field => {
    const { holds, autocomplete } = QUERY_FIELDS[field];
    const value: fc.Arbitrary<JsonValue> = fc.constantFrom<JsonValue>(
      ...(BUILT_IN_VALUES[field] ?? VALUES_BY_KIND[holds].flat()),
    );
    const whole = holds === 'strings' ? fc.oneof(value, fc.array(value, { maxLength: 2 })) : value;
    const keys = comparisonsOf(
      fc.option(whole, { nil: null, freq: 5 }),
      holds === 'string' || holds === 'time' ? value : undefined,
    );
    if (holds === 'strings') keys.push(fc.tuple(fc.constant('$contains'), value));
    if (autocomplete) {
      const prefix = fc.constantFrom('ja', 'J', 'doe j', 'zoe', 'mül', 'neil', '李', '4', 'u3', 'oh');
      keys.push(fc.tuple(fc.constant('$autocomplete'), prefix));
    }
    return fc.oneof(...keys).map(([key, inner]) => ({ [field]: { [key]: inner } }) as Filter);
  });

const customComparison = fc.oneof(
  ...comparisonsOf(operand, notNull),
  fc.tuple(fc.constant('$contains'), scalar),
);

const custom: fc.Arbitrary<Filter> = fc
  .tuple(path, customComparison, fc.boolean())
  .map(([name, [key, inner], bare]) => {
    const isScalar = key === '$eq' && (inner === null || typeof inner !== 'object');
    return { [name]: bare && isScalar ? inner : { [key]: inner } } as Filter;
  });

/** Several comparisons of one path, joined in every way. */
export const filtersOfOnePath: fc.Arbitrary<Filter[]> = fc
  .tuple(path, fc.array(customComparison, { minLength: 2, maxLength: 5 }))
  .map(([name, comparisons]) => {
    const parts = comparisons.map(([key, inner]) => ({ [name]: { [key]: inner } }) as Filter);
    const denials = parts.map((part): Filter => ({ $nor: [part] }));
    return [{ $or: parts }, { $nor: parts }, { $and: parts }, { $and: denials }, { $or: denials }];
  });

/** Many comparisons of a few paths that lie beside each other, joined in pairs. */
export const filtersOfManyPairs: fc.Arbitrary<Filter[]> = fc
  .tuple(
    fc.array(fc.constantFrom(...NAMES), { minLength: 0, maxLength: 2 }),
    fc.array(fc.tuple(fc.constantFrom('a', 'b', '0'), customComparison, fc.boolean()), {
      minLength: 24,
      maxLength: 24,
    }),
  )
  .map(([way, comparisons]) => {
    const parts = comparisons.map(([name, [key, inner], denied]): Filter => {
      const part = { [[...way, name].join('.')]: { [key]: inner } } as Filter;
      return denied ? { $nor: [part] } : part;
    });
    const pairs = parts.slice(12).map((part, index): [Filter, Filter] => [part, parts[index] ?? {}]);
    return [
      { $or: pairs.map(([one, other]) => ({ $and: [one, other] })) },
      { $and: pairs.map(([one, other]) => ({ $or: [one, other] })) },
      { $nor: pairs.map(([one, other]) => ({ $and: [one, other, { role: 'user' }] })) },
    ];
  });

const comparison = fc.oneof({ weight: 2, arbitrary: custom }, { weight: 1, arbitrary: builtIn });

/** A filter: usually one comparison, sometimes several nested ones. */
export const filters: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter; joined: Filter }>(tie => ({
  filter: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 4, arbitrary: comparison },
    { weight: 2, arbitrary: tie('joined') },
  ),
  joined: fc.oneof(
    fc
      .tuple(fc.constantFrom('$and', '$or', '$nor'), fc.array(tie('filter'), { minLength: 1, maxLength: 3 }))
      .map(([key, inner]) => ({ [key]: inner }) as Filter),
    fc.tuple(tie('filter'), tie('filter')).map(([one, other]) => ({ ...one, ...other })),
  ),
})).filter;

/** Paths that begin alike, as lists of names: they may lead into one array. */
const pathsThatBeginAlike = fc.tuple(
  fc.array(fc.constantFrom('a', 'b', '0'), { minLength: 1, maxLength: 2 }),
  fc.uniqueArray(
    fc.array(fc.constantFrom('a', 'b', 'c', '0', '1'), { maxLength: 2 }).map(names => names.join('.')),
    { minLength: 2, maxLength: 4 },
  ),
);

const direction = fc.constantFrom<1 | -1>(1, -1);

/** A sort by up to three fields. */
const sortsOfAnyFields: fc.Arbitrary<SortKey[]> = fc.uniqueArray(
  fc.record({
    field: fc.oneof(
      { weight: 2, arbitrary: path },
      { weight: 1, arbitrary: fc.constantFrom(...Object.keys(QUERY_FIELDS)) },
    ),
    direction,
  }),
  { maxLength: 3, selector: key => key.field },
);

const sortsOfPathsThatBeginAlike: fc.Arbitrary<SortKey[]> = fc
  .tuple(pathsThatBeginAlike, fc.array(direction, { minLength: 4, maxLength: 4 }))
  .map(([[begin, ends], directions]) =>
    ends.map((end, place) => ({
      field: [...begin, ...(end ? [end] : [])].join('.'),
      direction: directions[place] ?? 1,
    })),
  );

/** A sort: by fields of every kind, or by paths that may lead into one array. */
export const sorts: fc.Arbitrary<SortKey[]> = fc.oneof(sortsOfAnyFields, sortsOfPathsThatBeginAlike);
