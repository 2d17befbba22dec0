import { expect, it } from 'vitest';
import { canonicalKey } from './canonical-key.js';

it('is the same for what means the same, however it is written', () => {
  expect(canonicalKey('users', { a: 1, b: { c: [1, 2], d: null } })).toBe(
    canonicalKey('users', { b: { d: null, c: [1, 2] }, a: 1 }),
  );
});

it.each([
  [{ a: 1 }, { a: '1' }],
  [{ a: [1, 2] }, { a: [2, 1] }],
  [{ a: undefined }, {}],
  [{ a: null }, { a: undefined }],
])('tells %j and %j apart', (one, other) => {
  expect(canonicalKey(one)).not.toBe(canonicalKey(other));
});
