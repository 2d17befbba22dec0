import { expect, it } from 'vitest';
import { KeptState } from './kept-state.js';

it('reads once for all who ask at a time, and not again before its time', async () => {
  let reads = 0;
  const kept = new KeptState(async () => ++reads, { keptMs: 60_000, mostWaitMs: 1000 });
  const answers = await Promise.all([kept.get(), kept.get(), kept.get()]);
  expect(answers.map(({ state }) => state)).toEqual([1, 1, 1]);
  expect((await kept.get()).state).toBe(1);
});

it('reads again when its time is over', async () => {
  let reads = 0;
  const kept = new KeptState(async () => ++reads, { keptMs: 0, mostWaitMs: 1000 });
  await kept.get();
  expect((await kept.get()).state).toBe(2);
});

it('waits for a source that hangs no longer than it may, asks it once, and says how old the last answer is', async () => {
  let reads = 0;
  const kept = new KeptState(() => (++reads === 1 ? Promise.resolve('old') : new Promise<never>(() => {})), {
    keptMs: 0,
    mostWaitMs: 20,
  });
  await kept.get();
  const startedAt = performance.now();
  const [first, second] = [await kept.get(), await kept.get()];
  expect(performance.now() - startedAt).toBeLessThan(1000);
  expect([first.state, second.state, reads]).toEqual(['old', 'old', 2]);
  expect(second.ageMs).toBeGreaterThan(30);
});

it('never rejects: a source that fails leaves the last answer, and its age grows', async () => {
  const kept = new KeptState(() => Promise.reject(new Error('away')), { keptMs: 0, mostWaitMs: 1000 });
  const { state, ageMs } = await kept.get();
  expect(state).toBeUndefined();
  expect(ageMs).toBeGreaterThanOrEqual(0);
});
