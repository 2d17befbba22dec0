import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { boundWaitingConnections } from './waiting-connections.js';

const HEAD = 'GET / HTTP/1.1\r\nhost: x\r\n';

let server: Server;
let answer: () => void;
const sockets: Socket[] = [];

beforeEach(async () => {
  const answered = new Promise<void>(resolve => {
    answer = resolve;
  });
  server = createServer(async (request, response) => {
    if (request.url === '/slow') await answered;
    response.end('done');
  });
  boundWaitingConnections(server, 3);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.closeAllConnections();
  server.close();
});

async function open(text: string): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  socket.resume();
  await once(socket, 'connect');
  socket.write(text);
  await delay(20);
  return socket;
}

const closed = () => sockets.map(socket => socket.destroyed || socket.readableEnded);

it('closes the connections that have waited longest for the rest of their headers, and serves newcomers', async () => {
  for (let sender = 0; sender < 5; sender++) await open(HEAD);
  await expect.poll(closed).toEqual([true, true, false, false, false]);
  const answered = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  expect(await answered.text()).toBe('done');
});

it('counts those that have been answered before just the same', async () => {
  for (let sender = 0; sender < 5; sender++) await open(`${HEAD}\r\n${HEAD}`);
  await expect.poll(closed).toEqual([true, true, false, false, false]);
});

it('closes no connection whose request is under way, nor one that a request came over in the meantime', async () => {
  const slow = await open(`GET /slow HTTP/1.1\r\nhost: x\r\n\r\n${HEAD}`);
  const piped = await open(`${HEAD}\r\nGET /slow HTTP/1.1\r\nhost: x\r\n\r\n`);
  for (let sender = 0; sender < 5; sender++) await open(HEAD);
  expect([slow.readableEnded, piped.readableEnded]).toEqual([false, false]);
  const answers = Promise.all([once(slow, 'data'), once(piped, 'data')]);
  answer();
  expect((await answers).map(String).every(text => text.includes('done'))).toBe(true);
});
