import { describe, expect, it } from 'vitest';
import { backOffMs } from './release-task.js';

const backOff = { baseMs: 1000, capMs: 60_000 };
const longest = (tries: number) => backOffMs(tries, backOff, 1 - Number.EPSILON);

describe('the pause before a step is tried again', () => {
  it('has a limit that doubles with every try', () => {
    expect([1, 2, 3, 4, 5].map(longest)).toEqual([1000, 2000, 4000, 8000, 16_000]);
  });

  it('never exceeds the cap, whatever the number of tries', () => {
    expect([7, 60, 5000].map(longest)).toEqual([60_000, 60_000, 60_000]);
  });

  it('may be nothing at all, so that tasks spread over the whole time', () => {
    expect(backOffMs(5, backOff, 0)).toBe(0);
  });

  it('is a whole number between the two, spread evenly', () => {
    const pauses = Array.from({ length: 1000 }, (_, index) => backOffMs(1, backOff, index / 1000));
    expect(pauses.every(pause => Number.isInteger(pause) && pause >= 0 && pause <= 1000)).toBe(true);
    expect(pauses.filter(pause => pause < 500)).toHaveLength(500);
  });
});
