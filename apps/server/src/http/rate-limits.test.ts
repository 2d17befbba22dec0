import type { CallerKey } from '@rollcall/router';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RateLimits } from './rate-limits.js';

let limits: RateLimits;
beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  limits = new RateLimits({ clientCallsPerMinute: 3, guestsPerMinute: 1 });
});
afterEach(() => {
  vi.useRealTimers();
});

const JANE: CallerKey = 'user jane';
const count = (caller: CallerKey, procedure = 'users.query') => limits.count(caller, procedure);

describe('the calls of a caller', () => {
  it('are counted down to nothing, and refused then with the time to wait', async () => {
    expect(await count(JANE)).toEqual({ limit: 3, remaining: 2, resetSeconds: 60 });
    vi.advanceTimersByTime(20_500);
    expect(await count(JANE)).toEqual({ limit: 3, remaining: 1, resetSeconds: 40 });
    expect(await count(JANE)).toMatchObject({ remaining: 0 });
    await expect(count(JANE)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retry_after: 40,
      unrecoverable: false,
      allowance: { limit: 3, remaining: 0, resetSeconds: 40 },
    });
  });

  it('are there again after a minute, also for somebody who went on calling', async () => {
    for (let call = 0; call < 3; call++) await count(JANE);
    for (let call = 0; call < 10; call++) {
      vi.advanceTimersByTime(5000);
      await expect(count(JANE)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    }
    vi.advanceTimersByTime(10_000);
    expect(await count(JANE)).toMatchObject({ remaining: 2 });
  });

  it('are counted for each procedure, user and address by itself', async () => {
    for (const caller of [JANE, 'user john', 'address jane', 'address 192.0.2.1'] as const) {
      for (const procedure of ['users.query', 'roles.list']) {
        expect(await count(caller, procedure)).toMatchObject({ remaining: 2 });
      }
    }
  });

  it('to make guests have a limit of their own', async () => {
    const address = 'address 192.0.2.1';
    expect(await count(address, 'users.connectGuest')).toMatchObject({ limit: 1, remaining: 0 });
    await expect(count(address, 'users.connectGuest')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });

  it('are forgotten after the minute, so that many callers cost no memory for long', async () => {
    for (let user = 0; user < 1000; user++) await count(`user u${user}`);
    expect(vi.getTimerCount()).toBe(1000);
    vi.advanceTimersByTime(60_000);
    expect(vi.getTimerCount()).toBe(0);
  });
});
