import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.js';

const same = (...texts: string[]) => new Set(texts.map(canonicalJson)).size === 1;

describe('one text for all JSON that means the same', () => {
  it('whatever the order of names and the spaces', () => {
    expect(same('{"b":1,"a":[{"d":2,"c":3}]}', '{ "a" : [ {"c":3, "d":2} ], "b" : 1 }')).toBe(true);
  });

  it('however a number is written', () => {
    expect(same('[100]', '[1e2]', '[1E+2]', '[100.0]', '[0.1e3]', '[1000e-1]')).toBe(true);
    expect(same('[0]', '[-0]', '[0.000]', '[0e9]')).toBe(true);
    expect(same('[0.1]', '[1e-1]', '[0.10]')).toBe(true);
    expect(same('[1e+300]', `[1${'0'.repeat(300)}]`)).toBe(true);
    expect(same('[5e-324]', `[0.${'0'.repeat(323)}5]`)).toBe(true);
    expect(same('[-1.5]', '[-15e-1]')).toBe(true);
  });

  it('however a text is escaped', () => {
    expect(same('["\\u00e9\\/\\"\\\\"]', '["é/\\"\\\\"]')).toBe(true);
  });
});

it.each([
  ['a number and its text', '[1]', '["1"]'],
  ['numbers that are one double', '[9007199254740993]', '[9007199254740992]'],
  ['numbers beyond all doubles', '[1e400]', '[1e401]'],
  ['numbers that differ by their sign', '[1]', '[-1]'],
  ['true and its text', '[true]', '["true"]'],
  ['an empty list and an empty object', '[]', '{}'],
  ['null and a list of it', 'null', '[null]'],
  ['a text that looks like a number in marks', '["n1e0"]', '[1]'],
  ['a name that objects have by themselves', '{"__proto__":{"a":1}}', '{"__proto__":{"a":2}}'],
  ['a number within a text', '["a 1.0"]', '["a 1"]'],
])('tells %s apart', (_what, one, other) => {
  expect(canonicalJson(one)).not.toBe(canonicalJson(other));
});

it('refuses a text that is not JSON', () => {
  expect(() => canonicalJson('{"a":')).toThrow(SyntaxError);
});
