import { expect, it } from 'vitest';
import { SerialQueue } from './serial-queue.js';

it('runs work one after another, in the order it came, whatever fails', async () => {
  const queue = new SerialQueue(10);
  const log: string[] = [];
  const run = (name: string, fails = false) =>
    queue.run(async () => {
      log.push(`${name} begins`);
      await Promise.resolve();
      log.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const ended = await Promise.allSettled([run('a'), run('b', true), run('c')]);
  expect(ended.map(one => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect(queue.length).toBe(0);
});

it('refuses work at once when too much waits, and takes more again when there is room', async () => {
  const queue = new SerialQueue(2);
  const waiting = [queue.run(async () => 1), queue.run(async () => 2)];
  await expect(queue.run(async () => 3)).rejects.toMatchObject({ code: 'UNAVAILABLE', retry_after: 1 });
  await Promise.all(waiting);
  expect(await queue.run(async () => 4)).toBe(4);
});

it('finishes what waits when it is closed, and takes nothing more', async () => {
  const queue = new SerialQueue(10);
  const waiting = queue.run(async () => 'done');
  await queue.close();
  expect(await waiting).toBe('done');
  await expect(queue.run(async () => 'late')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
