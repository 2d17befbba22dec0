import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LIMITS } from '../limits.js';
import { fieldNameProblem, splitPath } from './field-path.js';

it('accepts names of up to 64 characters in any script', () => {
  for (const name of ['a', 'x'.repeat(LIMITS.fieldNameLength), 'größe', '年齢', 'a-b_c', 'a$b', '0']) {
    expect(fieldNameProblem(name), name).toBeUndefined();
  }
});

it.each([
  ['', 'empty'],
  ['x'.repeat(LIMITS.fieldNameLength + 1), 'at most 64'],
  ['__proto__', 'reserved'],
  ['prototype', 'reserved'],
  ['constructor', 'reserved'],
  ['$where', 'begin with "$"'],
  ['a.b', 'no dots'],
  ['a b', 'no dots, spaces'],
  ['a\u00a0b', 'no dots, spaces'],
  ['a\tb', 'no dots, spaces'],
  ['a\u0000', 'control characters'],
  ['a\ud800', 'no dots'],
  ["it's", 'quotes'],
  ['"', 'quotes'],
  ['`', 'quotes'],
  ['a\\b', 'back-slashes'],
  ['a[0]', 'brackets'],
])('refuses %j and says why', (name, reason) => {
  expect(fieldNameProblem(name)).toContain(reason);
});

it('cuts a path at every dot, so that joining gives it back', () => {
  fc.assert(
    fc.property(fc.string(), path => {
      expect(splitPath(path).join('.')).toBe(path);
      expect(splitPath(path).some(name => name.includes('.'))).toBe(false);
    }),
  );
});
