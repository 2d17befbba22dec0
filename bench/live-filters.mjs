/**
 * How soon each of many listeners, each with a filter of its own, hears what its filter selects, and what judging costs.
 *
 *     node live-filters.mjs [listeners] [changes a second] [seconds] [equal|unindexed]
 *
 * One server, one process for writers and listeners. It prints the delay from the answer of a write to the listener, the
 * events that were missing or too many, and the CPU time of the server.
 */
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { startServers, TOKEN } from './processes-servers.mjs';

const [listeners, rate, seconds] = [2, 3, 4].map((place, index) =>
  Number(process.argv[place] ?? [10_000, 1000, 10][index]),
);
const kind = process.argv[5] ?? 'equal';
const PER_SOCKET = 100;
const BATCH = 10;
const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

Object.assign(process.env, {
  ROLLCALL_SERVER_SUBSCRIPTIONS: '20000',
  ROLLCALL_SERVER_LIVE_FILTERS: '20000',
  ROLLCALL_SERVER_LIVE_FILTER_BYTES: '67108864',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
const servers = await startServers(1, `sqlite:${join(folder, 'rollcall.sqlite')}`);
const [url] = servers.urls;

/** Half of the listeners select by a custom field, half by ids; or all by what no index helps. */
function inputOf(number) {
  if (kind === 'unindexed') return { filter: { n: { $gt: number - 0.5, $lt: number + 0.5 } } };
  return number % 2 === 0 ? { filter: { n: number } } : { user_ids: [`u-${number}`] };
}

const heardAt = Array.from({ length: listeners }, () => []);
let open = 0;
const sockets = [];
for (let first = 0; first < listeners; first += PER_SOCKET) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/trpc?connectionParams=1`);
  sockets.push(socket);
  await new Promise(resolve => socket.once('open', resolve));
  socket.on('message', data => {
    const text = String(data);
    if (text === 'PING') return socket.send('PONG');
    const { id, result, error } = JSON.parse(text);
    if (error) throw new Error(error.message);
    if (result?.type !== 'data') return;
    const { events } = result.data.data;
    if (events.length === 0) open += 1;
    for (const event of events)
      heardAt[id - 1].push({ at: performance.now(), round: event.user.custom.round });
  });
  socket.send(JSON.stringify({ method: 'connectionParams', data: { token: TOKEN } }));
  for (let number = first; number < Math.min(first + PER_SOCKET, listeners); number++) {
    const params = { path: 'live.events', input: inputOf(number) };
    socket.send(JSON.stringify({ id: number + 1, method: 'subscription', params }));
  }
  while (open < Math.min(first + PER_SOCKET, listeners)) await pause(5);
}

const cpuMs = async () => {
  const pid = servers.pids[0];
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
};
const answered = new Map();
let round = 0;
async function write(from) {
  const mine = round++;
  const users = Array.from({ length: BATCH }, (_, index) => {
    const n = (from + index) % listeners;
    return { id: `u-${n}`, n, round: mine };
  });
  const response = await fetch(`${url}/trpc/users.upsert`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ users }),
  });
  if (!response.ok) throw new Error(await response.text());
  await response.arrayBuffer();
  answered.set(mine, { at: performance.now(), numbers: users.map(({ n }) => n) });
}
const cpuBefore = await cpuMs();
const began = performance.now();
const writes = [];
for (let turn = 0; turn < (rate / BATCH) * seconds; turn++) {
  const due = began + (turn * 1000 * BATCH) / rate;
  if (due > performance.now()) await pause(due - performance.now());
  writes.push(write(turn * BATCH));
}
await Promise.all(writes);
const tookMs = performance.now() - began;
await pause(2000);
const cpu = (await cpuMs()) - cpuBefore;
const delays = [];
let missing = 0;
let more = heardAt.reduce((total, heard) => total + heard.length, 0);
for (const [number, { at, numbers }] of answered) {
  for (const n of numbers) {
    const heard = heardAt[n].filter(one => one.round === number);
    missing += heard.length === 0 ? 1 : 0;
    more -= 1;
    if (heard[0]) delays.push(heard[0].at - at);
  }
}
delays.sort((a, b) => a - b);
const part = share => Math.round(delays[Math.floor((delays.length - 1) * share)]);
console.log(
  `${listeners} ${kind} filters, ${Math.round((delays.length / tookMs) * 1000)} changes/s: ` +
    `p50 ${part(0.5)} ms, p95 ${part(0.95)} ms, p99 ${part(0.99)} ms; missing ${missing}, too many ${more + missing}; ` +
    `server CPU ${Math.round((cpu / tookMs) * 100)} % of one core`,
);
for (const socket of sockets) socket.terminate();
await servers.stop();
