import { expect, it } from 'vitest';
import { ReaderPool } from './reader-pool.js';

/** Work that ends when it is told to, and says when it began. */
function held() {
  let end = (): void => undefined;
  const ended = new Promise<void>(resolve => {
    end = resolve;
  });
  const began: string[] = [];
  const work = async (reader: string) => {
    began.push(reader);
    await ended;
    return reader;
  };
  return { work, end, began };
}

it('gives what waits to whichever reader is free first, in the order in which it came', async () => {
  const pool = new ReaderPool(['one', 'two'], { maxWaiting: 10 });
  const slow = held();
  const running = pool.run(slow.work);
  const order: string[] = [];
  const note = (name: string) =>
    pool.run(async reader => {
      order.push(`${name} on ${reader}`);
      await Promise.resolve();
    });
  await Promise.all([note('a'), note('b'), note('c')]);
  expect(order).toEqual(['a on two', 'b on two', 'c on two']);
  slow.end();
  expect(await running).toBe('one');
});

it('goes on after work that fails', async () => {
  const pool = new ReaderPool(['one'], { maxWaiting: 10 });
  const failing = pool.run(() => Promise.reject(new Error('no')));
  const next = pool.run(async reader => reader);
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('one');
});

it('refuses what is one too many, with the number', async () => {
  const pool = new ReaderPool(['one'], { maxWaiting: 1 });
  const slow = held();
  const running = [pool.run(slow.work), pool.run(slow.work)];
  await expect(pool.run(slow.work)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('1 may wait'),
    retry_after: 1,
  });
  slow.end();
  expect(await Promise.all(running)).toEqual(['one', 'one']);
});

it('refuses what has waited for too long, never runs it, and gives its reader to the next', async () => {
  const pool = new ReaderPool(['one'], { maxWaiting: 10, maxWaitMs: 20 });
  const slow = held();
  const late = held();
  const running = pool.run(slow.work);
  await expect(pool.run(late.work)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('0.02 s'),
  });
  slow.end();
  await running;
  expect(await pool.run(async reader => reader)).toBe('one');
  expect(late.began).toEqual([]);
});

it('refuses what waits and what comes when it is closed, and is closed when the last work has ended', async () => {
  const pool = new ReaderPool(['one', 'two'], { maxWaiting: 10 });
  const slow = held();
  const running = [pool.run(slow.work), pool.run(slow.work)];
  const waiting = pool.run(slow.work);
  let closed = false;
  const closing = pool.close().then(() => {
    closed = true;
  });
  await expect(waiting).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(pool.run(slow.work)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(closed).toBe(false);
  slow.end();
  await closing;
  expect(await Promise.all(running)).toEqual(['one', 'two']);
});
