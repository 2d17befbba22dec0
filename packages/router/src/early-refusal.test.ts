import type { Directory } from '@rollcall/core';
import { CALLER_BUDGETS, LIMITS } from '@rollcall/protocol';
import { expect, it } from 'vitest';
import { overviewOf } from '../test/support/test-api.js';
import { appRouter } from './app-router.js';
import { CallerBudgets } from './caller-budget.js';
import type { CallerConnection } from './context.js';
import { Outlets } from './outlets.js';
import { WatchedUsers } from './watched-users.js';

/** Nothing can be read from it. */
const untouchable = new Proxy({} as Directory, {
  get: (_, name) => {
    throw new Error(`${String(name)} was read`);
  },
});

const budgets = new CallerBudgets(CALLER_BUDGETS);

function subscribe(connection: Partial<CallerConnection>) {
  const caller = appRouter.createCaller({
    authentication: { principal: { kind: 'user', userId: 'ann' } },
    directory: untouchable,
    requestId: 'test',
    budgets,
    overview: overviewOf(untouchable),
    address: '127.0.0.1',
    connection: {
      id: 'a connection',
      caller: 'user ann',
      outlet: new Outlets({ maxUnreadBytes: 1 }).open({ unreadBytes: () => 0, close: () => undefined }),
      close: () => undefined,
      calls: 0,
      subscriptions: 0,
      watched: new WatchedUsers(),
      ...connection,
    },
  });
  return caller.live.events({ filter: {} });
}

it('refuses a subscription beyond what the caller may have before anything is read for it', async () => {
  const budget = budgets.of('user ann');
  for (let taken = 0; taken < CALLER_BUDGETS.client.subscriptions; taken++) budget.takeSubscription('{}');
  await expect(subscribe({ budget })).rejects.toThrow(
    'a caller has at most 100 subscriptions over all its connections; end one first',
  );
});

it('refuses a subscription beyond what the connection may have before anything is read for it', async () => {
  await expect(subscribe({ subscriptions: LIMITS.subscriptionsPerConnection })).rejects.toThrow(
    'a connection has at most 100 subscriptions; end one first',
  );
});
