import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../json.js';
import { LIMITS } from '../limits.js';
import {
  customSizeProblem,
  fieldNameProblem,
  customProblems as foundProblems,
  jsonBytes,
  splitPath,
} from './custom-data.js';

const customProblems = (value: unknown, path: string[]) => foundProblems(value, path).listed;

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

const nested = (depth: number): JsonValue => (depth === 0 ? 1 : { a: nested(depth - 1) });
const nestedArrays = (depth: number): JsonValue => (depth === 0 ? 1 : [nestedArrays(depth - 1)]);

describe('custom data', () => {
  it('may be 8 objects or arrays deep, and no deeper', () => {
    expect(customProblems(nested(LIMITS.customDepth), ['custom'])).toEqual([]);
    expect(customProblems(nestedArrays(LIMITS.customDepth), ['custom'])).toEqual([]);
    const [problem, ...more] = customProblems(nested(LIMITS.customDepth + 1), ['custom']);
    expect(problem).toEqual({
      field: 'custom.a.a.a.a.a.a.a.a',
      message: 'custom data is at most 8 levels deep',
    });
    expect(more).toEqual([]);
    expect(customProblems(nestedArrays(LIMITS.customDepth + 1), ['custom'])).toHaveLength(1);
  });

  it('counts depth from where the value will stand', () => {
    expect(customProblems(nested(6), ['custom', 'a', 'b'])).toEqual([]);
    expect(customProblems(nested(7), ['custom', 'a', 'b'])).toHaveLength(1);
  });

  it('names the place of every problem, not of the first only', () => {
    const problems = customProblems(
      { good: 1, text: ['fine', 'a\u0000'], inner: { 'a b': 1, $x: 2 }, half: '\ud800' },
      ['custom'],
    );
    expect(problems.map(problem => problem.field)).toEqual([
      'custom.text.1',
      'custom.inner',
      'custom.inner',
      'custom.half',
    ]);
    expect(problems[1]?.message).toContain('"a b"');
    expect(problems[2]?.message).toContain('"$x"');
  });

  it.each([
    ['a number that is not finite', Number.POSITIVE_INFINITY],
    ['not-a-number', Number.NaN],
    ['undefined', undefined],
    ['a function', () => 1],
    ['a bigint', 1n],
    ['a symbol', Symbol('x')],
  ])('refuses %s, which JSON cannot carry', (_, value) => {
    expect(customProblems({ value }, ['custom'])).toHaveLength(1);
  });

  it('comes to an end on an object that contains itself', () => {
    const circle: Record<string, unknown> = {};
    circle.again = circle;
    expect(customProblems(circle, ['custom'])).toHaveLength(1);
  });

  it('accepts exactly the names of its grammar: whatever it accepts comes back unchanged from JSON', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 4 }), value => {
        fc.pre(customProblems(value, ['custom']).length === 0);
        expect(JSON.parse(JSON.stringify(value))).toEqual(value);
      }),
    );
  });
});

describe('the size of custom data', () => {
  const filled = (bytes: number): JsonObject => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) });

  it('is counted in bytes of UTF-8, not in characters', () => {
    expect(jsonBytes({ a: 'é' })).toBe('{"a":"é"}'.length + 1);
    expect(jsonBytes({ a: '🌊' })).toBe('{"a":""}'.length + 4);
    expect(jsonBytes(undefined)).toBe(0);
  });

  it('may reach the limit and not pass it', () => {
    expect(customSizeProblem(filled(LIMITS.customBytes), LIMITS.customBytes)).toBeUndefined();
    expect(customSizeProblem(filled(LIMITS.customBytes + 1), LIMITS.customBytes)).toEqual({
      field: 'custom',
      message: 'custom data has at most 5120 bytes as JSON; this has 5121',
    });
  });
});
