import type { ServerClient, User } from '@rollcall/client/server';
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, expect, it, vi } from 'vitest';
import { session } from '../session/session.js';
import { LiveEvents } from './event-stream.js';

const user = (id: string, revision: number, name: string, online = false) =>
  ({ id, revision, name, role: 'user', custom: {}, online }) as unknown as User;

const changed = (id: string, revision: number, name: string) => ({
  type: 'user.updated',
  user: user(id, revision, name),
});

const frame = () => new Promise(resolve => setTimeout(resolve, 150));

/** A stream of events into which a test speaks, and what follows it. */
function stream() {
  const cache = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  const waiting: unknown[] = [];
  let wake = () => {};
  let begin = () => {};
  let failure: Error | undefined;
  let opened = 0;
  const ready = new Promise<void>(resolve => {
    begin = resolve;
  });
  async function* items() {
    for (;;) {
      while (waiting.length > 0) yield waiting.shift();
      if (failure) throw failure;
      await new Promise<void>(resolve => {
        wake = resolve;
      });
    }
  }
  const watchEvents = () => {
    opened += 1;
    return Object.assign(items(), { ready });
  };
  const live = new LiveEvents({ watchEvents } as unknown as ServerClient, cache);
  const say = (item: object) => {
    waiting.push(item);
    wake();
  };
  const fail = (error: Error) => {
    failure = error;
    wake();
  };
  return { cache, live, say, fail, begin: () => begin(), opened: () => opened };
}

/** Counts how often a query is read while somebody looks at it. */
function look(cache: QueryClient, queryKey: string[], data: unknown = []) {
  const read = vi.fn(async () => data);
  ends.push(new QueryObserver(cache, { queryKey, queryFn: read }).subscribe(() => {}));
  return read;
}

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
  vi.restoreAllMocks();
});

it('keeps lists and pages of users by one stream, and hands every event on when the caches have it', async () => {
  const { cache, live, say, opened } = stream();
  cache.setQueryData(['users', 'list', {}], { pages: [{ users: [user('jane', 1, 'Jane', true)] }] });
  cache.setQueryData(['users', 'one', 'jane'], user('jane', 1, 'Jane', true));
  const history = { pages: [{ events: [changed('jane', 1, 'Jane')] }] };
  cache.setQueryData(['users', 'history', 'jane'], history);
  const told: unknown[] = [];
  ends.push(
    live.start(),
    live.subscribe(events =>
      told.push(
        events.map(({ type }) => type),
        cache.getQueryData<User>(['users', 'one', 'jane'])?.name,
      ),
    ),
  );
  say(changed('jane', 2, 'Janet'));
  say(changed('jane', 3, 'Janine'));
  live.hear({ type: 'user.presence.changed', user: { id: 'nobody', online: true } } as never);
  await frame();
  const now = { name: 'Janine', online: true };
  expect(cache.getQueryData(['users', 'list', {}])).toMatchObject({ pages: [{ users: [now] }] });
  expect(cache.getQueryData(['users', 'one', 'jane'])).toMatchObject(now);
  expect(cache.getQueryData(['users', 'history', 'jane'])).toBe(history);
  expect(told).toEqual([['user.updated', 'user.updated'], 'Janine']);
  expect(opened()).toBe(1);
});

it('reads everything afresh when events were missed', async () => {
  const { cache, live, say } = stream();
  const reads = [['users', 'list'], ['tasks', 'list'], ['settings']].map(key => look(cache, key));
  ends.push(live.start());
  await frame();
  say({ type: 'resync', id: 'a.1' });
  await frame();
  expect(reads.map(({ mock }) => mock.calls.length)).toEqual([2, 2, 2]);
});

it('reads again what was read before the stream began', async () => {
  const { cache, live, begin } = stream();
  const read = look(cache, ['users', 'list']);
  ends.push(live.start());
  await frame();
  expect(read).toHaveBeenCalledTimes(1);
  begin();
  await frame();
  expect(read).toHaveBeenCalledTimes(2);
});

it('somebody who was erased does not come back to a page that says so', async () => {
  const { cache, live, say } = stream();
  cache.setQueryData(['users', 'one', 'jane'], null);
  ends.push(live.start());
  say({ type: 'user.deleted', user: { ...user('jane', 2, 'Jane'), deleted_at: 5 } });
  await frame();
  expect(cache.getQueryData(['users', 'one', 'jane'])).toBe(null);
  say(changed('jane', 3, 'Another Jane'));
  await frame();
  expect(cache.getQueryData(['users', 'one', 'jane'])).toMatchObject({ name: 'Another Jane' });
});

it('ends the session when the server does not take its token any more', async () => {
  const ended = vi.spyOn(session, 'end');
  const { live, fail } = stream();
  ends.push(live.start());
  fail(new Error('the token was revoked'));
  await frame();
  expect(ended).toHaveBeenCalledWith('The server ended the session: the token was revoked. Sign in again.');
});
