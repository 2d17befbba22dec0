import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { callerGone } from './caller-gone.js';

const signals = new Map<string, AbortSignal>();
const responses = new Map<string, ServerResponse>();
const server = createServer((request: IncomingMessage, response) => {
  signals.set(request.url ?? '', callerGone(request, response));
  responses.set(request.url ?? '', response);
});
let socket: Socket;

beforeEach(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
  socket.resume();
});
afterEach(async () => {
  socket.destroy();
  server.closeAllConnections();
  await new Promise(closed => server.close(closed));
  signals.clear();
});

const ask = (path: string) => socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
const asked = async (path: string) => vi.waitFor(() => expect(signals.has(path)).toBe(true));

describe('a caller that hangs up', () => {
  it('is gone for the call that runs, and for the one behind it', async () => {
    ask('/one');
    ask('/behind');
    await asked('/behind');
    expect([...signals.values()].map(({ aborted }) => aborted)).toEqual([false, false]);
    socket.destroy();
    await vi.waitFor(() => {
      expect([...signals.values()].map(({ aborted }) => aborted)).toEqual([true, true]);
    });
  });

  it('is told to every call of a large batch without a warning', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    ask('/batch');
    await asked('/batch');
    for (let call = 0; call < 30; call++) signals.get('/batch')?.addEventListener('abort', () => undefined);
    await new Promise(resolve => setImmediate(resolve));
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  it('after the whole answer was sent is not gone for the call', async () => {
    ask('/answered');
    await asked('/answered');
    const response = responses.get('/answered') as ServerResponse;
    response.end('done');
    await once(response, 'close');
    socket.destroy();
    expect(signals.get('/answered')?.aborted).toBe(false);
  });

  it('before anybody asked is gone at once', async () => {
    ask('/early');
    await asked('/early');
    const response = responses.get('/early') as ServerResponse;
    socket.destroy();
    await once(response, 'close');
    expect(callerGone(response.req, response).aborted).toBe(true);
  });
});
