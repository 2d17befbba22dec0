/**
 * Those who listen to a server of the comparison, in a process of their own. Each kind says what it sends to subscribe, and
 * how it knows that it has. `startSubscribers` forks one.
 */
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { answerQuestions, startForked } from '../stage/forked.mjs';
import { now } from '../stage/in-flight.mjs';

const AT_ONCE = 50;

/** What every update of the comparison carries, so that it is told from all other messages. */
export const MARKER = 'update-of-the-comparison-';

/** @returns what opens subscribers, and says when each of them has heard of an update. */
export function startSubscribers() {
  const { ask, stop } = startForked(fileURLToPath(import.meta.url), { argument: '--subscribers' });
  return {
    open: how => ask({ do: 'open', ...how }),
    /** When so many had heard of the update, the time of each; after `mostMs`, of those who had. */
    heard: (marker, count, mostMs = 60_000) => ask({ do: 'heard', marker, count, mostMs }),
    stop,
  };
}

const KINDS = {
  rollcall: {
    opened: (say, { token }) => {
      say({ method: 'connectionParams', data: { token } });
      say({
        id: 1,
        method: 'subscription',
        params: { path: 'live.events', input: { types: ['user.updated'] } },
      });
    },
    isSubscribed: message => message.result?.type === 'data',
  },
  parse: {
    opened: (say, { app }) => say({ op: 'connect', applicationId: app }),
    heard: (message, say, { className }) => {
      if (message.op !== 'connected') return;
      say({ op: 'subscribe', requestId: 1, query: { className, where: {} } });
    },
    isSubscribed: message => message.op === 'subscribed',
  },
  directus: {
    opened: (say, { token }) => say({ type: 'auth', access_token: token }),
    heard: (message, say, { collection }) => {
      if (message.type === 'ping') say({ type: 'pong' });
      if (message.type !== 'auth') return;
      say({ type: 'subscribe', collection, event: 'update', query: { fields: ['*'] } });
    },
    isSubscribed: message => message.type === 'subscription' && message.event === 'init',
  },
};

const heardAt = new Map();
let waits = () => undefined;

function subscribe(how) {
  const { opened, heard, isSubscribed } = KINDS[how.kind];
  const socket = new WebSocket(how.url, { perMessageDeflate: false });
  const say = message => socket.send(JSON.stringify(message));
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.once('close', code => reject(new Error(`a subscriber was closed with ${code}`)));
    socket.once('open', () => opened(say, how));
    socket.on('message', data => {
      const at = now();
      const text = String(data);
      const marker = new RegExp(`${MARKER}\\d+`).exec(text)?.[0];
      if (marker) {
        if (!heardAt.has(marker)) heardAt.set(marker, []);
        heardAt.get(marker).push(at);
        waits();
        return;
      }
      if (text === 'PING') return socket.send('PONG');
      const message = JSON.parse(text);
      if (message.error || message.status === 'error' || message.op === 'error') reject(new Error(text));
      else if (isSubscribed(message)) resolve();
      else heard?.(message, say, how);
    });
  });
}

if (process.argv[2] === '--subscribers') {
  answerQuestions({
    open: async ({ count, ...how }) => {
      for (let first = 0; first < count; first += AT_ONCE) {
        const part = Math.min(AT_ONCE, count - first);
        await Promise.all(Array.from({ length: part }, () => subscribe(how)));
      }
    },
    heard: ({ marker, count, mostMs }) =>
      new Promise(resolve => {
        const times = () => heardAt.get(marker) ?? [];
        const end = () => {
          waits = () => undefined;
          clearTimeout(timer);
          resolve(times());
        };
        const timer = setTimeout(end, mostMs);
        waits = () => times().length >= count && end();
        waits();
      }),
  });
}
