import { tombstoneOf } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { WatchedUsers } from './watched-users.js';

const ids = (count: number, name: string) => Array.from({ length: count }, (_, index) => `${name}${index}`);

describe('a tombstone', () => {
  it('stands for the id that is watched, whenever it was entered, and for none that is not', () => {
    const watched = new WatchedUsers();
    const found = (id: string) => watched.idOfTombstone(tombstoneOf(id));
    const first = watched.take(ids(1000, 'a'));
    expect([found('a0'), found('a999'), found('b0')]).toEqual(['a0', 'a999', undefined]);
    const second = watched.take([...ids(1000, 'b'), 'a7']);
    expect([found('a999'), found('b0'), found('b999')]).toEqual(['a999', 'b0', 'b999']);
    first.release();
    expect([found('a0'), found('a7'), found('b999')]).toEqual([undefined, 'a7', 'b999']);
    const third = watched.take(ids(2000, 'c'));
    expect([found('c0'), found('c1999'), found('b0'), found('a0')]).toEqual(['c0', 'c1999', 'b0', undefined]);
    second.release();
    third.release();
    expect([found('c0'), found('a7')]).toEqual([undefined, undefined]);
    watched.take(['c0']);
    expect(found('c0')).toBe('c0');
  });

  it('is looked for in steps, while others enter and leave', () => {
    const watched = new WatchedUsers();
    const leaving = watched.take(ids(5000, 'leaves'));
    watched.take(ids(5000, 'stays'));
    const steps = watched.hashIds();
    let taken = 0;
    for (const _ of steps) {
      taken += 1;
      if (taken === 20) leaving.release();
      if (taken === 40) watched.take(ids(6000, 'comes'));
    }
    expect(taken).toBe(110);
    expect([...watched.hashIds()]).toEqual([]);
    for (const id of ['stays0', 'stays4999', 'comes0', 'comes4000', 'comes5999']) {
      expect(watched.idOfTombstone(tombstoneOf(id))).toBe(id);
    }
    expect(watched.idOfTombstone(tombstoneOf('leaves0'))).toBeUndefined();
  });
});
