// Many live connections, in a process of its own so that its work is not the work of who measures. It is told what to do
// by messages of its parent and answers each with one message: `{ ms }`, how long it took until the last was connected.
//
//   { do: 'connect', url, users: [{ id, token }], overMs, random }   opens one socket for each user, spread over the time,
//                                                   evenly, or each at a random moment; a refused one comes back later
//   { do: 'terminate' }                             cuts all of them off, as a network that breaks does
//   { do: 'close', ids }                            closes those of some users as a client does that goes away
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

const RETRY_MS = 1000;
const sockets = new Map();
let retries = 0;

/** Resolves once the user is signed in and its subscription runs; rejects when the connection ends before. */
function signIn(url, { id, token }) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/trpc?connectionParams=1`);
    socket.once('open', () => {
      socket.send(JSON.stringify({ method: 'connectionParams', data: { token } }));
      const params = { path: 'live.events', input: { types: ['user.deleted'] } };
      socket.send(JSON.stringify({ id: 1, method: 'subscription', params }));
    });
    socket.on('message', data => {
      const text = String(data);
      if (text === 'PING') socket.send('PONG');
      else if (text.includes('"type":"data"')) resolve();
      else if (text.includes('"error"')) {
        reject(new Error(text));
        socket.terminate();
      }
    });
    socket.on('error', reject);
    socket.on('close', code => reject(new Error(`closed with ${code}`)));
    sockets.set(id, socket);
  });
}

async function connect(url, user, waitMs) {
  await sleep(waitMs);
  for (;;) {
    try {
      return await signIn(url, user);
    } catch {
      retries += 1;
      await sleep(Math.random() * RETRY_MS);
    }
  }
}

const commands = {
  async connect({ url, users, overMs, random }) {
    const waits = users.map((_, index) => (random ? Math.random() : index / users.length) * overMs);
    await Promise.all(users.map((user, index) => connect(url, user, waits[index])));
  },
  async terminate() {
    for (const socket of sockets.values()) socket.terminate();
    sockets.clear();
  },
  async close({ ids }) {
    for (const id of ids) {
      sockets.get(id)?.close();
      sockets.delete(id);
    }
  },
};

process.on('message', async command => {
  const startedAt = performance.now();
  retries = 0;
  await commands[command.do](command);
  process.send({ ms: Math.round(performance.now() - startedAt), retries });
});
process.on('disconnect', () => process.exit());
