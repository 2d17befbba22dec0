import { describe, expect, it } from 'vitest';
import { SecondCounts } from './second-counts.js';

function started() {
  const clock = { now: 1_000_000_500 };
  return { clock, counts: new SecondCounts(() => clock.now) };
}

describe('counts by the second', () => {
  it('are of the last sixty whole seconds, the oldest first, and not of the present one', () => {
    const { clock, counts } = started();
    counts.add(3);
    expect(counts.lastMinute).toEqual(Array(60).fill(0));
    clock.now += 1000;
    counts.add();
    expect(counts.lastMinute).toEqual([...Array(59).fill(0), 3]);
    clock.now += 2000;
    expect(counts.lastMinute).toEqual([...Array(57).fill(0), 3, 1, 0]);
    clock.now += 57_000;
    expect(counts.lastMinute).toEqual([3, 1, ...Array(58).fill(0)]);
    clock.now += 1000;
    expect(counts.lastMinute).toEqual([1, ...Array(59).fill(0)]);
  });

  it('are forgotten after a minute in which nobody asked, however long it was', () => {
    const { clock, counts } = started();
    counts.add(7);
    clock.now += 3_600_000;
    expect(counts.lastMinute).toEqual(Array(60).fill(0));
    counts.add(2);
    clock.now += 1000;
    expect(counts.lastMinute.at(-1)).toBe(2);
  });

  it('come to an average over the time that was counted', () => {
    const { clock, counts } = started();
    expect(counts.perSecond).toBe(0);
    counts.add(10);
    clock.now += 5000;
    expect(counts.perSecond).toBe(2);
    clock.now += 50_000;
    expect(counts.perSecond).toBeCloseTo(10 / 55);
  });

  it('go on where they were when the clock is set back', () => {
    const { clock, counts } = started();
    clock.now -= 10_000;
    counts.add(4);
    clock.now += 11_000;
    expect(counts.lastMinute.at(-1)).toBe(4);
  });
});
