/**
 * `ws` without anything above it, in a process of its own: it sends one string, which is there already, to every socket.
 * `startRawSockets` forks one.
 */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { answerQuestions, startForked } from '../stage/forked.mjs';
import { now } from '../stage/in-flight.mjs';

/** @returns its address, and what tells it to send. */
export async function startRawSockets() {
  const { ask, stop } = startForked(fileURLToPath(import.meta.url), {
    argument: '--sockets',
    execArgv: ['--expose-gc'],
  });
  return {
    url: await ask({ do: 'listen' }),
    /** Sends `frames` frames of `bytes` to the first `to` sockets, or all. @returns when it began. */
    send: how => ask({ do: 'send', ...how }),
    memory: () => ask({ do: 'memory' }),
    stop,
  };
}

if (process.argv[2] === '--sockets') {
  const sockets = [];
  let server;
  answerQuestions({
    listen: async () => {
      server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
      server.on('connection', socket => {
        sockets.push(socket);
        socket.once('close', () => sockets.splice(sockets.indexOf(socket), 1));
      });
      await once(server, 'listening');
      return `ws://127.0.0.1:${server.address().port}`;
    },
    send: async ({ frames, bytes, to = sockets.length }) => {
      const frame = Buffer.alloc(bytes, 'x');
      const at = now();
      for (let turn = 0; turn < frames; turn++) {
        for (let index = 0; index < to; index++) sockets[index].send(frame, { binary: false });
        await new Promise(resolve => setImmediate(resolve));
      }
      return { at };
    },
    memory: async () => {
      for (let turn = 0; turn < 3; turn++) {
        globalThis.gc();
        await new Promise(resolve => setTimeout(resolve, 50));
      }
      const { rss, heapUsed, external } = process.memoryUsage();
      return { rssKiB: rss / 1024, usedKiB: (heapUsed + external) / 1024 };
    },
  });
}
