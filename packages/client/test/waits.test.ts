import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Client, type ConnectionState, createClient } from '../src/index.js';
import { createServerClient } from '../src/server.js';
import { SmallServer } from './small-server.js';
import { until } from './until.js';

let server: SmallServer;
let client: Client;
let states: ConnectionState[];
let warned: ReturnType<typeof vi.spyOn>;

const make = (options: object = {}): Client => {
  const made = createClient({ url: server.url, ...options });
  states = [];
  made.connection.subscribe(state => states.push(state));
  return made;
};

beforeEach(async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  server = await SmallServer.start();
  client = make();
});

afterEach(async () => {
  await client.disconnectUser();
  await server.stop().catch(() => undefined);
  // In this order: a spy may stand on a timer that is not real.
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const never = () => new Promise<string>(() => undefined);

describe('connectUser', () => {
  it('goes on while the server cannot be reached, says so, and connects when it can', async () => {
    const port = Number(new URL(server.url).port);
    await server.stop();
    const connecting = client.connectUser({ id: 'jane' }, 'token');
    await until('a try that failed', () => client.connection.state.waitsFor !== undefined);
    expect(client.connection.state).toMatchObject({
      status: 'connecting',
      waitsFor: 'server',
      error: { code: 'UNAVAILABLE', message: expect.stringContaining('ECONNREFUSED') },
    });
    expect(warned).toHaveBeenCalledOnce();
    server = await SmallServer.start(port);
    expect((await connecting).id).toBe('jane');
    expect(client.connection.state).toEqual({ status: 'connected', transport: 'ws' });
  });

  it('ends when its signal aborts, with the reason for the wait; afterwards the signal means nothing', async () => {
    const connectable = server;
    client = createClient({ url: 'http://127.0.0.1:1' });
    const stop = new AbortController();
    const connecting = client.connectUser({ id: 'jane' }, 'token', { signal: stop.signal });
    const outcome = expect(connecting).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      unrecoverable: true,
      message: expect.stringMatching(
        /^the signal ended the wait for a connection; until then the server did not answer/,
      ),
    });
    await until('a try that failed', () => client.connection.state.waitsFor !== undefined);
    stop.abort();
    await outcome;
    expect([client.connection.state.status, client.connection.state.waitsFor]).toEqual([
      'disconnected',
      undefined,
    ]);
    await expect(client.connectUser({ id: 'jane' }, 'token', { signal: stop.signal })).rejects.toThrow(
      'the signal',
    );

    client = createClient({ url: connectable.url });
    const later = new AbortController();
    await client.connectUser({ id: 'jane' }, 'token', { signal: later.signal });
    later.abort();
    expect(client.connection.state.status).toBe('connected');
  });

  it('is not repeated after an error that does not pass', async () => {
    server.refused.set('bad', 'USER_DEACTIVATED');
    await expect(client.connectUser({ id: 'jane' }, 'bad')).rejects.toMatchObject({
      code: 'USER_DEACTIVATED',
    });
    expect([server.calls.length, warned.mock.calls]).toEqual([1, []]);
  });

  it('resolves with its user online, whatever the server knew before the connection', async () => {
    expect((await client.connectUser({ id: 'jane' }, 'token')).online).toBe(true);
    server.update('jane');
    await until('the event', () => client.user?.updated_at === 1);
    expect(client.user?.online).toBe(true);
  });

  it('shows a limit that the server sets, in its words, and connects when there is room', async () => {
    server.retry_after = 0.2;
    server.refused.set('token', 'RATE_LIMITED');
    client = make({ waitsForRateLimit: false });
    const connecting = client.connectUser({ id: 'jane' }, 'token');
    await until('the wait', () => client.connection.state.waitsFor === 'limit');
    expect(client.connection.state).toMatchObject({ error: { message: 'refused: RATE_LIMITED' } });
    expect(client.connection.state.until).toBeGreaterThan(Date.now() - 1000);
    server.refused.clear();
    await connecting;
    expect(client.connection.state).toEqual({ status: 'connected', transport: 'ws' });
  });
});

describe.each(['ws', 'sse'] as const)('over %s, a stream that is never answered', transport => {
  const streams = () => server.calls.filter(([path]) => path === 'live.events').length;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'], shouldAdvanceTime: true });
    client = make({ transport });
  });

  it('is a lost connection after 10 seconds: it is said, and opened again until it is answered', async () => {
    server.leavesStreams = true;
    const connecting = client.connectUser({ id: 'jane' }, 'token');
    await until('the stream', () => streams() === 1);
    expect(client.connection.state).toEqual({ status: 'connecting' });
    for (const attempt of [2, 3]) {
      vi.advanceTimersByTime(10_000);
      await until('another attempt', () => streams() === attempt);
      expect(client.connection.state).toMatchObject({
        status: transport === 'ws' ? 'reconnecting' : 'connecting',
        waitsFor: 'server',
        error: { code: 'UNAVAILABLE' },
      });
    }
    server.leavesStreams = false;
    vi.advanceTimersByTime(10_000);
    expect((await connecting).id).toBe('jane');
    expect(client.connection.state).toEqual({ status: 'connected', transport });
    // The time was for the answer: what has been answered lasts.
    vi.advanceTimersByTime(10_000);
    server.update();
    await until('the event', () => client.user?.updated_at === 1);
    expect([streams(), states.at(-1)]).toEqual([4, { status: 'connected', transport }]);
  });

  it('is opened again after waits that double, although each time its connection lasted 10 seconds', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.999);
    const timed = vi.spyOn(globalThis, 'setTimeout');
    const waits = () => timed.mock.calls.map(([, ms]) => Number(ms)).filter(ms => ms % 1998 === 0 && ms > 0);
    server.leavesStreams = true;
    const outcome = expect(client.connectUser({ id: 'jane' }, 'token')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    for (const attempt of [1, 2, 3]) {
      await until('the stream', () => streams() === attempt);
      vi.advanceTimersByTime(10_000);
      await until('the wait', () => waits().length === attempt);
      vi.advanceTimersByTime(waits().at(-1) ?? 0);
    }
    expect(waits()).toEqual([1998, 3996, 7992]);
    await client.disconnectUser();
    await outcome;
  });

  it('leaves its wait when the user is disconnected', async () => {
    server.leavesStreams = true;
    const connecting = client.connectUser({ id: 'jane' }, 'token');
    const outcome = expect(connecting).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await until('the stream', () => streams() === 1);
    await client.disconnectUser();
    await outcome;
    vi.advanceTimersByTime(10_000);
    expect([streams(), client.connection.state]).toEqual([1, { status: 'disconnected' }]);
  });
});

it('a stream that is refused has its answer: its socket stays while it waits for longer than an opening may take', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'], shouldAdvanceTime: true });
  const backEnd = createServerClient({ url: server.url, token: 'token', transport: 'ws' });
  server.retry_after = 30;
  server.refused.set('token', 'RATE_LIMITED');
  const listening = backEnd.on('user.updated', () => undefined);
  await until('the wait', () => backEnd.connection.state.waitsFor === 'limit');
  vi.advanceTimersByTime(15_000);
  expect(backEnd.connection.state.waitsFor).toBe('limit');
  server.refused.clear();
  vi.advanceTimersByTime(15_000);
  await listening.ready;
  expect(server.requests.filter(request => request.startsWith('UPGRADE'))).toHaveLength(1);
  await backEnd.disconnect();
});

describe('a token provider that does not settle', () => {
  it('has failed after its time, says so, and is called again', async () => {
    let asked = 0;
    client = make({ tokenTimeoutMs: 30 });
    const connecting = client.connectUser({ id: 'jane' }, () => {
      asked += 1;
      return asked < 3 ? never() : 'token';
    });
    await connecting;
    expect(states.find(state => state.waitsFor === 'token')).toMatchObject({
      status: 'connecting',
      error: { code: 'UNAVAILABLE', message: expect.stringContaining('no token within 30 ms') },
    });
    expect([asked, client.connection.state]).toEqual([3, { status: 'connected', transport: 'ws' }]);
  });

  it('ends the calls of a connected user, and not its connection', async () => {
    let hangs = false;
    client = make({ tokenTimeoutMs: 30 });
    await client.connectUser({ id: 'jane' }, () =>
      hangs ? never() : `token-${Math.random()}-${Date.now()}`,
    );
    const [, token = ''] = server.tokens.at(-1)!.match(/(token-.*)$/)!;
    server.refused.set(token, 'TOKEN_EXPIRED');
    hangs = true;
    await expect(client.queryUsers()).rejects.toMatchObject({ code: 'UNAVAILABLE', field: 'token' });
    hangs = false;
    expect((await client.queryUsers()).users).toHaveLength(1);
  });
});

describe('a call', () => {
  it('ends when the server does not answer it in time', async () => {
    server.hangs = true;
    const backEnd = createServerClient({ url: server.url, token: 'token', callTimeoutMs: 50 });
    await expect(backEnd.queryUsers()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('has not answered within 50 ms'),
    });
    await backEnd.disconnect();
  });

  it('that meets a limit waits for as long as the server says, once, and says so meanwhile', async () => {
    const backEnd = createServerClient({ url: server.url, token: 'token' });
    server.retry_after = 0.1;
    server.refused.set('token', 'RATE_LIMITED');
    const answer = backEnd.queryUsers();
    await until('the wait', () => backEnd.connection.state.waitsFor === 'limit');
    server.refused.clear();
    expect((await answer).users).toHaveLength(1);
    expect(backEnd.connection.state).toEqual({ status: 'disconnected' });
    server.refused.set('token', 'RATE_LIMITED');
    server.calls.splice(0);
    await expect(backEnd.queryUsers()).rejects.toMatchObject({ code: 'RATE_LIMITED', retry_after: 0.1 });
    expect(server.calls).toHaveLength(2);
    await backEnd.disconnect();
  });

  it('does not wait when it is told not to', async () => {
    const backEnd = createServerClient({ url: server.url, token: 'token', waitsForRateLimit: false });
    server.retry_after = 60;
    server.refused.set('token', 'RATE_LIMITED');
    await expect(backEnd.queryUsers()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(server.calls).toHaveLength(1);
    await backEnd.disconnect();
  });
});

describe('a handler', () => {
  it('that throws is reported, and everything goes on', async () => {
    const errors: unknown[] = [];
    client = make({ onError: (error: unknown) => errors.push(error) });
    const heard: unknown[] = [];
    client.on('user.updated', () => {
      throw new Error('at once');
    });
    client.on('user.updated', async event => {
      heard.push(event.id);
      throw new Error('later');
    });
    await client.connectUser({ id: 'jane' }, 'token');
    server.update();
    server.update();
    await until('the reports', () => errors.length === 4);
    expect([heard, client.connection.state.status]).toEqual([['log.1', 'log.2'], 'connected']);
  });

  it('of a back end that throws is reported, and everything goes on', async () => {
    const errors: unknown[] = [];
    const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const onError = (error: unknown) => errors.push((error as Error).message);
    const backEnd = createServerClient({ url: server.url, token: 'token', onError });
    const heard: unknown[] = [];
    backEnd.on('user.updated', () => {
      throw new Error('at once');
    });
    const listening = backEnd.on('user.updated', async event => {
      heard.push(event.id);
      throw new Error('later');
    });
    await listening.ready;
    server.update();
    server.update();
    await until('the reports', () => errors.length === 4);
    expect(errors.sort()).toEqual(['at once', 'at once', 'later', 'later']);
    expect([heard, backEnd.connection.state.status]).toEqual([['log.1', 'log.2'], 'connected']);
    expect(printed).not.toHaveBeenCalled();
    await backEnd.disconnect();
  });
});

it('eleven streams on one signal are no leak to Node, and end with it', async () => {
  const warnings: unknown[] = [];
  const note = (warning: Error) => warnings.push(warning.name);
  process.on('warning', note);
  await client.connectUser({ id: 'jane' }, 'token');
  const controller = new AbortController();
  const streams = Array.from({ length: 11 }, () => client.watchEvents({ signal: controller.signal }));
  await Promise.all(streams.map(stream => stream.ready));
  await new Promise(resolve => setImmediate(resolve));
  controller.abort();
  for (const stream of streams) expect(await stream.next()).toEqual({ done: true, value: undefined });
  process.off('warning', note);
  expect(warnings).toEqual([]);
});

it('an event that does not exist is refused at once, with the names and the nearest; other handlers hear on', async () => {
  const heard: string[] = [];
  client.on('user.updated', event => heard.push(String(event.id)));
  expect(() => client.on('user.update' as 'user.updated', () => undefined)).toThrow(
    expect.objectContaining({
      code: 'INPUT_INVALID',
      message: expect.stringMatching(/user\.created.*resync; did you mean user\.updated\? \(on\)$/),
    }),
  );
  await client.connectUser({ id: 'jane' }, 'token');
  server.update();
  await until('the event', () => heard.length === 1);
});

it('a second unsubscribe, and one of two subscriptions of one function, silence nobody else', async () => {
  const heard: string[] = [];
  const handler = (event: { id?: string }) => heard.push(String(event.id));
  const first = client.on('user.updated', handler);
  client.on('user.updated', handler);
  await client.connectUser({ id: 'jane' }, 'token');
  first.unsubscribe();
  first.unsubscribe();
  server.update();
  await until('the event', () => heard.length > 0);
  expect(heard).toEqual(['log.1']);
});

it('a position that is null is refused in words of our own', async () => {
  await client.connectUser({ id: 'jane' }, 'token');
  expect(() => client.watchEvents({ lastEventId: null as unknown as string })).toThrow(
    'lastEventId: must be the id of an event, <epoch>.<seq>, as an event carried it, not null (watchEvents)',
  );
});
