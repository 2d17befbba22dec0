import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, tokenOf } from './test-server.js';

const TIMEOUTS = { connectionsCheckingInterval: 50, headersTimeout: 300, requestTimeout: 600 };

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startTestServer({}, { slowSenders: TIMEOUTS });
  token = await tokenOf({ server: true });
});
afterAll(() => server.close());

/** Resolves when a socket is closed, also when it was reset: what was on its way to a closed one has that effect. */
function end(socket: Socket): Promise<{ reset: boolean }> {
  let reset = false;
  socket.on('error', error => {
    reset = (error as NodeJS.ErrnoException).code === 'ECONNRESET';
  });
  return new Promise(resolve => socket.once('close', () => resolve({ reset })));
}

/**
 * Sends a text a character at a time for as long as anybody listens; resolves with what came back, at the end. A reset may
 * take the answer with it.
 */
async function trickle(text: string): Promise<{ answer: string; reset: boolean }> {
  const socket: Socket = connect(server.port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', chunk => {
    answer += chunk;
  });
  const closed = end(socket);
  await once(socket, 'connect');
  for (const character of text) {
    if (socket.destroyed || !socket.writable) break;
    socket.write(character);
    await delay(20);
  }
  const { reset } = await closed;
  return { answer, reset };
}

describe('who sends too slowly', () => {
  it('is cut off while the headers go on and on, and others are served meanwhile', async () => {
    const slow = Array.from({ length: 50 }, () =>
      trickle(`GET / HTTP/1.1\r\nhost: x\r\nx-slow: ${'x'.repeat(200)}`),
    );
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    const ends = await Promise.all(slow);
    for (const { answer, reset } of ends) if (!reset) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(ends.filter(({ reset }) => !reset).length, 'most are told why').toBeGreaterThan(25);
  });

  it('is cut off while the body goes on and on, and has changed nothing', async () => {
    const head = [
      'POST /trpc/users.upsert HTTP/1.1',
      'host: x',
      `authorization: Bearer ${token}`,
      'content-type: application/json',
      'content-length: 100000',
    ].join('\r\n');
    const socket = connect(server.port, '127.0.0.1');
    const closed = end(socket.resume());
    socket.write(`${head}\r\n\r\n{"users":[{"id":"slow"}]`);
    const sending = setInterval(() => socket.write(' '), 20);
    await closed;
    clearInterval(sending);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it('is cut off when nothing comes at all', async () => {
    const socket = connect(server.port, '127.0.0.1');
    await end(socket.resume());
  });
});
