/** The listeners of the benchmark of processes: live connections, distributed over the servers. */
import { WebSocket } from 'ws';
import { TOKEN } from './stage/servers.mjs';

const pause = ms => new Promise(resolve => setTimeout(resolve, ms));
const now = () => Number(process.hrtime.bigint()) / 1e6;

/**
 * The position in the log where a page ends. The load reads nothing else: parsing events would measure the load itself.
 */
const POSITION = /^\{"id":1,"result":\{"type":"data","id":"\w+\.(\d+)"/;

/**
 * Opens listeners to all events, and resolves when each of them is live. With `timed` they record when each position
 * arrived.
 */
export async function openListeners({ urls, listeners: count, timed = false }) {
  const listeners = await Promise.all(
    Array.from({ length: count }, (_, index) => openListener(urls[index % urls.length], timed)),
  );
  const first = Math.max(...listeners.map(listener => listener.from));
  return {
    heard: () => listeners.reduce((total, { from, upTo }) => total + upTo() - from, 0),
    /** Waits until all listeners have received the same events. */
    settle: async () => {
      for (let quiet = 0; quiet < 5; ) {
        const before = listeners.map(listener => listener.upTo());
        await pause(100);
        const same = listeners.every(
          (one, index) => one.upTo() === before[index] && one.upTo() === before[0],
        );
        quiet = same ? quiet + 1 : 0;
      }
    },
    /** Milliseconds from the acknowledgement of write n, which is at position `first + 1 + n`, to each listener. */
    delays: acknowledged => {
      const delays = acknowledged.flatMap((at, index) =>
        listeners.map(listener => listener.heardAt(first + 1 + index) - at),
      );
      delays.sort((a, b) => a - b);
      const part = share => delays[Math.min(delays.length - 1, Math.floor(delays.length * share))];
      return { p50: part(0.5), p99: part(0.99) };
    },
    close: async () => {
      await Promise.all(listeners.map(listener => listener.close()));
    },
  };
}

function openListener(url, timed) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/trpc?connectionParams=1`);
  const times = new Map();
  let from;
  let upTo;
  return new Promise((resolve, reject) => {
    let closing = false;
    socket.on('error', reject);
    socket.on('close', code => {
      if (!closing) throw new Error(`a listener was closed with ${code}`);
    });
    socket.on('open', () => {
      socket.send(JSON.stringify({ method: 'connectionParams', data: { token: TOKEN } }));
      socket.send(
        JSON.stringify({ id: 1, method: 'subscription', params: { path: 'live.events', input: {} } }),
      );
    });
    socket.on('message', data => {
      const text = data.toString('latin1');
      if (text === 'PING') return socket.send('PONG');
      const position = POSITION.exec(text)?.[1];
      if (position === undefined) return;
      const end = Number(position);
      if (timed && upTo !== undefined) for (let seq = upTo + 1; seq <= end; seq++) times.set(seq, now());
      upTo = end;
      if (from !== undefined) return;
      from = end;
      resolve({
        from,
        upTo: () => upTo,
        heardAt: seq => times.get(seq) ?? Number.NaN,
        close: () =>
          new Promise(closed => {
            closing = true;
            socket.once('close', closed);
            socket.terminate();
          }),
      });
    });
  });
}
