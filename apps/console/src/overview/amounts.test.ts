import { describe, expect, it } from 'vitest';
import { amountOf, rateOf } from './amounts.js';

describe('a count', () => {
  it('is exact where it was counted to its end', () => {
    expect(amountOf({ count: 1000, more: false })).toBe('1,000');
    expect(amountOf({ count: 0, more: false, estimate: 7 })).toBe('0');
  });

  it('never says a bound as if it were the number', () => {
    expect(amountOf({ count: 1000, more: true })).toBe('at least 1,000');
    expect(amountOf({ count: 1000, more: true, estimate: 998_531 })).toBe('about 998,531');
  });
});

it('a rate has one decimal while it is small, and says zero only where nothing happened', () => {
  expect([0, 0.02, 0.25, 9.96, 31.4, 2140.2].map(rateOf)).toEqual([
    '0',
    'less than 0.1',
    '0.3',
    '10',
    '31',
    '2,140',
  ]);
});
