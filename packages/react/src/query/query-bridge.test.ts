import type { AnyItem, User } from '@rollcall/client';
import { notifyManager, QueryClient, QueryObserver } from '@tanstack/query-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LiveQueries, type QueryBridge, type QueryBridgeOptions, queryBridge } from './query-bridge.js';

const user = (id: string, revision: number, name: string, online = false) =>
  ({ id, revision, name, role: 'user', custom: {}, online }) as unknown as User;

const changed = (id: string, revision: number, name: string) =>
  ({ type: 'user.updated', user: user(id, revision, name) }) as unknown as AnyItem;

const presence = (id: string, online: boolean) =>
  ({ type: 'user.presence.changed', user: { id, online } }) as AnyItem;

const RESYNC = { type: 'resync', id: 'a.1' } as AnyItem;

const frame = () => new Promise(resolve => setTimeout(resolve, 150));

let queryClient: QueryClient;
let bridge: QueryBridge;
let stops: (() => void)[];

beforeEach(() => {
  queryClient = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  stops = [];
});
afterEach(() => {
  for (const stop of stops) stop();
  bridge.end();
  queryClient.clear();
});

const open = (queries: LiveQueries[] = [{ queryKey: ['users'] }], options?: QueryBridgeOptions) => {
  bridge = queryBridge(queryClient, queries, options);
};

/** Somebody who looks at a query, and whose answers are given by hand. */
function look(queryKey: string[]) {
  const answers: ((data: unknown) => void)[] = [];
  const observer = new QueryObserver<unknown>(queryClient, {
    queryKey,
    queryFn: ({ signal }) =>
      new Promise((resolve, reject) => {
        answers.push(resolve);
        signal.onabort = () => reject(new Error('taken back'));
      }),
  });
  const seen: unknown[] = [];
  // As React does it: told of a change, it renders the result of that moment.
  const render = notifyManager.batchCalls(() => seen.push(observer.getCurrentResult().data));
  const leave = observer.subscribe(render);
  stops.push(leave);
  return { answers, seen, leave };
}

const read = <Data>(queryKey: string[]) => queryClient.getQueryData<Data>(queryKey);

describe('who is online', () => {
  it('is not set back by an event that knows less', async () => {
    queryClient.setQueryData(['users'], [user('jane', 1, 'Jane', true)]);
    open();
    bridge.hear(changed('jane', 2, 'Janet'));
    await frame();
    expect(read(['users'])).toMatchObject([{ name: 'Janet', online: true }]);
  });

  it('is what an answer says that was asked for after it was heard', async () => {
    open();
    bridge.hear(presence('jane', true));
    bridge.hear(changed('jane', 1, 'Jane'));
    await frame();
    const { answers } = look(['users']);
    answers[0]?.([user('jane', 1, 'Jane', false)]);
    await frame();
    expect(read(['users'])).toMatchObject([{ online: false }]);
    bridge.hear(changed('jane', 2, 'Janet'));
    await frame();
    expect(read(['users'])).toMatchObject([{ name: 'Janet', online: false }]);
  });

  it('is what was heard while an answer was under way', async () => {
    open();
    const { answers } = look(['users']);
    bridge.hear(presence('jane', true));
    await frame();
    answers[0]?.([user('jane', 1, 'Jane', false)]);
    await frame();
    expect(read(['users'])).toMatchObject([{ online: true }]);
  });
});

describe('an answer', () => {
  it('that comes after a newer event is mended before a component shows it', async () => {
    open();
    const { answers, seen } = look(['users']);
    bridge.hear(changed('jane', 2, 'New'));
    await frame();
    answers[0]?.([user('jane', 1, 'Old')]);
    await frame();
    expect(read(['users'])).toMatchObject([{ name: 'New' }]);
    expect(JSON.stringify(seen)).not.toContain('Old');
  });

  it('that is taken back leaves what has changed meanwhile', async () => {
    queryClient.setQueryData(['users'], [user('jane', 1, 'Old')]);
    open();
    const { leave } = look(['users']);
    void queryClient.refetchQueries({ queryKey: ['users'] });
    bridge.hear(changed('jane', 2, 'New'));
    await frame();
    leave();
    await frame();
    expect(queryClient.getQueryState(['users'])?.fetchStatus).toBe('idle');
    expect(read(['users'])).toMatchObject([{ name: 'New' }]);
  });

  it('that there is no such user may become the user who has come since', async () => {
    const one = (data: unknown, newest: (part: unknown) => unknown, about: { user(id: string): unknown }) =>
      data === null ? (about.user('jane') ?? null) : newest(data);
    open([{ queryKey: ['users'], patch: one as never }]);
    bridge.hear(changed('jane', 1, 'Jane'));
    await frame();
    const { answers } = look(['users']);
    answers[0]?.(null);
    await frame();
    // The answer knew of everything that had been heard: she has been erased.
    expect(read(['users'])).toBe(null);
    bridge.hear(changed('jane', 2, 'Jane again'));
    await frame();
    expect(read(['users'])).toMatchObject({ name: 'Jane again' });
  });
});

describe('a patch', () => {
  it('leaves what an event does not change the same object', async () => {
    const [first, second] = [{ users: [user('jane', 1, 'Jane')] }, { users: [user('john', 1, 'John')] }];
    queryClient.setQueryData(['users'], { pages: [first, second], pageParams: [0, 1] });
    open();
    const before = read<object>(['users']);
    bridge.hear(changed('jane', 1, 'Jane'));
    await frame();
    expect(read(['users'])).toBe(before);
    bridge.hear(changed('jane', 2, 'Janet'));
    await frame();
    const after = read<{ pages: unknown[]; pageParams: unknown }>(['users']);
    expect(after?.pages[0]).toEqual({ users: [user('jane', 2, 'Janet')] });
    expect(after?.pages[1]).toBe(second);
  });

  it('changes nothing else: what was invalidated, failed or is old stays so', async () => {
    queryClient.setQueryData(['users'], [user('jane', 1, 'Jane')], { updatedAt: 5 });
    open();
    const failing = { queryKey: ['users'], queryFn: () => Promise.reject(new Error('away')), staleTime: 0 };
    await queryClient.fetchQuery(failing).catch(() => undefined);
    await queryClient.invalidateQueries({ queryKey: ['users'] });
    bridge.hear(changed('jane', 2, 'Janet'));
    await frame();
    expect(read(['users'])).toMatchObject([{ name: 'Janet' }]);
    const { isInvalidated, error, dataUpdatedAt } = queryClient.getQueryState(['users']) ?? {};
    expect({ isInvalidated, error, dataUpdatedAt }).toEqual({
      isInvalidated: true,
      error: new Error('away'),
      dataUpdatedAt: 5,
    });
  });

  it('is that of the first entry that takes the query', async () => {
    queryClient.setQueryData(['users', 'one'], [user('jane', 1, 'Jane')]);
    open([{ queryKey: ['users', 'one'], patch: false }, { queryKey: ['users'] }]);
    bridge.hear(changed('jane', 2, 'Janet'));
    await frame();
    expect(read(['users', 'one'])).toMatchObject([{ name: 'Jane' }]);
  });

  it('comes at once of a write that was answered, and is not undone by an older event', async () => {
    queryClient.setQueryData(['users'], [user('jane', 1, 'Jane', true)]);
    open();
    bridge.take(user('jane', 3, 'Written'));
    expect(read(['users'])).toMatchObject([{ name: 'Written', online: true }]);
    bridge.hear(changed('jane', 2, 'Older'));
    await frame();
    expect(read(['users'])).toMatchObject([{ name: 'Written', online: true }]);
  });
});

describe('a frame', () => {
  it('hands on what was heard in it, in order, once the caches have it', async () => {
    queryClient.setQueryData(['users'], [user('jane', 1, 'Jane')]);
    const frames: unknown[] = [];
    open(undefined, {
      onFrame: items => frames.push([items.map(({ type }) => type), read<User[]>(['users'])?.[0]?.name]),
    });
    bridge.hear(changed('jane', 2, 'Janet'));
    bridge.hear(presence('jane', true));
    bridge.hear({ type: 'task.started', task: {} } as unknown as AnyItem);
    expect(frames).toEqual([]);
    await frame();
    expect(frames).toEqual([[['user.updated', 'user.presence.changed', 'task.started'], 'Janet']]);
  });

  it('that is long in coming, as in a page that nobody sees, loses nothing', async () => {
    queryClient.setQueryData(['users'], [user('first', 1, 'Old')]);
    open();
    bridge.hear(changed('first', 2, 'New'));
    for (let index = 0; index < 10_000; index++) bridge.hear(changed(`other-${index}`, 1, 'Somebody'));
    await frame();
    expect(read(['users'])).toMatchObject([{ name: 'New' }]);
  });
});

describe('when events were missed', () => {
  it('everything is read afresh, and what was being read is read once more', async () => {
    open([{ queryKey: ['users'] }, { queryKey: ['tasks'], patch: false }]);
    const [users, tasks, asked] = [look(['users']), look(['tasks']), look(['users', 'asked'])];
    users.answers[0]?.([]);
    tasks.answers[0]?.([]);
    await frame();
    bridge.hear(RESYNC);
    await frame();
    expect([users, tasks, asked].map(({ answers }) => answers.length)).toEqual([2, 2, 1]);
    asked.answers[0]?.([]);
    await frame();
    expect(asked.answers.length).toBe(2);
    asked.answers[1]?.([]);
    await frame();
    expect(asked.answers.length).toBe(2);
  });

  it('nothing that was heard before is held against what is read, for the log may be another one', async () => {
    open();
    bridge.hear(changed('jane', 7, 'Before the backup was restored'));
    await frame();
    bridge.hear(RESYNC);
    const { answers } = look(['users']);
    answers[0]?.([user('jane', 3, 'As in the backup')]);
    await frame();
    expect(read(['users'])).toMatchObject([{ name: 'As in the backup' }]);
  });
});
