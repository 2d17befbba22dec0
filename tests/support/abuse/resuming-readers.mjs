/**
 * A process whose listeners fall behind and catch up all at once. Its parent sends what to do over IPC:
 * `{ url, tokens, connections, subscriptions }` makes a first subscription with each token, and is answered with `ready` once
 * each has a position; `{ upTo }` resumes that many connections with that many subscriptions for each token, and is answered
 * with what they have received once all have come so far.
 */
import { WebSocket } from 'ws';

/** Its position in a page, and the ids of its events. They are read without parsing: the readers are to be fast. */
const PAGE = /^\{"id":(\d+)[^{]*"result":\{"type":"data","id":"([^"]+)"/;
const EVENT = /\{"id":"[0-9a-f]+\.(\d+)[^"]*","type":"user\./g;

const sequenceOf = position => Number(/^[0-9a-f]+\.(\d+)/.exec(position)[1]);

/** One socket; `onPage` gets the id of the subscription, the position of the page and its text. */
function open(url, token, { requests, onPage }) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/trpc?connectionParams=1`);
  socket.on('open', () => {
    socket.send(JSON.stringify({ method: 'connectionParams', data: { token } }));
    for (const [index, input] of requests.entries()) {
      const params = { path: 'live.events', input };
      socket.send(JSON.stringify({ id: index + 1, method: 'subscription', params }));
    }
  });
  socket.on('message', data => {
    const text = String(data);
    if (text === 'PING') return socket.send('PONG');
    const [, id, position] = PAGE.exec(text) ?? [];
    if (position) onPage(Number(id), position, text);
    else if (!text.includes('"type":"started"')) process.send({ failure: text.slice(0, 500) });
  });
  socket.on('close', (code, reason) => {
    if (!socket.isOver) process.send({ failure: `closed with ${code} ${reason}` });
  });
  return socket;
}

function end(socket) {
  socket.isOver = true;
  socket.terminate();
}

let setup;
const positions = new Map();

function begin() {
  for (const token of setup.tokens) {
    const socket = open(setup.url, token, {
      requests: [{ filter: {} }],
      onPage: (_, position) => {
        positions.set(token, position);
        end(socket);
        if (positions.size === setup.tokens.length) process.send('ready');
      },
    });
  }
}

function resume(upTo) {
  const sockets = [];
  const behind = new Set();
  const seen = { readers: 0, pages: 0, missing: 0, twice: 0 };
  for (const token of setup.tokens) {
    const from = positions.get(token);
    const requests = Array.from({ length: setup.subscriptions }, () => ({ filter: {}, lastEventId: from }));
    for (let connection = 0; connection < setup.connections; connection++) {
      const last = requests.map(() => sequenceOf(from));
      const readers = requests.map(() => ({}));
      for (const reader of readers) behind.add(reader);
      seen.readers += readers.length;
      const onPage = (id, _, text) => {
        seen.pages += 1;
        for (const [, sequence] of text.matchAll(EVENT)) {
          const next = last[id - 1] + 1;
          if (Number(sequence) < next) seen.twice += 1;
          else seen.missing += Number(sequence) - next;
          last[id - 1] = Math.max(last[id - 1], Number(sequence));
        }
        if (last[id - 1] < upTo || !behind.delete(readers[id - 1]) || behind.size > 0) return;
        for (const socket of sockets) end(socket);
        process.send({ seen });
      };
      sockets.push(open(setup.url, token, { requests, onPage }));
    }
  }
}

process.on('message', message => {
  if ('upTo' in message) return resume(message.upTo);
  setup = message;
  begin();
});
process.on('disconnect', () => process.exit());
