import { formatPosition, type Position } from '@rollcall/protocol';
import { describeOnEveryDialect, durationMs } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTestDirectory, refusal, SERVER, type TestDirectory } from '../support/test-directory.js';

describeOnEveryDialect('the event log', engine => {
  let directory: TestDirectory;

  beforeEach(async () => {
    directory = await openTestDirectory(engine);
  });

  afterEach(() => directory.close());

  /** Reads as a live listener does: pages until one is empty, then waits. */
  async function listen(from: Position, count: number, signal: AbortSignal): Promise<string[]> {
    const ids: string[] = [];
    let position = from;
    while (ids.length < count && !signal.aborted) {
      const page = await directory.events.pageAfter(position, 7);
      if ('resyncAt' in page) throw new Error('resync');
      ids.push(...page.events.map(entry => entry.full.id ?? ''));
      position = page.upTo;
      if (page.events.length === 0) await directory.events.waitBeyond(position, signal);
    }
    return ids;
  }

  it('gives every listener every event once, in commit order, while many write', async () => {
    const from = await directory.events.position();
    const signal = AbortSignal.timeout(30_000);
    const listeners = Array.from({ length: 5 }, () => listen(from, 300, signal));
    const writers = Array.from({ length: 6 }, async (_, writer) => {
      for (let round = 0; round < 50; round++) {
        await directory.users.upsert(SERVER, [{ id: `u-${writer}-${round}` }]);
      }
    });
    const expected = Array.from({ length: 300 }, (_, index) =>
      formatPosition({ epoch: from.epoch, seq: index + 1 }),
    );
    for (const ids of await Promise.all(listeners)) expect(ids).toEqual(expected);
    await Promise.all(writers);
  });

  it('reads a page once for all who ask for it together, and anew when its memory was dropped', async () => {
    const from = await directory.events.position();
    await directory.users.upsert(SERVER, [{ id: 'jane' }, { id: 'john' }]);
    const read = async (position: Position) => {
      const page = await directory.events.pageAfter(position, 7);
      return 'resyncAt' in page ? undefined : page.events;
    };
    const first = await read(from);
    expect(first?.map(({ userId }) => userId)).toEqual(['jane', 'john']);
    expect((await read(from))?.[0]).toBe(first?.[0]);
    directory.events.dropMemory();
    const again = await read(from);
    expect(again?.map(({ userId }) => userId)).toEqual(['jane', 'john']);
    expect(again?.[0]).not.toBe(first?.[0]);
  });

  it('never keeps that there is nothing more', async () => {
    const from = await directory.events.position();
    expect(await directory.events.pageAfter(from, 7)).toMatchObject({ events: [] });
    await directory.users.upsert(SERVER, [{ id: 'jane' }]);
    expect(await directory.events.pageAfter(from, 7)).toMatchObject({ events: [{ userId: 'jane' }] });
  });

  it('wakes a waiting listener soon after the commit', async () => {
    const from = await directory.events.position();
    const waiting = directory.events.waitBeyond(from, AbortSignal.timeout(10_000));
    await directory.users.upsert(SERVER, [{ id: 'jane' }]);
    await waiting;
    // Waking for nothing is allowed; the page after it is the truth.
    const ids = await listen(from, 1, AbortSignal.timeout(10_000));
    expect(ids).toEqual([formatPosition({ epoch: from.epoch, seq: 1 })]);
  });

  it.each([0, 1, 2])(
    'wakes a listener that came when the log had looked %i times for nobody',
    async looks => {
      const from = await directory.events.position();
      await directory.events.waitBeyond(from, AbortSignal.timeout(20));
      for (let look = 0; look < looks; look++) {
        await new Promise(resolve => setTimeout(resolve, 50));
        directory.events.notify();
      }
      await new Promise(resolve => setTimeout(resolve, 50));
      const callMs = await durationMs(() => directory.events.pageAfter(from));
      const startedAt = performance.now();
      const heard = listen(from, 1, AbortSignal.timeout(10_000));
      await new Promise(resolve => setTimeout(resolve, 20));
      await directory.users.upsert(SERVER, [{ id: 'jane' }]);
      expect(await heard).toHaveLength(1);
      // Half of the time after which it looks of its own accord.
      expect(performance.now() - startedAt).toBeLessThan(2500 + 50 * callMs);
    },
  );

  it('ends all waits when it is closed, instead of letting them look for ever', async () => {
    const from = await directory.events.position();
    const { signal } = new AbortController();
    const waiting = directory.events.waitBeyond(from, signal);
    await directory.events.close();
    await waiting;
    expect(await refusal(directory.events.waitBeyond(from, signal))).toMatchObject({ code: 'UNAVAILABLE' });
  });

  it.each([
    ['another epoch', { epoch: 'other', seq: 0 }],
    ['a position ahead of the log', { seq: 99 }],
  ])('asks a reader with %s to read afresh', async (_, wrong) => {
    await directory.users.upsert(SERVER, [{ id: 'jane' }]);
    const end = await directory.events.position();
    expect(await directory.events.pageAfter({ ...end, ...wrong })).toEqual({ resyncAt: end });
  });
});
