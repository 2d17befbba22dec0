import { CLOSE_CODES } from '@rollcall/protocol';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type AnyItem, type Client, createClient } from '../src/index.js';
import { SmallServer } from './small-server.js';
import { until } from './until.js';

let server: SmallServer;
let client: Client;
let heard: string[];
let states: string[];

/** The events of the network, which a page has and Node lacks. */
const network = new EventTarget();

const upgrades = () => server.requests.filter(request => request.startsWith('UPGRADE')).length;

beforeEach(async () => {
  vi.stubGlobal('addEventListener', network.addEventListener.bind(network));
  vi.stubGlobal('removeEventListener', network.removeEventListener.bind(network));
  vi.spyOn(Math, 'random').mockReturnValue(0);
  server = await SmallServer.start();
  client = createClient({ url: server.url, transport: 'ws' });
  heard = [];
  client.on((item: AnyItem) => heard.push(String(item.id)));
  states = [];
  client.connection.subscribe(state => states.push(state.status));
});

afterEach(async () => {
  await client.disconnectUser();
  await server.stop();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

it('waits without an attempt while the browser is offline, and continues where it was when it is online', async () => {
  await client.connectUser({ id: 'jane' }, 'token');
  network.dispatchEvent(new Event('offline'));
  expect(client.connection.state).toEqual({ status: 'offline' });
  await until('the end of the socket', () => server.sockets.size === 0);
  server.update();
  server.update();
  // However long it would wait otherwise: without jitter a wait is over at once.
  await new Promise(resolve => setTimeout(resolve, 100));
  expect([upgrades(), client.connection.state.status]).toEqual([1, 'offline']);
  network.dispatchEvent(new Event('online'));
  await until('the events', () => heard.length === 2);
  expect([heard, upgrades()]).toEqual([['log.1', 'log.2'], 2]);
  expect(states).toEqual(['connecting', 'connected', 'offline', 'reconnecting', 'connected']);
});

it('cuts a wait short when the network is back', async () => {
  await client.connectUser({ id: 'jane' }, 'token');
  // The longest wait there is: nobody would see it end in a test.
  vi.spyOn(Math, 'random').mockReturnValue(0.999);
  const waited = vi.spyOn(globalThis, 'setTimeout');
  server.cut();
  await until('a wait', () => waited.mock.calls.some(([, ms]) => ms === 1998));
  server.update();
  network.dispatchEvent(new Event('online'));
  await until('the event', () => heard.length === 1, 1_000);
});

it('comes back at once when its rights have changed, and misses nothing', async () => {
  await client.connectUser({ id: 'jane' }, 'token');
  server.closeSockets(CLOSE_CODES.accessChanged, 'ACCESS_CHANGED');
  server.update();
  await until('the event', () => heard.length === 1);
  expect([heard, upgrades(), server.tokens.at(-1)]).toEqual([['log.1'], 2, 'token']);
});

it('ends when the provider says that there is no token any more', async () => {
  const tokens = ['first'];
  await client.connectUser({ id: 'jane' }, () => tokens.shift() ?? '');
  server.refused.set('first', 'TOKEN_EXPIRED');
  server.closeSockets(CLOSE_CODES.tokenExpired, 'TOKEN_EXPIRED');
  await until('the end', () => client.connection.state.status === 'disconnected');
  expect(client.connection.state).toMatchObject({ error: { code: 'TOKEN_MISSING' } });
  expect(client.user).toBeUndefined();
});

it('calls a provider that fails again, and opens nothing meanwhile', async () => {
  let asked = 0;
  await client.connectUser({ id: 'jane' }, () => {
    asked += 1;
    if (asked > 1 && asked < 5) throw new Error('no back end');
    return `token-${asked}`;
  });
  server.refused.set('token-1', 'TOKEN_EXPIRED');
  server.closeSockets(CLOSE_CODES.tokenExpired, 'TOKEN_EXPIRED');
  server.update();
  await until('the event', () => heard.length === 1);
  expect([asked, upgrades(), server.tokens.at(-1)]).toEqual([5, 2, 'token-5']);
});
