/**
 * Many listeners in a process of their own. They read no more of a page than its position: parsing events would measure the
 * load itself. `startListeners` forks one.
 */
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { answerQuestions, startForked } from './forked.mjs';
import { now } from './in-flight.mjs';

/** How many sockets are opened at a time. */
const AT_ONCE = 50;

/** A page without events is shorter, in bytes. */
const SHORT_PAGE = 300;

/** @returns what tells the process what to do; each call resolves with its answer. */
export function startListeners() {
  const { ask, stop } = startForked(fileURLToPath(import.meta.url), { argument: '--listeners' });
  return {
    /** Opens listeners: `raw` ones that take any frame, or `events` with a token and an input each. */
    open: how => ask({ do: 'open', ...how }),
    /** When so many messages had arrived since the last answer: the time of each. */
    arrivals: count => ask({ do: 'arrivals', count }),
    /** When so many events had been heard since the last answer, all listeners together: the time of the last. */
    heard: (events, mostMs = 120_000) => ask({ do: 'heard', events, mostMs }),
    /** How many bytes the last message had. */
    bytes: () => ask({ do: 'bytes' }),
    /** The CPU time since it was asked last. */
    cpuMs: () => ask({ do: 'cpu' }),
    stop,
  };
}

/** The position in the log where a page ends. */
const POSITION = /^\{"id":1,"result":\{"type":"data","id":"\w+\.(\d+)"/;

const sockets = [];
const arrivedAt = [];
let heard = 0;
let heardAt = 0;
let lastBytes = 0;
let cpu = process.cpuUsage();
/** What is waited for, and who hears of it. */
let waits = () => false;

function hear(events, bytes) {
  heardAt = now();
  heard += events;
  lastBytes = bytes;
  arrivedAt.push(heardAt);
  waits();
}

function openRaw(url) {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  sockets.push(socket);
  socket.on('message', data => hear(1, data.length));
  return new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
}

/** @param lastEventId where it resumes. Without it, everything after its opening counts. */
function openEvents(url, { token, input, lastEventId }) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/trpc?connectionParams=1`, {
    perMessageDeflate: false,
  });
  sockets.push(socket);
  let upTo = lastEventId && Number(lastEventId.split('.')[1]);
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', code => {
      throw new Error(`a listener was closed with ${code}`);
    });
    socket.once('open', () => {
      const params = { path: 'live.events', input, ...(lastEventId && { lastEventId }) };
      socket.send(JSON.stringify({ method: 'connectionParams', data: { token } }));
      socket.send(JSON.stringify({ id: 1, method: 'subscription', params }));
    });
    socket.on('message', data => {
      if (data.length === 4) return socket.send('PONG');
      const start = data.latin1Slice(0, Math.min(80, data.length));
      const position = POSITION.exec(start)?.[1];
      if (position === undefined) {
        if (start.includes('"error"')) throw new Error(String(data));
        return;
      }
      if (data.length < SHORT_PAGE && data.includes('"resync":true')) {
        throw new Error(`a listener cannot resume after ${lastEventId}`);
      }
      const end = Number(position);
      if (upTo === undefined) {
        upTo = end;
        return resolve();
      }
      resolve();
      if (end > upTo && !data.includes('"events":[]')) hear(end - upTo, data.length);
      upTo = end;
    });
  });
}

const DO = {
  open: async ({ kind, url, count, token, tokens, input, inputs, lastEventId }) => {
    const one = index =>
      kind === 'raw'
        ? openRaw(url)
        : openEvents(url, {
            token: tokens?.[index] ?? token,
            input: inputs?.[index] ?? input ?? {},
            lastEventId,
          });
    for (let first = 0; first < count; first += AT_ONCE) {
      const part = Math.min(AT_ONCE, count - first);
      await Promise.all(Array.from({ length: part }, (_, index) => one(first + index)));
    }
  },
  arrivals: ({ count }) =>
    new Promise(resolve => {
      waits = () => {
        if (arrivedAt.length < count) return;
        waits = () => false;
        resolve(arrivedAt.splice(0, count));
      };
      waits();
    }),
  heard: ({ events, mostMs }) =>
    new Promise(resolve => {
      const end = () => {
        waits = () => false;
        clearTimeout(timer);
        resolve({ at: heardAt, heard });
        heard = 0;
        arrivedAt.length = 0;
      };
      const timer = setTimeout(end, mostMs);
      waits = () => heard >= events && end();
      waits();
    }),
  bytes: () => lastBytes,
  cpu: () => {
    const { user, system } = process.cpuUsage(cpu);
    cpu = process.cpuUsage();
    return (user + system) / 1000;
  },
};

if (process.argv[2] === '--listeners') answerQuestions(DO);
