import type { UserRow } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { createUserLookup } from './user-lookup.js';

const row = (id: string) => ({ id }) as UserRow;

describe('a user lookup', () => {
  it('answers everybody with their own user, and nobody for an unknown id', async () => {
    const lookUp = createUserLookup(async ids => ids.filter(id => id !== 'nobody').map(row));
    const found = await Promise.all(['jane', 'nobody', 'john', 'jane'].map(lookUp));
    expect(found.map(user => user?.id)).toEqual(['jane', undefined, 'john', 'jane']);
  });

  it('gathers all who ask while a read runs into the next, of 500 at most', async () => {
    const reads: number[] = [];
    const lookUp = createUserLookup(async ids => {
      reads.push(ids.length);
      await new Promise(resolve => setImmediate(resolve));
      return ids.map(row);
    });
    await Promise.all(Array.from({ length: 1200 }, (_, index) => lookUp(`user-${index}`)));
    expect(reads).toEqual([1, 500, 500, 199]);
  });

  it('never answers with a read that began before the question', async () => {
    let state = 'before';
    let letFirstReadEnd = () => {};
    const gate = new Promise<void>(resolve => {
      letFirstReadEnd = resolve;
    });
    const lookUp = createUserLookup(async ids => {
      const seen = state;
      await gate;
      return ids.map(id => ({ id, name: seen }) as UserRow);
    });
    const first = lookUp('jane');
    state = 'after';
    const second = lookUp('jane');
    letFirstReadEnd();
    expect([(await first)?.name, (await second)?.name]).toEqual(['before', 'after']);
  });

  it('tells those of a failed read, and goes on for the next', async () => {
    let fails = true;
    const lookUp = createUserLookup(async ids => {
      if (fails) throw new Error('no storage');
      return ids.map(row);
    });
    await expect(lookUp('jane')).rejects.toThrow('no storage');
    fails = false;
    expect(await lookUp('jane')).toEqual({ id: 'jane' });
  });
});
