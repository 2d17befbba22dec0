import { expect, it } from 'vitest';
import { oneAtATime } from './one-at-a-time.js';

/** An action whose runs end when the test says so. */
function controlled() {
  const runs: { resolve(): void; reject(error: Error): void }[] = [];
  const ask = oneAtATime(() => new Promise<void>((resolve, reject) => runs.push({ resolve, reject })));
  const settle = () => new Promise(resolve => setTimeout(resolve));
  return { runs, ask, settle };
}

it('shares one run among requests of the same moment', async () => {
  const { runs, ask, settle } = controlled();
  const asked = [ask(), ask(), ask()];
  await settle();
  expect(runs).toHaveLength(1);
  runs[0]?.resolve();
  await Promise.all(asked);
});

it('begins a further run for requests that come during one, and only after it', async () => {
  const { runs, ask, settle } = controlled();
  const first = ask();
  await settle();
  const later = [ask(), ask()];
  await settle();
  expect(runs).toHaveLength(1);
  runs[0]?.resolve();
  await first;
  await settle();
  expect(runs).toHaveLength(2);
  runs[1]?.resolve();
  await Promise.all(later);
});

it('fails the callers that shared the failed run, and none after it', async () => {
  const { runs, ask, settle } = controlled();
  const failing = ask();
  await settle();
  const after = ask();
  runs[0]?.reject(new Error('no'));
  await expect(failing).rejects.toThrow('no');
  await settle();
  runs[1]?.resolve();
  await after;
});
