import { describe, expect, it } from 'vitest';
import { BatchedLoader } from './batched-loader.js';

/** A storage with one reader: a read begins when the one before it has ended. */
function oneReader() {
  let busy: Promise<unknown> = Promise.resolve();
  return <Result>(read: () => Promise<Result>): Promise<Result> => {
    const result = busy.then(read);
    busy = result.catch(() => undefined);
    return result;
  };
}

const aMoment = () => new Promise<void>(resolve => setImmediate(resolve));

describe('a batched loader', () => {
  it('gives everyone the value of their own key', async () => {
    const loader = new BatchedLoader<string, string>(async takeKeys => {
      const keys = new Set(takeKeys());
      return key => `${key} of ${keys.has(key)}`;
    });
    const found = await Promise.all(['jane', 'john', 'jane'].map(key => loader.load(key)));
    expect(found).toEqual(['jane of true', 'john of true', 'jane of true']);
  });

  it('gathers all who ask before a read begins into that read, of 500 keys at most', async () => {
    const reads: number[] = [];
    const reader = oneReader();
    const loader = new BatchedLoader<string, string>(takeKeys =>
      reader(async () => {
        reads.push(takeKeys().length);
        await aMoment();
        return key => key;
      }),
    );
    const first = loader.load('first');
    await aMoment();
    const others = Array.from({ length: 1199 }, (_, index) => `user-${index}`);
    const found = await Promise.all([first, ...others.map(key => loader.load(key))]);
    expect(found).toEqual(['first', ...others]);
    expect(reads).toEqual([1, 500, 500, 199]);
  });

  it('reads a key once for all who ask for it, also when the batch is full', async () => {
    const reads: number[] = [];
    const reader = oneReader();
    const loader = new BatchedLoader<number, number>(takeKeys =>
      reader(async () => {
        reads.push(takeKeys().length);
        return key => key;
      }),
    );
    const keys = [...Array.from({ length: 500 }, (_, key) => key), 0, 1, 499];
    await Promise.all(keys.map(key => loader.load(key)));
    expect(reads).toEqual([500]);
  });

  it('never answers with a read that began before the question', async () => {
    let state = 'before';
    let letReadsEnd = () => {};
    const gate = new Promise<void>(resolve => {
      letReadsEnd = resolve;
    });
    const loader = new BatchedLoader<string, string>(async takeKeys => {
      takeKeys();
      const seen = state;
      await gate;
      return () => seen;
    });
    const first = loader.load('jane');
    await aMoment();
    state = 'after';
    const second = loader.load('jane');
    letReadsEnd();
    expect([await first, await second]).toEqual(['before', 'after']);
  });

  it('tells those of a failed read, and goes on for the next, whether the read had begun or not', async () => {
    let fails: 'before it begins' | 'while it reads' | undefined = 'before it begins';
    const loader = new BatchedLoader<string, string>(async takeKeys => {
      if (fails === 'before it begins') throw new Error('no reader');
      takeKeys();
      if (fails === 'while it reads') throw new Error('no storage');
      return key => key;
    });
    await expect(loader.load('jane')).rejects.toThrow('no reader');
    fails = 'while it reads';
    await expect(loader.load('jane')).rejects.toThrow('no storage');
    fails = undefined;
    expect(await loader.load('jane')).toBe('jane');
  });
});
