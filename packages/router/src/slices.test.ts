import { describe, expect, it } from 'vitest';
import { Slices, severalAtOnce } from './slices.js';

/** Keeps the thread busy. */
function work(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe('slices', () => {
  it('let the event loop in between two pieces of work that last longer than a slice together', async () => {
    const slices = new Slices();
    let loops = 0;
    let isDone = false;
    const count = () => {
      loops += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    const before: number[] = [];
    for (let piece = 0; piece < 10; piece++) {
      await slices.turn('ann');
      before.push(loops);
      work(3);
    }
    isDone = true;
    expect(new Set(before).size).toBe(10);
  });

  it('leave the event loop free for as long as a long piece of work took', async () => {
    for (const waits of [true, false]) {
      const slices = new Slices();
      slices.turn('ann');
      const next = waits ? slices.turn('ben') : undefined;
      work(40);
      const since = performance.now();
      if (!waits) await new Promise(resolve => setImmediate(resolve));
      await (next ?? slices.turn('ben'));
      expect(performance.now() - since).toBeGreaterThan(30);
    }
  });

  it('rest for a millisecond while a call is under way, and for one turn of the event loop while none is', async () => {
    const restOf = async (slices: Slices) => {
      slices.turn();
      work(2.1);
      const since = performance.now();
      await slices.turn();
      return performance.now() - since;
    };
    const rests = async (slices: Slices) => {
      const sorted: number[] = [];
      for (let round = 0; round < 21; round++) sorted.push(await restOf(slices));
      return sorted.sort((a, b) => a - b);
    };
    const slices = new Slices();
    expect((await rests(slices))[0]).toBeLessThan(0.5);
    // A timer of Node counts whole milliseconds, so that one may end a little early.
    expect((await slices.whileCalling(() => rests(slices)))[10]).toBeGreaterThan(0.7);
    expect((await rests(slices))[0]).toBeLessThan(0.5);
  });

  it('do many small pieces of work in one turn of the event loop', async () => {
    const slices = new Slices();
    slices.turn();
    work(3);
    let done = 0;
    const pieces = Array.from({ length: 100 }, async () => {
      await slices.turn('ann');
      done += 1;
    });
    const seen = new Set<number>();
    const look = () => {
      seen.add(done);
      if (done < 100) setImmediate(look);
    };
    setImmediate(look);
    await Promise.all(pieces);
    expect(seen.size).toBeLessThan(20);
  });

  it('serve callers in turn, however much one of them has to do, and shared work every second time', async () => {
    const slices = new Slices();
    slices.turn();
    work(3);
    const order: string[] = [];
    const ask = async (name: string, caller?: string) => {
      await slices.turn(caller);
      order.push(name);
    };
    const asked = [1, 2, 3, 4].map(number => ask(`busy ${number}`, 'busy'));
    asked.push(ask('quiet 1', 'quiet'), ask('shared 1'), ask('shared 2'), ask('shared 3'));
    await Promise.all(asked);
    expect(order).toEqual([
      'shared 1',
      'busy 1',
      'shared 2',
      'quiet 1',
      'shared 3',
      'busy 2',
      'busy 3',
      'busy 4',
    ]);
  });

  it('do not let a newcomer pass those who wait', async () => {
    const slices = new Slices();
    slices.turn();
    work(3);
    const order: string[] = [];
    const waits = slices.turn('ann')?.then(() => order.push('first'));
    await new Promise(resolve => setImmediate(resolve));
    await Promise.all([waits, slices.turn('ann')?.then(() => order.push('second'))]);
    expect(order[0]).toBe('first');
  });
});

describe('a turn for several pieces of work', () => {
  const askedFor = async (pieces: number, { ms, pieceMs }: { ms: number; pieceMs: number }) => {
    let asked = 0;
    const turn = severalAtOnce(
      () => {
        asked += 1;
        return asked % 2 === 0 ? Promise.resolve() : undefined;
      },
      { pieces: 20, ms },
    );
    for (let piece = 0; piece < pieces; piece++) {
      await turn();
      work(pieceMs);
    }
    return asked;
  };

  it('is good for so many of them, and then the next one is asked for', async () => {
    expect(await askedFor(100, { ms: 60_000, pieceMs: 0 })).toBe(5);
  });

  it('ends with a piece that takes long', async () => {
    expect(await askedFor(10, { ms: 1, pieceMs: 2 })).toBe(10);
  });
});
