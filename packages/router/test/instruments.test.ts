import type { RollcallEvent } from '@rollcall/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { appRouter } from '../src/app-router.js';
import { CallerBudgets } from '../src/caller-budget.js';
import type { EndedCall, RouterInstruments, RouterMeter, RouterSpan } from '../src/instruments.js';
import { Outlets } from '../src/outlets.js';
import { openTestApi, type TestApi } from './support/test-api.js';

/** Writes down what it is told. */
class Told implements RouterMeter {
  readonly calls: EndedCall[] = [];
  readonly pages: number[] = [];
  readonly budgets: string[] = [];
  closed = 0;
  called = (call: EndedCall) => void this.calls.push(call);
  paged = (at: number) => void this.pages.push(at);
  overBudget = (budget: string) => void this.budgets.push(budget);
  tooSlow = () => {
    this.closed += 1;
  };
}

let api: TestApi;
let meter: Told;
let spans: (RouterSpan & { outcome?: string })[];
let instruments: RouterInstruments;
beforeEach(async () => {
  api = await openTestApi();
  meter = new Told();
  spans = [];
  instruments = {
    meter,
    trace: (span, run, outcomeOf) => {
      const told: (typeof spans)[number] = { ...span };
      spans.push(told);
      const result = run();
      if (result instanceof Promise)
        result.then(
          value => Object.assign(told, { outcome: outcomeOf?.(value) }),
          () => Object.assign(told, { outcome: 'threw' }),
        );
      return result;
    },
  };
});
afterEach(() => api.close());

const watchedCaller = (principal: Parameters<TestApi['contextOf']>[0] = { kind: 'server' }) =>
  appRouter.createCaller(
    { ...api.contextOf(principal), instruments },
    { signal: new AbortController().signal },
  );

it('tells of each call its procedure, its kind, what came of it and how long it took', async () => {
  await watchedCaller().users.upsert({ users: [{ id: 'jane' }] });
  await expect(watchedCaller().tasks.get({ task_id: crypto.randomUUID() })).rejects.toThrow();
  await expect(watchedCaller().users.upsert({ users: [{ id: '' }] })).rejects.toThrow();
  await expect(watchedCaller({ kind: 'user', userId: 'jane' }).tasks.list({})).rejects.toThrow();
  expect(meter.calls.map(({ procedure, type, outcome }) => `${procedure} ${type} ${outcome}`)).toEqual([
    'users.upsert mutation ok',
    'tasks.get query TASK_NOT_FOUND',
    'users.upsert mutation INPUT_INVALID',
    'tasks.list query NOT_ALLOWED',
  ]);
  expect(meter.calls.filter(({ ms }) => !(ms >= 0))).toEqual([]);
  expect(spans[0]).toEqual({
    span: 'call',
    procedure: 'users.upsert',
    type: 'mutation',
    requestId: 'test',
    outcome: 'ok',
  });
});

it('tells the moment of the first event of each page that it hands out as it happens, and of no other page', async () => {
  await watchedCaller().users.upsert({ users: [{ id: 'before' }] });
  const events = await watchedCaller().live.events();
  const pages = events[Symbol.asyncIterator]();
  await pages.next();
  expect(meter.pages).toEqual([]);
  await watchedCaller().users.upsert({ users: [{ id: 'jane' }, { id: 'jim' }] });
  const { value } = await pages.next();
  const told: RollcallEvent[] = value[1].events;
  expect(told).toHaveLength(2);
  expect(meter.pages).toEqual([told[0]?.created_at]);
  expect(spans.filter(({ span }) => span === 'event page')).toEqual([{ span: 'event page', events: 2 }]);
  await pages.return?.();
});

it('tells of each refusal which budget had no room', () => {
  const least = { client: 1, server: 1 };
  const limits = Object.fromEntries(
    Object.keys(least).map(kind => [
      kind,
      {
        subscriptions: 1,
        liveFilters: 1,
        liveFilterBytes: 10,
        watchedIdBytes: 10,
        requestBytes: 10,
        runningQueries: 1,
        filterValues: 1,
        queryMs: 1000,
      },
    ]),
  ) as unknown as ConstructorParameters<typeof CallerBudgets>[0];
  const of = () => new CallerBudgets(limits, meter).of('user jane');
  const first = of();
  first.takeSubscription();
  expect(() => first.takeSubscription()).toThrow();
  expect(() => of().takeSubscription('a filter that is too long')).toThrow();
  expect(() => of().takeWatchedIds(11)).toThrow();
  expect(() => of().takeRequest(11)).toThrow();
  expect(meter.budgets).toEqual(['subscriptions', 'live_filter_bytes', 'watched_id_bytes', 'request_bytes']);
});

it('tells of each connection that is closed because its peer reads too slowly', () => {
  const outlets = new Outlets({ maxUnreadBytes: 1024, meter });
  let unread = 0;
  const outlet = outlets.open({ unreadBytes: () => unread, close: () => undefined });
  unread = 500;
  outlet.sent();
  expect(outlets.unreadBytes).toBe(500);
  outlet.closeAsTooSlow();
  outlet.closeAsTooSlow();
  expect(meter.closed).toBe(1);
});
