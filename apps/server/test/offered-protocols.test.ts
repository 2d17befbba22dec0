/** Java's own client, and curl --http2, offer HTTP/2 with every request. The server keeps to HTTP/1.1 and answers. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, tokenOf } from './test-server.js';

const OFFER = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n';

let server: TestServer;
let token: string;
const sockets: Socket[] = [];
beforeAll(async () => {
  server = await startTestServer();
  token = await tokenOf({ server: true });
  await server.mutate('users.upsert', { users: [{ id: 'jane', name: 'Jane' }] });
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});
afterAll(() => server.close());

/** A connection, and all that has come back over it. */
async function open() {
  const socket = connect(server.port, '127.0.0.1');
  sockets.push(socket);
  let text = '';
  socket.setEncoding('utf8').on('data', chunk => {
    text += chunk;
  });
  await once(socket, 'connect');
  return { socket, said: () => text };
}

function head(call: string, more = ''): string {
  return `${call} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n${OFFER}${more}\r\n`;
}

const WRITE = 'Content-Type: application/json\r\nContent-Length: 15\r\n';

describe('a call that offers another protocol', () => {
  it.each([
    ['/api', 'GET /api/users/jane', '"name":"Jane"'],
    ['/trpc', 'GET /trpc/users.query?input=%7B%7D', '"name":"Jane"'],
    ['a page', 'GET /healthz', '{"status":"ok"}'],
  ])('is answered over the protocol that it came with: %s', async (_where, call, answer) => {
    const { socket, said } = await open();
    socket.write(head(call));
    await expect.poll(said).toContain(answer);
    expect(said()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  it('has its body, in one piece with the headers or later', async () => {
    const { socket, said } = await open();
    socket.write(`${head('PUT /api/users/one', WRITE)}{"name":"Onè"}`);
    await expect.poll(said).toContain('"name":"Onè"');
    socket.write(head('PUT /api/users/two', WRITE));
    socket.write('{"name":"T');
    await server.mutate('users.upsert', { users: [{ id: 'joe' }] });
    socket.write('wó"}');
    await expect.poll(said).toContain('"name":"Twó"');
  });

  it('is one of any number over one connection, which costs no more for it', async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error) => warnings.push(warning);
    process.on('warning', warn);
    const { socket, said } = await open();
    for (let calls = 1; calls <= 30; calls++) {
      socket.write(head('GET /api/users/jane'));
      await expect.poll(() => said().split('HTTP/1.1 200 OK').length - 1, { interval: 2 }).toBe(calls);
    }
    process.off('warning', warn);
    expect(warnings).toEqual([]);
  });

  it('keeps to what else it says of the connection', async () => {
    const { socket, said } = await open();
    const asked = head('GET /api/users/jane').replace('Connection: Upgrade,', 'Connection: Upgrade, close,');
    socket.write(asked);
    await once(socket, 'end');
    expect(said()).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\nConnection: close\r\n/);
  });

  it('is cut off where it does not wait for the answer to the one before', async () => {
    const { socket, said } = await open();
    socket.write(head('GET /api/events').replace(OFFER, ''));
    await expect.poll(said).toContain('text/event-stream');
    socket.write(head('GET /api/users/jane'));
    await once(socket, 'close');
    expect(said()).not.toContain('Jane');
  });

  it('is refused as ever where it asks for a WebSocket at another place', async () => {
    const { socket, said } = await open();
    socket.write(head('GET /api/users/jane').replace('Upgrade: h2c', 'Upgrade: h2c, websocket'));
    await once(socket, 'close');
    expect(said()).toMatch(/^HTTP\/1\.1 404 /);
  });
});
