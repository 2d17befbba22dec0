import type { JsonObject, JsonValue, User } from '@rollcall/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { userBefore, userChanges } from './user-changes.js';

const json = fc.letrec<{ value: JsonValue }>(tie => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<JsonValue>(null, true, false, 0, 1, -1.5, '', 'text'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3 }),
  ),
})).value;

const user = fc.record(
  {
    id: fc.constant('jane'),
    name: fc.constantFrom('Jane', 'Janet'),
    role: fc.constantFrom('user', 'admin'),
    teams: fc.subarray(['red', 'blue']),
    teams_role: fc.dictionary(fc.constantFrom('red', 'a.b'), fc.constantFrom('user', 'admin')),
    custom: fc.dictionary(fc.constantFrom('x', 'y'), json),
    privacy_settings: fc.record({ read_receipts: fc.record({ enabled: fc.boolean() }) }),
  },
  { requiredKeys: ['id', 'role', 'teams', 'custom'] },
) as fc.Arbitrary<unknown> as fc.Arbitrary<User>;

it('can be undone exactly: the state before is the state after without its changes', () => {
  fc.assert(
    fc.property(user, user, (before, after) => {
      expect(userBefore(after, userChanges(before, after))).toEqual(before);
    }),
  );
});

it('equal states have no changes, whatever the order of their keys', () => {
  const one = { custom: { a: 1, b: { c: [1], d: 2 } } as JsonObject } as User;
  const other = { custom: { b: { d: 2, c: [1] }, a: 1 } as JsonObject } as User;
  expect(userChanges(one, other)).toEqual({});
});
