import { describe, expect, it } from 'vitest';
import { StoppedQueryMemory } from './stopped-queries.js';

const HOUR = 60 * 60 * 1000;

describe('queries that took too long', () => {
  it('count together when they search by the same fields, in whatever order, the last first', () => {
    const memory = new StoppedQueryMemory();
    memory.note(['a', 'b'], 1);
    memory.note(['c'], 2);
    memory.note(['b', 'a'], 3);
    memory.note([], 4);
    expect(memory.list([], 5)).toEqual([
      { paths: [], count: 1, lastAt: 4 },
      { paths: ['b', 'a'], count: 2, lastAt: 3 },
      { paths: ['c'], count: 1, lastAt: 2 },
    ]);
  });

  it('are no matter once what they search by has an index, or after an hour', () => {
    const memory = new StoppedQueryMemory();
    memory.note(['a', 'b'], 0);
    expect(memory.list(['a'], 1)).toEqual([{ paths: ['b'], count: 1, lastAt: 0 }]);
    expect(memory.list(['a', 'b'], 1)).toEqual([]);
    expect(memory.list([], HOUR)).toEqual([]);
  });

  it('are bounded, however many kinds callers make up', () => {
    const memory = new StoppedQueryMemory();
    for (let kind = 0; kind < 1000; kind++) memory.note([`path-${kind}`], kind);
    expect(memory.list([], 1000)).toHaveLength(20);
    expect(memory.list([], 1000)[0]?.paths).toEqual(['path-999']);
  });
});
