/** A server as it is started, with the times for slow senders that it has by itself. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { startServerProcess } from '../support/processes/server-process.js';

/** What is sent first, before a byte every tenth of a second, and how long the server takes that. */
const SENDERS = [
  { what: 'headers', first: 'GET / HTTP/1.1\r\nhost: x\r\nx-slow: ', limitMs: 10_000 },
  {
    what: 'a body',
    first:
      'POST /trpc/users.connectGuest HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n',
    limitMs: 60_000,
  },
];

/** It looks for slow senders every two seconds. */
const NOTICED_WITHIN_MS = 5000;

it.concurrent.each(SENDERS)(
  'a sender of $what without an end is cut off by the times that a server has by itself',
  async ({ first, limitMs }) => {
    const server = await startServerProcess();
    try {
      const { port } = new URL(server.url);
      const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
      let answer = '';
      socket.setEncoding('utf8').on('data', chunk => {
        answer += chunk;
      });
      const began = performance.now();
      socket.write(first);
      const sending = setInterval(() => socket.write('x'), 100);
      const late = setTimeout(() => socket.destroy(), limitMs + 2 * NOTICED_WITHIN_MS);
      await once(socket, 'close');
      clearInterval(sending);
      clearTimeout(late);
      expect(answer).toMatch(/^HTTP\/1\.1 408 /);
      expect(performance.now() - began).toBeLessThan(limitMs + NOTICED_WITHIN_MS);
    } finally {
      await server.stop();
    }
  },
);
