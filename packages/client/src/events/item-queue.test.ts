import { describe, expect, it } from 'vitest';
import { ItemQueue } from './item-queue.js';

function queue() {
  const calls: string[] = [];
  const items = new ItemQueue<number>(
    () => calls.push('read'),
    () => calls.push('stop'),
  );
  return { items, calls };
}

describe('a queue of items', () => {
  it('gives the reader what came before it, and what comes while it waits, in order', async () => {
    const { items } = queue();
    items.push(1);
    items.push(2);
    const read = [items.next(), items.next(), items.next(), items.next()];
    items.push(3);
    items.push(4);
    expect((await Promise.all(read)).map(result => result.value)).toEqual([1, 2, 3, 4]);
  });

  it('ends after the last item, and throws its error once and only then', async () => {
    const { items } = queue();
    items.push(1);
    items.end(new Error('over'));
    items.push(2);
    expect(await items.next()).toEqual({ done: false, value: 1 });
    await expect(items.next()).rejects.toThrow('over');
    expect(await items.next()).toEqual({ done: true, value: undefined });
  });

  it('ends every read that waits when it ends', async () => {
    const { items } = queue();
    const waiting = [items.next(), items.next()];
    items.end();
    expect(await Promise.all(waiting)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
  });

  it('ends a read that waits when it is returned, and stops its source', async () => {
    const { items, calls } = queue();
    const waiting = items.next();
    await items.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(calls).toContain('stop');
  });

  it('forgets what was not read when it is cancelled, even after it has ended', async () => {
    const { items } = queue();
    items.push(1);
    items.end(new Error('over'));
    items.cancel();
    expect(await items.next()).toEqual({ done: true, value: undefined });
  });

  it('keeps order and count over many items that are read while others come', async () => {
    const { items } = queue();
    const read: (number | undefined)[] = [];
    for (let index = 0; index < 5000; index++) {
      items.push(2 * index);
      items.push(2 * index + 1);
      read.push((await items.next()).value);
    }
    expect(items.size).toBe(5000);
    while (items.size > 0) read.push((await items.next()).value);
    expect(read).toEqual(Array.from({ length: 10_000 }, (_, index) => index));
  });

  it('stops its source when a loop breaks off', async () => {
    const { items, calls } = queue();
    items.push(1);
    for await (const item of items) if (item === 1) break;
    expect(calls.filter(call => call === 'stop')).toHaveLength(1);
  });
});
