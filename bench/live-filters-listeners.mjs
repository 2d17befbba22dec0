/**
 * The listeners of `live-filters.mjs`, in a process of their own, so that the server does not wait for them. Each notes
 * what it hears; at the end it is compared with what was written.
 */
import { WebSocket } from 'ws';

/** As many as a server token may have on one connection. */
const PER_SOCKET = 100;

/** Milliseconds that mean the same in all processes of this machine. */
const now = () => performance.timeOrigin + performance.now();
const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

/** Half of the listeners select by a custom field, half by ids; or all by what no index helps. */
function inputOf(number, kind) {
  if (kind === 'unindexed') return { filter: { n: { $gt: number - 0.5, $lt: number + 0.5 } } };
  return number % 2 === 0 ? { filter: { n: number } } : { user_ids: [`u-${number}`] };
}

const heard = [];
const sockets = [];
let open = 0;

async function listen({ url, token, listeners, kind }) {
  for (let number = 0; number < listeners; number++) heard.push([]);
  for (let first = 0; first < listeners; first += PER_SOCKET) {
    const last = Math.min(first + PER_SOCKET, listeners);
    const socket = new WebSocket(`${url.replace('http', 'ws')}/trpc?connectionParams=1`);
    sockets.push(socket);
    await new Promise(resolve => socket.once('open', resolve));
    socket.on('message', data => hear(socket, String(data)));
    socket.send(JSON.stringify({ method: 'connectionParams', data: { token } }));
    for (let number = first; number < last; number++) {
      const params = { path: 'live.events', input: inputOf(number, kind) };
      socket.send(JSON.stringify({ id: number + 1, method: 'subscription', params }));
    }
    while (open < last) await pause(5);
  }
}

function hear(socket, text) {
  if (text === 'PING') return socket.send('PONG');
  const { id, result, error } = JSON.parse(text);
  if (error) throw new Error(error.message);
  if (result?.type !== 'data') return;
  const { events } = result.data.data;
  if (events.length === 0) open += 1;
  const at = now();
  for (const event of events) {
    const { id: userId, custom } = event.user;
    heard[id - 1].push({ at, seq: Number(event.id.split('.')[1]), userId, round: custom.round });
  }
}

/** Waits until nothing is missing, or nothing has come for so long that nothing will. @returns when the last event came */
async function everything(written) {
  const expected = written.reduce((total, { numbers }) => total + numbers.length, 0);
  const count = () => heard.reduce((total, events) => total + events.length, 0);
  let lastAt = now();
  for (let before = -1; count() < expected && now() < lastAt + 10_000; await pause(50)) {
    if (count() > before) lastAt = now();
    before = count();
  }
  const tookUntil = Math.max(...heard.map(events => events.at(-1)?.at ?? 0));
  // What comes twice, or to the wrong one, may come later.
  await pause(1000);
  return tookUntil;
}

/** @param written the batches: when each was answered, and the numbers of its users. */
function compare(written) {
  const expected = heard.map(() => new Map());
  for (const [round, { at, numbers }] of written.entries()) {
    for (const number of numbers) expected[number].set(round, at);
  }
  const delays = [];
  const wrong = { missing: 0, twice: 0, foreign: 0, outOfOrder: 0 };
  for (const [number, events] of heard.entries()) {
    let last = 0;
    const rounds = new Set();
    for (const { at, seq, userId, round } of events) {
      const answered = expected[number].get(round);
      if (userId !== `u-${number}` || answered === undefined) wrong.foreign += 1;
      else if (rounds.has(round)) wrong.twice += 1;
      else delays.push(at - answered);
      if (seq <= last) wrong.outOfOrder += 1;
      last = seq;
      rounds.add(round);
    }
    for (const round of expected[number].keys()) if (!rounds.has(round)) wrong.missing += 1;
  }
  return { delays, wrong };
}

process.on('message', async message => {
  if (message.written) {
    const lastAt = await everything(message.written);
    process.send({ ...compare(message.written), lastAt });
    for (const socket of sockets) socket.terminate();
    process.disconnect();
    return;
  }
  const began = now();
  await listen(message);
  process.send({ tookMs: now() - began });
});
