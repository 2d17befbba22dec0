import { setImmediate as nextLoop } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { PagePlaces } from './page-places.js';

const { signal } = new AbortController();

describe('the places for pages that are caught up with', () => {
  it('are two, and are given to callers in turn, however many pages one of them wants', async () => {
    const places = new PagePlaces();
    const order: string[] = [];
    let inPlace = 0;
    let most = 0;
    const page = async (caller: string) => {
      const leave = await places.take(caller, signal);
      order.push(caller);
      inPlace += 1;
      most = Math.max(most, inPlace);
      await nextLoop();
      inPlace -= 1;
      leave?.();
    };
    const busy = Array.from({ length: 6 }, () => page('busy'));
    await Promise.all([...busy, page('quiet'), page('other')]);
    expect(most).toBe(2);
    expect(order).toEqual(['busy', 'busy', 'busy', 'quiet', 'other', 'busy', 'busy', 'busy']);
  });

  it('are not given to those who went away, nor lost by those who leave twice', async () => {
    const places = new PagePlaces();
    const first = await places.take('ann', signal);
    await places.take('ann', signal);
    const gone = new AbortController();
    const waits = places.take('ben', gone.signal);
    const next = places.take('cat', signal);
    gone.abort();
    expect(await waits).toBeUndefined();
    first?.();
    first?.();
    expect(await next).toBeDefined();
    let given = false;
    void places.take('dan', signal).then(() => {
      given = true;
    });
    await nextLoop();
    expect(given).toBe(false);
  });

  it('are not waited for by those who went away before', async () => {
    const places = new PagePlaces();
    await places.take('ann', signal);
    await places.take('ann', signal);
    expect(await places.take('ben', AbortSignal.abort())).toBeUndefined();
  });
});
