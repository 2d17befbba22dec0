import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { oncePerFrame } from './once-per-frame.js';

let frames: (() => void)[] = [];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  frames = [];
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => frames.push(run));
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('runs once, however often it is asked for, and again when it is asked again', () => {
  let runs = 0;
  const ask = oncePerFrame(() => runs++);
  for (let times = 0; times < 1_000; times++) ask();
  expect(frames).toHaveLength(1);
  frames[0]?.();
  expect(runs).toBe(1);
  ask();
  frames[1]?.();
  vi.advanceTimersByTime(1_000);
  expect(runs).toBe(2);
});

it('a page without frames goes on by a timer, and a frame that comes late runs nothing', () => {
  let runs = 0;
  const ask = oncePerFrame(() => runs++);
  ask();
  vi.advanceTimersByTime(100);
  expect(runs).toBe(1);
  ask();
  frames[0]?.();
  expect(runs).toBe(1);
  frames[1]?.();
  expect(runs).toBe(2);
});
