import { describe, expect, it } from 'vitest';
import { numberProblem, parseHeldJson, unheldNumber } from './held-numbers.js';

describe('a number', () => {
  it.each(['12345678901234567891', '-9007199254740993', '1e400', '-1e999', `1${'0'.repeat(400)}`])(
    '%s cannot be held',
    written => {
      expect(numberProblem(written)).toMatch(/^the number -?1|^the number -9/);
      expect(unheldNumber(`{"a":[{"b\\"":0},${written}]}`)).toMatchObject({ field: 'a.1' });
      expect(() => parseHeldJson(written)).toThrow(RangeError);
    },
  );

  it.each([
    '9007199254740991',
    '9007199254740992',
    '-0',
    '1e308',
    '1e-999',
    '0.12345678901234567',
    '100000000000000000000',
    // The shortest text of a double, which JavaScript writes and reads again.
    String(2 ** 63),
    '12345678901234567000',
    '"12345678901234567891"',
    '{"12345678901234567891":"1e400"}',
  ])('is held in %s', json => {
    expect(unheldNumber(json)).toBeUndefined();
    expect(parseHeldJson(json)).toEqual(JSON.parse(json));
  });

  it('is looked for in the time that it takes to read the text, however it is made', () => {
    const texts = [`"${'\\"'.repeat(4_000_000)}"`, `["${'x'.repeat(8_000_000)}"]`, '['.repeat(2_000_000)];
    for (const text of texts) {
      const began = performance.now();
      expect(unheldNumber(`[1234567890123456789e0,${text}`)).toBeUndefined();
      expect(performance.now() - began).toBeLessThan(5000);
    }
  });
});
