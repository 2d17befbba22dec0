import { expect, it } from 'vitest';
import { RETRY_PAUSES_MS, retryAfterMs, retryPauseMs, setbackPauseMs } from './retry-schedule.js';

const HOUR = 3_600_000;

it('tries ten times over three days, and then no more', () => {
  const pauses = Array.from({ length: 10 }, (_, index) => retryPauseMs(index + 1, 0));
  expect(pauses).toEqual([...RETRY_PAUSES_MS, undefined]);
  const total = RETRY_PAUSES_MS.reduce((sum, one) => sum + one);
  expect(total).toBeGreaterThan(72 * HOUR);
  expect(total).toBeLessThan(80 * HOUR);
});

it('comes up to a tenth later, and never earlier', () => {
  expect(retryPauseMs(2, 0)).toBe(300_000);
  expect(retryPauseMs(2, 0.999)).toBeGreaterThan(329_000);
  expect(retryPauseMs(2, 0.999)).toBeLessThan(330_000);
});

it('leaves an endpoint alone for longer and longer, at most five minutes', () => {
  const pauses = (isThere: boolean) => [0, 1, 2, 3, 4, 100].map(one => setbackPauseMs(one, isThere));
  expect(pauses(false)).toEqual([0, 0, 5000, 10_000, 20_000, 300_000]);
  expect(pauses(true)).toEqual([0, 0, 5000, 5000, 5000, 5000]);
});

it('does what Retry-After asks, for an hour at most', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  expect(retryAfterMs('120', now)).toBe(120_000);
  expect(['3601', '9'.repeat(11), '9'.repeat(400)].map(one => retryAfterMs(one, now))).toEqual([
    HOUR,
    HOUR,
    HOUR,
  ]);
  expect(retryAfterMs('Thu, 01 Jan 2026 00:01:00 GMT', now)).toBe(60_000);
  expect(retryAfterMs('Wed, 31 Dec 2025 00:00:00 GMT', now)).toBe(0);
  expect(retryAfterMs('99999999', now)).toBe(HOUR);
  for (const header of [undefined, '', 'soon', '-5', '1e9', 'NaN']) expect(retryAfterMs(header, now)).toBe(0);
});
