/**
 * What a listener costs while nothing happens: the memory of the server once its garbage is collected, with and without
 * them. The limit is a socket of `ws` that nothing is done with.
 */
import { join } from 'node:path';
import { startRawSockets } from '../limits/raw-sockets-process.mjs';
import { temporaryFolder } from '../stage/engines.mjs';
import { pause } from '../stage/in-flight.mjs';
import { tableLine } from '../stage/lines.mjs';
import { startListeners } from '../stage/listeners-process.mjs';
import { startServer, TOKEN } from '../stage/servers.mjs';
import { MANY_LISTENERS } from './fan-out.mjs';

export const idleListeners = {
  name: 'idle-listeners',
  says: 'memory of an idle listener',
  run: ({ quick }) => measureIdle(quick ? 1000 : 4000).then(lines),
};

/** @returns KiB a listener, in use and of the whole process, ours and raw. */
export async function measureIdle(count) {
  const folder = temporaryFolder();
  const server = await startServer(`sqlite:${join(folder, 'rollcall.sqlite')}`, {
    env: MANY_LISTENERS,
    probed: true,
  });
  const sockets = await startRawSockets();
  try {
    const ours = await growth(server, count, { kind: 'events', url: server.url, token: TOKEN });
    const raw = await growth(sockets, count, { kind: 'raw', url: sockets.url });
    return { ours, raw };
  } finally {
    await server.stop();
    await sockets.stop();
  }
}

/** The first few make what all of them share. */
const FIRST = 100;

async function growth(process, count, how) {
  const listeners = startListeners();
  await listeners.open({ ...how, count: FIRST });
  await pause(2000);
  const before = await process.memory();
  await listeners.open({ ...how, count });
  await pause(2000);
  const after = await process.memory();
  await listeners.stop();
  const each = name => (after[name] - before[name]) / count;
  return { used: each('usedKiB'), rss: each('rssKiB') };
}

function lines({ ours, raw }) {
  return [
    tableLine({
      work: 'an idle listener: memory of the process',
      ours: ours.rss,
      unit: 'KiB',
      limit: raw.rss,
      limitIs: 'a raw ws socket',
      judged: ours.rss,
      judgedUnit: 'KiB',
      most: 18,
      stretch: '12 KiB',
      why: "tRPC's handler of sockets alone keeps 15 KiB for a connection with one subscription, in promises, closures and generators. A socket of `ws` is in that.",
      note: `in use ${ours.used.toFixed(0)} KiB, raw ${raw.used.toFixed(0)}`,
    }),
  ];
}
