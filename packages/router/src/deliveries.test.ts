import { expect, it } from 'vitest';
import { Deliveries } from './deliveries.js';

/** Keeps the thread busy. */
function work(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

it('serve the lines of callers in turn, however many listeners one of them has', async () => {
  const deliveries = new Deliveries();
  const order: string[] = [];
  const add = (caller: string, name: string) =>
    deliveries.add({ caller, deliver: () => void order.push(name) });
  for (const number of [1, 2, 3]) add('busy', `busy ${number}`);
  add('quiet', 'quiet 1');
  await deliveries.served();
  expect(order).toEqual(['busy 1', 'quiet 1', 'busy 2', 'busy 3']);
});

it('let the event loop in between deliveries that last longer than a slice together', async () => {
  const deliveries = new Deliveries();
  let loops = 0;
  const before = new Set<number>();
  const count = () => {
    loops += 1;
    if (before.size < 10) setImmediate(count);
  };
  setImmediate(count);
  for (let number = 0; number < 10; number++) {
    deliveries.add({
      caller: 'ann',
      deliver: () => {
        before.add(loops);
        work(3);
      },
    });
  }
  await deliveries.served();
  expect(before.size).toBe(10);
});

it('serve a listener once that is added twice before its turn, and also those who come meanwhile', async () => {
  const deliveries = new Deliveries();
  const served: string[] = [];
  const late = { caller: 'ben', deliver: () => void served.push('late') };
  const early = {
    caller: 'ann',
    deliver: () => {
      served.push('early');
      deliveries.add(late);
    },
  };
  deliveries.add(early);
  deliveries.add(early);
  await deliveries.served();
  expect(served).toEqual(['early', 'late']);
  expect(deliveries.served()).toBeUndefined();
});
