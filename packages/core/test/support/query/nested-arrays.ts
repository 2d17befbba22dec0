import type { Filter, JsonValue } from '@rollcall/protocol';
import fc from 'fast-check';
import type { UserRow } from '../../../src/users/model/user-table.js';
import { userRow } from '../users/user-row.js';
import { comparisonsOf } from './arbitraries.js';

/** What lies in the arrays of {@link usersWithNestedArrays}, and is asked for: few values, so that most questions divide the users. */
const few: fc.Arbitrary<JsonValue> = fc.constantFrom<JsonValue>(0, 1, 2, 'a', 'b', null, true);
const fewOrList: fc.Arbitrary<JsonValue> = fc.oneof(few, fc.array(few, { maxLength: 2 }));
const fewInObject: fc.Arbitrary<JsonValue> = fc.dictionary(
  fc.constantFrom('a', 'b', '0', '1'),
  fc.oneof(fewOrList, fc.array(fewOrList, { maxLength: 2 })),
  { maxKeys: 3, noNullPrototype: true },
);

/** Users with arrays of values, arrays and objects under `a`, so that most paths below it lead somewhere. */
export function usersWithNestedArrays(count: number): fc.Arbitrary<UserRow[]> {
  const nested = fc.array(
    fc.oneof(fewOrList, fewInObject, fc.array(fc.oneof(few, fewInObject), { maxLength: 3 })),
    { minLength: 1, maxLength: 3 },
  );
  return fc
    .array(fc.oneof({ weight: 5, arbitrary: nested }, { weight: 1, arbitrary: fc.oneof(fewInObject, few) }), {
      minLength: count,
      maxLength: count,
    })
    .map(list => list.map((a, index) => userRow({ id: `u${index}`, custom: { a } })));
}

/** Eight comparisons beside each other below `a`, by name and by index, each of which shows whether it holds. */
export const questionsAboutNestedArrays: fc.Arbitrary<Filter[]> = fc
  .tuple(
    fc.constantFrom(['a'], ['a', '0'], ['a', '1'], ['a', 'a'], ['a', '0', '0']),
    fc.constantFrom(['a', 'b'], ['0'], ['1'], ['a', '0', '1']),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.oneof(
          ...comparisonsOf(
            fewOrList,
            few.filter(value => value !== null),
          ),
          fc.tuple(fc.constant('$contains'), few),
        ),
      ),
      { minLength: 8, maxLength: 8 },
    ),
  )
  .map(([way, names, comparisons]) => {
    const parts = comparisons.map(
      ([name, [key, inner]]) =>
        ({ [[...way, names[name % names.length]].join('.')]: { [key]: inner } }) as Filter,
    );
    // The rest of each filter decides nothing, but is enough to be asked together with the one that does.
    return parts.map((part): Filter => {
      const others = parts.filter(other => other !== part);
      return { $or: [part, { $and: [...others, ...others.map(other => ({ $nor: [other] }))] }] };
    });
  });
