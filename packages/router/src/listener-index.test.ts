import { LoggedEvent, tombstoneOf } from '@rollcall/core';
import { parseFilter } from '@rollcall/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Caller } from './caller.js';
import { EventViewer } from './event-viewer.js';
import { ListenerIndex } from './listener-index.js';
import { WatchedUsers } from './watched-users.js';

const SERVER: Caller = { kind: 'server', actor: { type: 'server' } };
const FILTERS = 100;

afterEach(() => vi.restoreAllMocks());

/** What the index yields for a user with `n: 7`, while each look at the clock finds that so much time has passed. */
function yielded(passesMs: number) {
  const index = new ListenerIndex<{ viewer: EventViewer; n: number }>();
  for (let n = 0; n < FILTERS; n++) {
    const filter = parseFilter({ n: { $gt: n - 0.5, $lt: n + 0.5 } }, { server: true });
    index.add({ viewer: new EventViewer(SERVER, { filter }), n });
  }
  const data = JSON.stringify({ user: { id: 'john', teams: [], custom: { n: 7 } }, changes: {} });
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    now += passesMs;
    return now;
  });
  const all = [
    ...index.candidates(
      new LoggedEvent('e', {
        seq: 1,
        type: 'user.updated',
        at: 1,
        actor_type: 'server',
        user_id: 'john',
        data,
      }),
    ),
  ];
  return { found: all.flatMap(one => one?.n ?? []), turns: all.filter(one => one === undefined).length };
}

describe('filters that no index helps', () => {
  it('offer others their turn every fifth of a millisecond while they are judged, and not after each', () => {
    expect(yielded(0)).toEqual({ found: [7], turns: 0 });
    expect(yielded(0.05).turns).toBeGreaterThan(FILTERS / 10);
    expect(yielded(0.05).turns).toBeLessThan(FILTERS / 2);
    expect(yielded(1)).toEqual({ found: [7], turns: FILTERS });
  });
});

describe('an erased user', () => {
  it('is looked for among ten thousand named ones in short steps, once', () => {
    const index = new ListenerIndex<{ viewer: EventViewer }>();
    const userIds = new WatchedUsers().take(Array.from({ length: 10_000 }, (_, n) => `u${n}`));
    const listener = { viewer: new EventViewer(SERVER, { userIds }) };
    index.add(listener);
    const erased = (id: string, seq: number) => {
      const user_id = tombstoneOf(id);
      const data = JSON.stringify({ user: { id: user_id, teams: [], custom: {} } });
      const entry = new LoggedEvent('e', {
        seq,
        type: 'user.deleted',
        at: 1,
        actor_type: 'server',
        user_id,
        data,
      });
      return [...index.candidates(entry)];
    };
    const first = erased('u9999', 1);
    expect(first.filter(one => one === undefined).length).toBeGreaterThanOrEqual(100);
    expect(first.filter(one => one !== undefined)).toEqual([listener]);
    expect(erased('u0', 2)).toEqual([listener, undefined]);
    expect(erased('nobody', 3)).toEqual([undefined]);
  });
});
