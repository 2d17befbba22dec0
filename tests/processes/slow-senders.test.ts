/** A server as it is started, with the times for slow senders that it has by itself. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { startServerProcess } from '../support/processes/server-process.js';

/** Ten seconds for the headers, and up to two until it is noticed. */
const AT_MOST_MS = 15_000;

it('a sender of headers without an end is cut off by the times that a server has by itself', async () => {
  const server = await startServerProcess();
  try {
    const { port } = new URL(server.url);
    const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    let answer = '';
    socket.setEncoding('utf8').on('data', chunk => {
      answer += chunk;
    });
    const began = performance.now();
    socket.write('GET / HTTP/1.1\r\nhost: x\r\nx-slow: ');
    const sending = setInterval(() => socket.write('x'), 100);
    const late = setTimeout(() => socket.destroy(), 2 * AT_MOST_MS);
    await once(socket, 'close');
    clearInterval(sending);
    clearTimeout(late);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(performance.now() - began).toBeLessThan(AT_MOST_MS);
  } finally {
    await server.stop();
  }
});
