import { CLOSE_CODES } from '@rollcall/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AnyItem, type Client, createClient } from '../src/index.js';
import { SmallServer } from './small-server.js';
import { until } from './until.js';

describe.each(['ws', 'sse'] as const)('over %s, a connected user', transport => {
  let server: SmallServer;
  let client: Client;
  let heard: string[];

  beforeEach(async () => {
    // Without jitter, so that a reconnect does not make a test wait.
    vi.spyOn(Math, 'random').mockReturnValue(0);
    server = await SmallServer.start();
    client = createClient({ url: server.url, transport });
    heard = [];
    client.on((item: AnyItem) => heard.push(String(item.id)));
  });

  afterEach(async () => {
    await client.disconnectUser();
    await server.stop();
    vi.restoreAllMocks();
  });

  it('hears everything once and in order while its connection is cut again and again', async () => {
    await client.connectUser({ id: 'jane' }, 'token');
    for (let round = 0; round < 4; round++) {
      server.update();
      server.update();
      await until('the events of the round', () => heard.length >= 2 * round + 1);
      server.cut();
      server.update();
      server.update();
    }
    await until('all events', () => heard.length >= 16);
    expect(heard).toEqual(Array.from({ length: 16 }, (_, index) => `log.${index + 1}`));
    expect(client.connection.state).toEqual({ status: 'connected', transport });
  });

  it('brings its watches back by itself', async () => {
    await client.connectUser({ id: 'jane' }, 'token');
    await client.watchUsers(['john', 'jim']);
    server.cut();
    await until('a third subscription', () => server.subscriptions.length === 3);
    expect(server.subscriptions.map(input => input.user_ids)).toEqual([
      undefined,
      ['john', 'jim'],
      ['john', 'jim'],
    ]);
  });

  it('fetches a fresh token when the server calls the old one expired, and misses nothing', async () => {
    let fetched = 0;
    await client.connectUser({ id: 'jane' }, () => `token-${++fetched}`);
    server.refused.set('token-1', 'TOKEN_EXPIRED');
    if (transport === 'ws') server.closeSockets(CLOSE_CODES.tokenExpired, 'TOKEN_EXPIRED');
    else server.cut();
    server.update();
    await until('the event', () => heard.length === 1);
    expect(fetched).toBe(2);
    expect(server.tokens.at(-1)).toMatch(/token-2$/);
  });

  it('learns why when the server refuses it, and does not come back by itself', async () => {
    await client.connectUser({ id: 'jane' }, () => 'token');
    const stream = client.watchEvents();
    await stream.ready;
    server.refused.set('token', 'USER_DEACTIVATED');
    if (transport === 'ws') server.closeSockets(CLOSE_CODES.refused, 'USER_DEACTIVATED');
    else server.cut();
    await expect(stream.next()).rejects.toMatchObject({ code: 'USER_DEACTIVATED' });
    expect(client.connection.state).toMatchObject({
      status: 'disconnected',
      error: { code: 'USER_DEACTIVATED' },
    });
    expect(client.user).toBeUndefined();
    await expect(client.queryUsers()).rejects.toMatchObject({ code: 'USER_DEACTIVATED' });
    // Two streams may have come back at once; what they sent arrives, and nothing after it.
    const pause = () => new Promise(resolve => setTimeout(resolve, 300));
    await pause();
    const requests = server.requests.length;
    await pause();
    expect(server.requests).toHaveLength(requests);
  });

  it('never shows its token in a URL', async () => {
    await client.connectUser({ id: 'jane' }, 'secret-token');
    await client.queryUsers({ name: 'secret-filter' });
    expect(server.tokens.every(token => token.endsWith('secret-token'))).toBe(true);
    expect(server.requests.filter(request => /secret/.test(request))).toEqual([]);
  });

  it('leaves nothing open when it disconnects', async () => {
    await client.connectUser({ id: 'jane' }, 'token');
    const stream = client.watchEvents();
    await stream.ready;
    await client.disconnectUser();
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(client.connection.state).toEqual({ status: 'disconnected' });
    await until('no socket', () => server.sockets.size === 0);
    await expect(client.watchUsers(['john'])).rejects.toMatchObject({ code: 'TOKEN_MISSING' });
  });
});

describe('a client', () => {
  let server: SmallServer;

  beforeEach(async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    server = await SmallServer.start();
  });

  afterEach(async () => {
    await server.stop();
    vi.restoreAllMocks();
  });

  it('uses server-sent events where no WebSocket can be opened, and keeps to them', async () => {
    server.takesWebSockets = false;
    const client = createClient({ url: server.url });
    await client.connectUser({ id: 'jane' }, 'token');
    expect(client.connection.state).toEqual({ status: 'connected', transport: 'sse' });
    server.cut();
    await until('another stream', () => server.subscriptions.length === 2);
    expect(server.requests.filter(request => request.startsWith('UPGRADE'))).toHaveLength(2);
    await client.disconnectUser();
  });

  it('keeps to WebSocket once it has worked, however long the server is away', async () => {
    const client = createClient({ url: server.url });
    await client.connectUser({ id: 'jane' }, 'token');
    server.takesWebSockets = false;
    server.cut();
    await until(
      'three refused attempts',
      () => server.requests.filter(one => one.startsWith('UPGRADE')).length >= 4,
    );
    server.takesWebSockets = true;
    await until('another subscription', () => server.subscriptions.length === 2);
    // The server sees the subscription a moment before the client knows that it is connected.
    await until('the connection', () => client.connection.state.status === 'connected');
    expect(client.connection.state).toEqual({ status: 'connected', transport: 'ws' });
    await client.disconnectUser();
  });

  it('brings back more subscriptions than a server takes calls in one message', async () => {
    const client = createClient({ url: server.url });
    await client.connectUser({ id: 'jane' }, 'token');
    const streams = Array.from({ length: 40 }, () => client.watchEvents());
    await Promise.all(streams.map(stream => stream.ready));
    server.cut();
    server.update();
    const results = await Promise.all(streams.map(stream => stream.next()));
    expect(results.map(result => result.value.id)).toEqual(streams.map(() => 'log.1'));
    await client.disconnectUser();
  });

  it('reports the true state of its connection', async () => {
    const client = createClient({ url: server.url });
    const states: string[] = [];
    const listening = client.connection.subscribe(state => states.push(state.status));
    await client.connectUser({ id: 'jane' }, 'token');
    server.cut();
    await until('a reconnect', () => states.length === 4);
    await client.disconnectUser();
    expect(states).toEqual(['connecting', 'connected', 'reconnecting', 'connected', 'disconnected']);
    listening.unsubscribe();
    await client.connectUser({ id: 'jane' }, 'token');
    await client.disconnectUser();
    expect(states).toHaveLength(5);
  });

  it('gives up a connect that is refused, and can try again', async () => {
    const client = createClient({ url: server.url });
    server.refused.set('bad', 'TOKEN_INVALID');
    await expect(client.connectUser({ id: 'jane' }, 'bad')).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    expect(client.connection.state).toMatchObject({
      status: 'disconnected',
      error: { code: 'TOKEN_INVALID' },
    });
    expect((await client.connectUser({ id: 'jane' }, 'good')).id).toBe('jane');
    await expect(client.connectUser({ id: 'jane' }, 'good')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await client.disconnectUser();
  });

  it('ends a connect that is waiting when the user is disconnected', async () => {
    const client = createClient({ url: server.url });
    const connecting = client.connectUser({ id: 'jane' }, () => new Promise<string>(() => undefined));
    const outcome = expect(connecting).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await client.disconnectUser();
    await outcome;
    expect(client.connection.state).toEqual({ status: 'disconnected' });
  });
});
