import { describe, expect, it, vi } from 'vitest';
import { tokenSource } from './token-source.js';

describe('a fixed token', () => {
  it('stays what it is, and cannot be renewed', async () => {
    const source = tokenSource('fixed');
    source.expired('fixed');
    expect([await source.current(), source.renews('TOKEN_EXPIRED')]).toEqual(['fixed', false]);
  });
});

describe('a provider', () => {
  const counting = () => {
    let count = 0;
    return vi.fn(async () => `token-${++count}`);
  };

  it('is called once, however many calls wait', async () => {
    const provider = counting();
    const source = tokenSource(provider);
    expect(await Promise.all([source.current(), source.current()])).toEqual(['token-1', 'token-1']);
    expect(provider).toHaveBeenCalledTimes(1);
  });

  it('is called again when its token has expired, once, however many calls report that', async () => {
    const provider = counting();
    const source = tokenSource(provider);
    await source.current();
    source.expired('token-1');
    const fresh = source.current();
    source.expired('token-1');
    expect([await fresh, await source.current()]).toEqual(['token-2', 'token-2']);
    source.expired('token-1');
    expect(await source.current()).toBe('token-2');
    expect(provider).toHaveBeenCalledTimes(2);
  });

  it('is called again after it has failed', async () => {
    const provider = vi.fn(() => 'token');
    provider.mockImplementationOnce(() => {
      throw new Error('offline');
    });
    const source = tokenSource(provider);
    await expect(source.current()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await source.current()).toBe('token');
  });

  it('must return a token', async () => {
    const source = tokenSource(() => undefined as unknown as string);
    await expect(source.current()).rejects.toMatchObject({ code: 'TOKEN_MISSING' });
  });
});
