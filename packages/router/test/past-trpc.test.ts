import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Directory, openDirectory } from '@rollcall/core';
import type { EventPage } from '@rollcall/protocol';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Caller } from '../src/caller.js';
import type { CallerConnection } from '../src/context.js';
import { frameEncoder } from '../src/encode-frame.js';
import { hubOf } from '../src/event-hub.js';
import { MAX_UNREAD_BYTES } from '../src/outlet.js';
import { Outlets } from '../src/outlets.js';
import { streamEvents } from '../src/stream-events.js';
import { WatchedUsers } from '../src/watched-users.js';

const ACTOR = { type: 'server' } as const;
const SERVER: Caller = { kind: 'server', actor: ACTOR };

let directory: Directory;
beforeEach(async () => {
  const databaseUrl = `sqlite:${join(await mkdtemp(join(tmpdir(), 'rollcall-test-')), 'log.sqlite')}`;
  directory = await openDirectory({ databaseUrl, runTasks: false });
});
afterEach(() => directory.close());

/** What a message of a subscription says. */
interface Message {
  id: number;
  result: { type: string; id: string; data: { id: string; data: EventPage } };
}

/** A socket with one subscription, which is served as tRPC serves it. */
class Socket {
  /** Everything that was sent, as bytes or text. */
  readonly sent: (string | Buffer)[] = [];
  /** How many pages came out of the stream, instead of being sent past it. */
  readByTrpc = 0;
  unread = 0;
  readonly connection: CallerConnection;
  readonly #controller = new AbortController();
  readonly #served: Promise<void>;

  constructor(readonly id: number) {
    const outlet = new Outlets({ maxUnreadBytes: 100 * MAX_UNREAD_BYTES }).open({
      unreadBytes: () => this.unread,
      close: () => undefined,
      send: message => this.#send(message),
    });
    this.connection = {
      caller: 'server s' as CallerConnection['caller'],
      outlet,
      close: () => undefined,
      calls: 0,
      subscriptions: 1,
      watched: new WatchedUsers(),
    };
    this.#served = this.#serve();
  }

  get messages(): Message[] {
    return this.sent.map(text => JSON.parse(String(text)) as Message);
  }

  get userIds(): string[] {
    return this.messages.flatMap(({ result }) =>
      result.data.data.events.map(event => ('user' in event ? event.user.id : event.type)),
    );
  }

  async end(): Promise<void> {
    this.#controller.abort();
    await this.#served;
  }

  async #serve(): Promise<void> {
    const { signal } = this.#controller;
    const stream = streamEvents({
      log: directory.events,
      users: directory.users.present,
      caller: SERVER,
      selection: {},
      after: undefined,
      connection: this.connection,
      signal,
    });
    for await (const [id, data] of stream) {
      this.readByTrpc += 1;
      this.#send(frameEncoder.encode({ id: this.id, result: { type: 'data', id, data: { id, data } } }));
    }
  }

  #send(message: string | Buffer): void {
    this.sent.push(message);
    this.connection.outlet.sent();
  }
}

const write = (...ids: string[]) =>
  directory.users.upsert(
    ACTOR,
    ids.map(id => ({ id })),
  );
const begun = (socket: Socket) => vi.waitFor(() => expect(socket.sent).toHaveLength(1));

it('events of a listener that has caught up are sent at once, in the words of tRPC', async () => {
  const socket = new Socket(7);
  await begun(socket);
  await write('ann');
  await vi.waitFor(() => expect(socket.sent).toHaveLength(2));
  await write('ben', 'zoe');
  await vi.waitFor(() => expect(socket.userIds).toEqual(['ann', 'ben', 'zoe']));
  expect(socket.readByTrpc).toBe(1);
  for (const [index, { id, result }] of socket.messages.entries()) {
    const data = result.data.data;
    const known = { id, result: { type: 'data', id: result.id, data: { id: result.id, data } } };
    expect(String(socket.sent[index])).toBe(JSON.stringify(known));
    expect(id).toBe(7);
  }
  expect(socket.messages.at(-1)?.result.id).toBe(socket.messages.at(-1)?.result.data.data.events.at(-1)?.id);
  await socket.end();
});

it('nothing is sent to a connection without room, and all of it, once and in order, when there is room', async () => {
  const socket = new Socket(1);
  await begun(socket);
  socket.unread = MAX_UNREAD_BYTES + 1;
  socket.connection.outlet.sent();
  const turn = vi.spyOn(socket.connection.outlet, 'turn');
  const ids = Array.from({ length: 30 }, (_, index) => `u-${index}`);
  for (const id of ids) await write(id);
  await new Promise(resolve => setTimeout(resolve, 100));
  expect(socket.sent).toHaveLength(1);
  // It waits once, and not once for each event.
  expect(turn).toHaveBeenCalledTimes(1);
  socket.unread = 0;
  socket.connection.outlet.sent();
  await vi.waitFor(() => expect(socket.userIds).toEqual(ids));
  await socket.end();
});

it('nothing is sent while another subscription of the connection has the turn', async () => {
  const socket = new Socket(1);
  await begun(socket);
  // The first page is on its way when the stream is asked for the next one.
  await new Promise(resolve => setTimeout(resolve, 50));
  const endTurn = await socket.connection.outlet.turn(new AbortController().signal);
  await write('ann');
  await new Promise(resolve => setTimeout(resolve, 100));
  expect(socket.sent).toHaveLength(1);
  endTurn?.();
  await vi.waitFor(() => expect(socket.userIds).toEqual(['ann']));
  await socket.end();
});

it('listeners that get the same get the same bytes, which are made once, and each has its own address', async () => {
  const sockets = [new Socket(1), new Socket(2), new Socket(1), new Socket(2)];
  for (const socket of sockets) await begun(socket);
  await write('ann');
  for (const socket of sockets) await vi.waitFor(() => expect(socket.sent).toHaveLength(2));
  const [first, second, third, fourth] = sockets.map(socket => socket.sent[1]);
  expect(first).toBe(third);
  expect(second).toBe(fourth);
  expect(sockets.map(({ messages }) => messages[1]?.id)).toEqual([1, 2, 1, 2]);
  for (const socket of sockets) await socket.end();
});

it('listeners that are served one after another share their pages, though more is written meanwhile', async () => {
  const sockets = [1, 2, 3, 4, 5].map(() => new Socket(1));
  for (const socket of sockets) {
    await begun(socket);
    const send = socket.connection.outlet.send.bind(socket.connection.outlet);
    // It takes its time, in which more is written, but not so long that a page is handed out before all of it was judged.
    socket.connection.outlet.send = message => {
      const until = performance.now() + 3;
      while (performance.now() < until);
      send(message);
    };
  }
  for (let number = 0; number < 20; number++) await write(`u-${number}`);
  for (const socket of sockets) await vi.waitFor(() => expect(socket.userIds).toHaveLength(20));
  // Where it takes long to judge a page, those who wait are woken in its middle, and some get it in two parts.
  const pages = sockets.flatMap(socket => socket.sent.slice(1));
  expect(new Set(pages).size).toBeLessThanOrEqual(pages.length / 2);
  for (const socket of sockets) await socket.end();
});

it('a listener hears of what was judged while the memory of the log begins anew before it', async () => {
  const socket = new Socket(1);
  await begun(socket);
  const { events } = directory;
  const recentAfter = events.recentAfter.bind(events);
  // As when the memory was filled by a read that began before the last commit.
  let isBehind = true;
  events.recentAfter = (position, limit) => {
    if (!isBehind || limit === 0) return recentAfter(position, limit);
    isBehind = false;
    return [];
  };
  await write('ann');
  await vi.waitFor(() => expect(socket.userIds).toEqual(['ann']));
  await write('bob');
  await vi.waitFor(() => expect(socket.userIds).toEqual(['ann', 'bob']));
  expect(isBehind).toBe(false);
  events.recentAfter = recentAfter;
  await socket.end();
});

it('a page that some listeners were sent is not sent to others once the memory of the log was dropped', async () => {
  const [first, second] = [new Socket(1), new Socket(1)];
  for (const socket of [first, second]) await begun(socket);
  const send = first.connection.outlet.send.bind(first.connection.outlet);
  first.connection.outlet.send = message => {
    send(message);
    // As when a deletion has taken something out of the stored log.
    directory.events.dropMemory();
  };
  await write('ann');
  for (const socket of [first, second]) await vi.waitFor(() => expect(socket.userIds).toEqual(['ann']));
  expect(second.sent[1]).not.toBe(first.sent[1]);
  await first.end();
  await second.end();
});

it('a listener that hears everything gets what was written while it lagged in whole pages, each entry once', async () => {
  const socket = new Socket(1);
  await begun(socket);
  socket.unread = MAX_UNREAD_BYTES + 1;
  socket.connection.outlet.sent();
  const ids = Array.from({ length: 1700 }, (_, index) => `u-${index}`);
  for (let first = 0; first < ids.length; first += 100) await write(...ids.slice(first, first + 100));
  // Afterwards nothing new wakes it: it has to go on by itself.
  const { seq } = await directory.events.position();
  await vi.waitFor(() => expect(hubOf(directory.events).judged?.seq).toBe(seq));
  // As when the turn of its first page has always ended by then: so the others are sent past tRPC.
  vi.spyOn(socket.connection.outlet, 'isFree', 'get').mockImplementation(() => socket.unread === 0);
  socket.unread = 0;
  socket.connection.outlet.sent();
  await vi.waitFor(() => expect(socket.userIds).toHaveLength(1700), { timeout: 5000 });
  expect(socket.userIds).toEqual(ids);
  expect(socket.sent.length).toBeLessThan(12);
  await socket.end();
});
