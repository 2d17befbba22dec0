import { RollcallError } from '@rollcall/protocol';
import { describe, expect, it } from 'vitest';
import { retry } from './retry.js';

/** A call that fails with the errors in turn, and then answers; it counts its tries and the waits between them. */
function failing(...errors: unknown[]) {
  const waits: number[] = [];
  let tries = 0;
  const call = async () => {
    const error = errors[tries];
    tries += 1;
    if (error !== undefined) throw error;
    return 'done';
  };
  const waitMs = async (ms: number) => {
    waits.push(ms);
  };
  const result = retry(call, { waitMs });
  return { result, waits, tries: () => tries };
}

const times = (count: number, error: unknown) => Array.from({ length: count }, () => error);

describe('a call that is retried', () => {
  it('is repeated after errors that may pass, and after a lost answer', async () => {
    const lost = new TypeError('fetch failed');
    const { result, tries } = failing(new RollcallError('UNAVAILABLE', 'full'), lost);
    expect(await result).toBe('done');
    expect(tries()).toBe(3);
  });

  it('is not repeated after an error that must come again', async () => {
    const { result, waits } = failing(new RollcallError('INPUT_INVALID', 'bad'));
    await expect(result).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    expect(waits).toEqual([]);
  });

  it('waits at least as long as the server says', async () => {
    const { result, waits } = failing(new RollcallError('RATE_LIMITED', 'slowly', { retry_after: 7 }));
    await result;
    expect(waits[0]).toBeGreaterThanOrEqual(7000);
  });

  it('waits longer and longer, up to half a minute, and gives up after ten tries', async () => {
    const { result, waits, tries } = failing(...times(20, new RollcallError('UNAVAILABLE', 'down')));
    await expect(result).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(tries()).toBe(10);
    for (const [index, waitMs] of waits.entries()) {
      expect(waitMs).toBeLessThanOrEqual(Math.min(30_000, 1000 * 2 ** index));
    }
  });

  it('gives up sooner on a fault of the server, which may be about this very input', async () => {
    const { result, tries } = failing(...times(20, new RollcallError('INTERNAL', 'oops')));
    await expect(result).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(tries()).toBe(3);
  });
});
