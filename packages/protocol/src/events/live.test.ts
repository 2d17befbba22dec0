import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatPosition, parsePosition } from './live.js';
import { watchEventsSchema } from './live-schemas.js';

const position = fc.record({
  epoch: fc.stringMatching(/^[0-9a-z]{1,32}$/),
  seq: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
});

it('reads back every position that it writes', () => {
  fc.assert(
    fc.property(position, one => {
      expect(parsePosition(formatPosition(one))).toEqual(one);
    }),
  );
});

it('writes back every position that it reads: each has one form only', () => {
  const nearly = fc.stringMatching(/^[0-9a-z]{0,33}\.?[+-]?[0-9]{0,17}$/);
  fc.assert(
    fc.property(nearly, text => {
      const read = parsePosition(text);
      if (read) expect(formatPosition(read)).toBe(text);
    }),
  );
});

it.each([
  '',
  '.',
  'a.',
  '.1',
  'a.01',
  'a.-1',
  'a.1.0',
  'a.1e3',
  'A.1',
  'a b.1',
  ' a.1',
  'a.1\n',
  `${'a'.repeat(33)}.1`,
  'a.9007199254740992',
  'a.99999999999999999',
])('does not take %j for a position', text => {
  expect(parsePosition(text)).toBeUndefined();
  expect(watchEventsSchema.safeParse({ lastEventId: text }).success).toBe(false);
});

it('takes a position at either end of its range', () => {
  expect(parsePosition('0.0')).toEqual({ epoch: '0', seq: 0 });
  expect(parsePosition(`${'z'.repeat(32)}.9007199254740991`)).toEqual({
    epoch: 'z'.repeat(32),
    seq: Number.MAX_SAFE_INTEGER,
  });
});
