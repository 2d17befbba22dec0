import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Directory, type LoggedEvent, openDirectory } from '@rollcall/core';
import {
  type EventPage,
  type Filter,
  type Position,
  parseFilter,
  parsePosition,
  type RollcallEvent,
} from '@rollcall/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Caller } from './caller.js';
import { hubOf } from './event-hub.js';
import { type EventSelection, EventViewer } from './event-viewer.js';
import { streamEvents } from './stream-events.js';

const SERVER: Caller = { kind: 'server', actor: { type: 'server' } };
const ACTOR = { type: 'server' } as const;
const userCaller = (userId: string, tenant?: string[]): Caller => ({
  kind: 'user',
  userId,
  role: 'user',
  actor: { type: 'user', id: userId },
  grants: ['read-users'],
  ...(tenant && { tenant }),
});

let folder: string;
let directory: Directory;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-test-'));
  directory = await openDirectory({ databaseUrl: `sqlite:${join(folder, 'log.sqlite')}`, runTasks: false });
});
afterEach(async () => {
  for (const listener of listeners.splice(0)) listener.end();
  await directory.close();
  await rm(folder, { recursive: true, force: true });
});

/** A listener that notes what it is sent. */
class Listener {
  readonly events: RollcallEvent[] = [];
  readonly positions: string[] = [];
  readonly pages: EventPage[] = [];
  readonly ended: Promise<void>;
  readonly #controller = new AbortController();

  constructor(caller: Caller, selection: EventSelection, after?: string) {
    const stream = streamEvents({
      log: directory.events,
      users: directory.users.present,
      caller,
      selection,
      after: after === undefined ? undefined : parsePosition(after),
      connection: undefined,
      signal: this.#controller.signal,
    });
    this.ended = (async () => {
      for await (const [position, page] of stream) {
        this.positions.push(position);
        this.pages.push(page.toJSON());
        this.events.push(...page.events);
      }
    })();
    listeners.push(this);
  }

  end(): void {
    this.#controller.abort();
  }
}
const listeners: Listener[] = [];

const filterOf = (filter: Filter, caller: Caller = SERVER) => ({
  filter: parseFilter(filter, { server: caller.kind === 'server' }),
});
const begun = () => vi.waitFor(() => expect(listeners.every(one => one.pages.length > 0)).toBe(true));
const settled = async () => {
  const marker = new Listener(SERVER, { types: new Set(['user.created']) });
  await vi.waitFor(() => expect(marker.pages.length).toBeGreaterThan(0));
  await directory.users.upsert(ACTOR, [{ id: `marker-${crypto.randomUUID()}` }]);
  await vi.waitFor(() => expect(marker.events.length).toBe(1), { timeout: 5000 });
  await new Promise(resolve => setTimeout(resolve, 100));
};

/** What stands in the log. A page may be one that a listener has read before more was written: the last one is empty. */
async function loggedAfter(position: Position): Promise<LoggedEvent[]> {
  const page = await directory.events.pageAfter(position);
  if ('resyncAt' in page) throw new Error('the log is another one');
  return page.events.length === 0 ? [] : [...page.events, ...(await loggedAfter(page.upTo))];
}

describe('listeners of every kind', () => {
  const kinds: [Caller, () => EventSelection][] = [
    [SERVER, () => ({})],
    [SERVER, () => ({ types: new Set(['user.updated']) })],
    [SERVER, () => ({ userIds: new Set(['u-1', 'u-2', 'nobody']) })],
    [SERVER, () => ({ userIds: new Set(['u-1', 'u-3']), ...filterOf({ colour: 'red' }) })],
    [SERVER, () => filterOf({})],
    [SERVER, () => filterOf({ colour: 'red' })],
    [SERVER, () => filterOf({ colour: { $in: ['red', 'blue'] }, size: { $gt: 2 } })],
    [SERVER, () => filterOf({ $or: [{ colour: 'green' }, { 'deep.list': 3 }] })],
    [SERVER, () => filterOf({ teams: { $contains: 'a' } })],
    [SERVER, () => filterOf({ colour: { $ne: 'red' } })],
    [SERVER, () => filterOf({ colour: null })],
    [SERVER, () => filterOf({ id: 'u-4' })],
    [SERVER, () => filterOf({ invisible: true })],
    [userCaller('u-1'), () => ({})],
    [userCaller('u-1'), () => filterOf({ colour: 'red' })],
    [userCaller('u-1'), () => filterOf({ online: false })],
    [userCaller('u-2'), () => ({ userIds: new Set(['u-1']) })],
    [userCaller('u-2', ['a']), () => filterOf({ colour: 'red' })],
    [userCaller('u-2', ['b']), () => filterOf({ colour: 'red' })],
    [userCaller('u-2', ['a']), () => filterOf({})],
    [userCaller('u-3', []), () => ({ userIds: new Set(['u-1', 'u-4']) })],
  ];

  // What user tokens hear again is judged by what is now, too: test/replay.test.ts.
  const servers = kinds.filter(([caller]) => caller.kind === 'server');

  it('receive exactly what their viewer lets through of the log, in order, wherever they begin', async () => {
    await directory.users.upsert(ACTOR, [{ id: 'u-0' }]);
    const { epoch, seq } = await directory.events.position();
    const all: { listener: Listener; caller: Caller; selection: () => EventSelection }[] = [];
    const begin = ([caller, selection]: (typeof kinds)[number], after?: string) =>
      all.push({ listener: new Listener(caller, selection(), after), caller, selection });
    for (const kind of kinds) begin(kind);
    await begun();
    let seed = 7;
    const dice = (sides: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return Math.floor((seed / 2147483648) * sides);
    };
    const pick = <Value>(...values: Value[]) => values[dice(values.length)] as Value;
    for (let round = 0; round < 60; round++) {
      const users = [0, 1, 2, 3, 4, 5].filter(number => number === round % 6 || dice(2) === 0);
      await directory.users.upsert(
        ACTOR,
        users.map(number => ({
          id: `u-${number}`,
          teams: pick([], ['a'], ['b'], ['a', 'b']),
          invisible: pick(true, false),
          size: dice(5),
          deep: { list: pick<unknown>(3, [1, 3], 'x') as number },
          ...(dice(4) > 0 && { colour: pick('red', 'green', 'blue') }),
        })),
      );
      // Some come in the middle, and begin where the others began.
      const kind = servers[dice(servers.length)] as (typeof kinds)[number];
      if (round % 6 === 0) begin(kind, `${epoch}.${seq}`);
    }
    await settled();
    const logged = await loggedAfter({ epoch, seq });
    expect(logged.length).toBeGreaterThan(100);
    for (const [index, { listener, caller, selection }] of all.entries()) {
      const viewer = new EventViewer(caller, selection());
      const expected = logged.flatMap(entry => viewer.see(entry) ?? []);
      expect(listener.events, JSON.stringify([index, caller])).toEqual(expected);
    }
  });
});

describe('an event', () => {
  it('wakes and is judged for none but those whom it concerns', async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `u-${index}`);
    await directory.users.upsert(
      ACTOR,
      ids.map(id => ({ id, colour: 'none' })),
    );
    for (const id of ids) {
      new Listener(SERVER, filterOf({ colour: `c ${id}` }));
      new Listener(SERVER, { userIds: new Set([id]) });
    }
    await begun();
    const sees = vi.spyOn(EventViewer.prototype, 'show');
    await directory.users.upsert(ACTOR, [{ id: 'u-7', colour: 'c u-9' }]);
    await vi.waitFor(() => expect(listeners.filter(one => one.events.length > 0).length).toBe(2));
    // The one that names the user, and the one whose set it enters: once by the hub, once when they take it.
    expect(sees.mock.calls.length).toBe(4);
    sees.mockClear();
    await directory.users.upsert(ACTOR, [{ id: 'u-7', colour: 'none' }]);
    const matched = () =>
      listeners.flatMap(one => one.events).flatMap(event => ('matched' in event ? [event.matched] : []));
    await vi.waitFor(() =>
      expect(matched()).toEqual([
        { before: false, after: true },
        { before: true, after: false },
      ]),
    );
    expect(sees.mock.calls.length).toBe(4);
    sees.mockRestore();
  });

  it('reaches all who have the same filter, which is kept once and only while somebody listens', async () => {
    await directory.users.upsert(ACTOR, [{ id: 'u-1' }]);
    for (let index = 0; index < 20; index++) {
      new Listener(SERVER, filterOf({ size: { $gt: 1 } }));
      new Listener(userCaller('jane'), filterOf({ size: { $gt: 1 } }));
    }
    await begun();
    expect(hubOf(directory.events).filters.size).toBe(1);
    await directory.users.upsert(ACTOR, [{ id: 'u-1', size: 5 }]);
    await vi.waitFor(() => expect(listeners.every(one => one.events.length === 1)).toBe(true));
    for (const listener of listeners) listener.end();
    await Promise.all(listeners.map(one => one.ended));
    expect(hubOf(directory.events).filters.size).toBe(0);
  });
});

describe('a listener', () => {
  it('whom nothing concerns moves on all the same', async () => {
    const listener = new Listener(userCaller('jane'), {});
    await begun();
    const before = Number(listener.positions.at(-1)?.split('.')[1]);
    for (let round = 0; round < 15; round++) {
      await directory.users.upsert(
        ACTOR,
        Array.from({ length: 100 }, (_, index) => ({ id: `u-${round}-${index}` })),
      );
    }
    await vi.waitFor(
      () => expect(Number(listener.positions.at(-1)?.split('.')[1]) - before).toBeGreaterThanOrEqual(1000),
      { timeout: 15_000 },
    );
    expect(listener.events).toEqual([]);
    expect(listener.pages.length).toBeLessThanOrEqual(3);
  }, 20_000);

  it('that is served by the hub when the log drops its memory reads on from the log', async () => {
    const listener = new Listener(SERVER, { types: new Set(['user.created']) });
    await begun();
    for (let round = 0; round < 20; round++) {
      await directory.users.upsert(ACTOR, [{ id: `u-${round}` }]);
      if (round % 3 === 0) directory.events.dropMemory();
    }
    await vi.waitFor(() => expect(listener.events.length).toBe(20), { timeout: 10_000 });
    const heard = listener.events.map(event => ('user' in event ? event.user.id : ''));
    expect(heard).toEqual(Array.from({ length: 20 }, (_, round) => `u-${round}`));
  });

  it('leaves nothing behind when it ends', async () => {
    const listener = new Listener(userCaller('jane'), { userIds: new Set(['u-1']), ...filterOf({ a: 1 }) });
    await begun();
    listener.end();
    await listener.ended;
    expect(hubOf(directory.events).filters.size).toBe(0);
  });
});
