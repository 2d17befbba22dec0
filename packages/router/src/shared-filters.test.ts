import { LoggedEvent, MatchSubject } from '@rollcall/core';
import { type Filter, parseFilter } from '@rollcall/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SharedFilter } from './shared-filters.js';

const PUBLIC = { privatePaths: [] };

function entry(
  seq: number,
  custom: Record<string, unknown>,
  fields: Record<string, unknown> = {},
): LoggedEvent {
  const data = JSON.stringify({ user: { id: 'john', teams: [], custom, ...fields }, changes: {} });
  return new LoggedEvent('e', {
    seq,
    type: 'user.updated',
    at: seq,
    actor_type: 'server',
    user_id: 'john',
    data,
  });
}

const shared = (filter: Filter) => new SharedFilter(parseFilter(filter, { server: true }));
const BOTH = { before: true, after: true };
const NEITHER = { before: false, after: false };

afterEach(() => vi.restoreAllMocks());

describe('filters that judge the same users', () => {
  it('judge for each viewer what that viewer sees, no matter for which viewer they judged before', () => {
    const hidden = entry(1, { open: 1, secret: 2 }, { invisible: true, online: true });
    const sights = ['everything', PUBLIC, { privatePaths: ['secret'] }, 'id'] as const;
    const filters = [{ online: true }, { secret: 2 }, { open: 1 }, { id: 'john' }].map(shared);
    const seen = [
      [BOTH, BOTH, BOTH, BOTH],
      [NEITHER, BOTH, BOTH, BOTH],
      [NEITHER, NEITHER, BOTH, BOTH],
      [NEITHER, NEITHER, NEITHER, BOTH],
    ];
    const judged = (order: readonly number[]) =>
      order.map(sight => filters.map(filter => filter.judge(hidden, sights[sight] ?? 'id')));
    for (const order of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [1, 0, 3, 2],
    ]) {
      expect(judged(order)).toEqual(order.map(sight => seen[sight]));
    }
  });

  it('keep what they found in the users of the last few entries, and of no others', () => {
    const made = new Set<MatchSubject>();
    const { forget, valuesOf } = MatchSubject.prototype;
    vi.spyOn(MatchSubject.prototype, 'valuesOf').mockImplementation(function (this: MatchSubject, ...args) {
      made.add(this);
      return valuesOf.apply(this, args);
    });
    vi.spyOn(MatchSubject.prototype, 'forget').mockImplementation(function (this: MatchSubject) {
      made.delete(this);
      return forget.apply(this);
    });
    const [one, other] = [shared({ a: { $gt: 0 } }), shared({ b: { $exists: false } })];
    const entries = Array.from({ length: 200 }, (_, seq) => entry(seq, { a: seq }));
    for (const each of entries) for (const filter of [one, other]) filter.judge(each, 'everything');
    expect(made.size).toBeGreaterThan(0);
    // Of each entry the user before it and after it.
    expect(made.size).toBeLessThan(20);
    expect(entries.map(each => one.judge(each, 'everything').after)).toEqual(
      entries.map(({ seq }) => seq > 0),
    );
  });
});
