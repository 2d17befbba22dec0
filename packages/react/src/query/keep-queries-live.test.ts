import type { AnyItem, Client, User } from '@rollcall/client';
import type { ServerClient } from '@rollcall/client/server';
import { QueryClient } from '@tanstack/query-core';
import { afterEach, expect, it } from 'vitest';
import { keepQueriesLive } from './keep-queries-live.js';

const user = (id: string, revision: number, name: string) =>
  ({ id, revision, name, role: 'user', custom: {}, online: false }) as unknown as User;

/** What hands events out, as a client does. */
function speaker() {
  const handlers = new Set<(item: AnyItem) => void>();
  let begin: () => void = () => undefined;
  const ready = new Promise<void>(resolve => {
    begin = resolve;
  });
  const client = {
    on(handler: (item: AnyItem) => void) {
      handlers.add(handler);
      return { ready, unsubscribe: () => handlers.delete(handler) };
    },
  } as unknown as ServerClient;
  const ofUser = { ...client, connectUser: () => undefined } as unknown as Client;
  const say = (item: object) => {
    for (const handler of handlers) handler(item as AnyItem);
  };
  return { client, ofUser, begin, say };
}

const frame = () => new Promise(resolve => setTimeout(resolve, 150));

let end: (() => void) | undefined;
afterEach(() => end?.());

it('patches users by id in lists, pages and infinite queries, once a frame, and leaves everything else as it is', async () => {
  const queryClient = new QueryClient();
  const { client, say } = speaker();
  const [jane, john] = [user('jane', 1, 'Jane'), user('john', 1, 'John')];
  queryClient.setQueryData(['users', 'list'], [jane, john], { updatedAt: 5 });
  queryClient.setQueryData(['users', 'pages'], { pages: [{ users: [john] }], pageParams: [0] });
  queryClient.setQueryData(['other'], [jane]);
  end = keepQueriesLive(client, queryClient, [{ queryKey: ['users'] }]);
  let writes = 0;
  queryClient.getQueryCache().subscribe(({ type }) => {
    if (type === 'updated') writes += 1;
  });
  for (let revision = 2; revision < 100; revision++)
    say({ type: 'user.updated', user: user('jane', revision, `Jane ${revision}`) });
  say({ type: 'user.presence.changed', user: { id: 'jane', online: true } });
  await frame();
  const list = queryClient.getQueryData<User[]>(['users', 'list']);
  expect(list?.[0]).toMatchObject({ name: 'Jane 99', online: true });
  expect(list?.[1]).toBe(john);
  expect(writes).toBe(1);
  expect(queryClient.getQueryState(['users', 'list'])?.dataUpdatedAt).toBe(5);
  expect(queryClient.getQueryData(['other'])).toEqual([jane]);
});

it('an answer that comes after a newer event is mended', async () => {
  const queryClient = new QueryClient();
  const { client, say } = speaker();
  end = keepQueriesLive(client, queryClient, [{ queryKey: ['users'] }]);
  let answer: (users: User[]) => void = () => undefined;
  const asked = queryClient.fetchQuery({
    queryKey: ['users'],
    queryFn: () =>
      new Promise<User[]>(resolve => {
        answer = resolve;
      }),
  });
  say({ type: 'user.updated', user: user('jane', 2, 'New') });
  await frame();
  answer([user('jane', 1, 'Old')]);
  await asked;
  await frame();
  expect(queryClient.getQueryData<User[]>(['users'])?.[0]?.name).toBe('New');
});

it('invalidates the queries when events were missed', async () => {
  const queryClient = new QueryClient();
  const { client, say } = speaker();
  queryClient.setQueryData(['users'], [user('jane', 1, 'Jane')]);
  end = keepQueriesLive(client, queryClient, [{ queryKey: ['users'] }]);
  say({ type: 'resync', id: 'a.1' });
  expect(queryClient.getQueryState(['users'])?.isInvalidated).toBe(true);
});

it('a map of its own says where users are', async () => {
  const queryClient = new QueryClient();
  const { client, say } = speaker();
  queryClient.setQueryData(['team'], new Map([['lead', user('jane', 1, 'Jane')]]));
  end = keepQueriesLive(client, queryClient, [
    {
      queryKey: ['team'],
      patch: (data, newest) =>
        new Map([...(data as Map<string, User>)].map(([role, one]) => [role, newest(one)])),
    },
  ]);
  say({ type: 'user.updated', user: user('jane', 2, 'Janet') });
  await frame();
  expect(queryClient.getQueryData<Map<string, User>>(['team'])?.get('lead')?.name).toBe('Janet');
});

it('reads again what was read before a back end listened, and what was asked', async () => {
  const queryClient = new QueryClient();
  const { client, begin } = speaker();
  queryClient.setQueryData(['users', 'read'], [user('jane', 1, 'Jane')]);
  end = keepQueriesLive(client, queryClient, [{ queryKey: ['users'] }]);
  expect(queryClient.getQueryState(['users', 'read'])?.isInvalidated).toBe(false);
  let answer: (users: User[]) => void = () => undefined;
  const queryFn = () =>
    new Promise<User[]>(resolve => {
      answer = resolve;
    });
  const asked = queryClient.fetchQuery({ queryKey: ['users', 'asked'], queryFn });
  begin();
  await frame();
  expect(queryClient.getQueryState(['users', 'read'])?.isInvalidated).toBe(true);
  answer([user('jane', 1, 'Jane')]);
  await asked;
  await frame();
  expect(queryClient.getQueryState(['users', 'asked'])?.isInvalidated).toBe(true);
});

it('asks nothing twice for the client of a user, which hears everything since the answer', async () => {
  const queryClient = new QueryClient();
  const { ofUser } = speaker();
  queryClient.setQueryData(['users', 'read'], [user('jane', 1, 'Jane')]);
  const asked = queryClient.fetchQuery({ queryKey: ['users', 'asked'], queryFn: async () => [] });
  end = keepQueriesLive(ofUser, queryClient, [{ queryKey: ['users'] }]);
  expect(queryClient.getQueryState(['users', 'read'])?.isInvalidated).toBe(true);
  await asked;
  await frame();
  expect(queryClient.getQueryState(['users', 'asked'])?.isInvalidated).toBe(false);
});
