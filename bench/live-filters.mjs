/**
 * How soon each of many listeners, each with a filter of its own, hears what its filter selects, and what that costs the
 * server. The limit beside it, in the same run, is the same writes with nobody listening.
 *
 *     node live-filters.mjs [listeners] [changes a second] [seconds] [equal|unindexed]
 *
 * `equal`: half of the filters are an equality on a custom field, half of the listeners name an id. `unindexed`: ranges,
 * each of which has to be judged for each change. A change is for exactly one listener. The server, the writer and the
 * listeners are a process each. It prints the delay from the answer of a write to the listener, events that were missing,
 * came twice or to the wrong one, or out of order, and of the server the CPU time and the delay of the event loop.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServers, TOKEN } from './stage/servers.mjs';

const [listeners, rate, seconds] = [2, 3, 4].map((place, index) =>
  Number(process.argv[place] ?? [10_000, 1000, 10][index]),
);
const kind = process.argv[5] ?? 'equal';
const BATCH = 100;
const LISTENERS = fileURLToPath(new URL('./live-filters-listeners.mjs', import.meta.url));
const now = () => performance.timeOrigin + performance.now();
const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

Object.assign(process.env, {
  ROLLCALL_SERVER_SUBSCRIPTIONS: '20000',
  ROLLCALL_SERVER_LIVE_FILTERS: '20000',
  ROLLCALL_SERVER_LIVE_FILTER_BYTES: '67108864',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
const servers = await startServers(1, `sqlite:${join(folder, 'rollcall.sqlite')}`, { probed: true });
const [url] = servers.urls;

/** By round: when the batch was answered, and the numbers of its users. */
const written = [];
let round = 0;

async function write(first) {
  const mine = round++;
  const users = Array.from({ length: BATCH }, (_, index) => {
    const n = (first + index) % listeners;
    return { id: `u-${n}`, n, round: mine };
  });
  const response = await fetch(`${url}/trpc/users.upsert`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ users }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  written[mine] = { at: now(), numbers: users.map(({ n }) => n) };
}

/** Writes at a steady pace, whatever the answers take. @returns what it cost the server meanwhile. */
async function load() {
  await servers.loop();
  const began = now();
  const writes = [];
  const tookMs = [];
  for (let turn = 0; turn < (rate / BATCH) * seconds; turn++) {
    const due = began + (turn * 1000 * BATCH) / rate;
    if (due > now()) await pause(due - now());
    const sent = now();
    writes.push(write(turn * BATCH).then(() => tookMs.push(now() - sent)));
  }
  await Promise.all(writes);
  const { p99Ms, worstMs, cpuMs, rssMiB } = await servers.loop();
  const changes = writes.length * BATCH;
  const text =
    `${Math.round((changes * 1000) / (now() - began))} changes/s, ` +
    `answered in p50 ${part(tookMs, 0.5)}, p95 ${part(tookMs, 0.95)} ms; ` +
    `event loop p99 ${Math.round(p99Ms)}, worst ${Math.round(worstMs)} ms, ${Math.round(rssMiB)} MiB`;
  return { text, changes, cpuMs, endedAt: now() };
}

const perChange = (cpuMs, { changes }) => `${(cpuMs / changes).toFixed(2)} ms of CPU a change`;

function part(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN);
}

// All users are there, and the server is warm, before anything counts.
for (let first = 0; first < listeners; first += BATCH) await write(first);
const alone = await load();
console.log(`nobody listens: ${alone.text}; ${perChange(alone.cpuMs, alone)}`);

const child = fork(LISTENERS);
child.send({ url, token: TOKEN, listeners, kind });
const [{ tookMs }] = await once(child, 'message');
console.log(`${listeners} listeners (${kind}), all there after ${(tookMs / 1000).toFixed(1)} s`);
const before = round;
const heard = await load();
child.send({ written: written.map((batch, index) => (index < before ? { at: 0, numbers: [] } : batch)) });
const [{ delays, wrong, lastAt }] = await once(child, 'message');
// What the server had still to do when the last write was answered counts as well.
const cpuMs = heard.cpuMs + (await servers.loop()).cpuMs;
console.log(`they listen: ${heard.text}; ${perChange(cpuMs, heard)}`);
console.log(
  `from the answer to the listener: p50 ${part(delays, 0.5)}, p95 ${part(delays, 0.95)}, p99 ${part(delays, 0.99)} ms, ` +
    `the last one ${Math.max(0, Math.round(lastAt - heard.endedAt))} ms after the last answer; ` +
    `${delays.length} events; missing ${wrong.missing}, twice ${wrong.twice}, foreign ${wrong.foreign}, ` +
    `out of order ${wrong.outOfOrder}`,
);
await servers.stop();
