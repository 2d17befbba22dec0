/**
 * One event for everybody who listens: 1,000 and 5,000 listeners of everything, in bursts and one at a time. The limit is
 * `ws` in a process of its own, which sends a frame of the same bytes to every socket for each event.
 */
import { join } from 'node:path';
import { startRawSockets } from '../limits/raw-sockets-process.mjs';
import { caller } from '../stage/call.mjs';
import { temporaryFolder } from '../stage/engines.mjs';
import { inFlight, now, pause } from '../stage/in-flight.mjs';
import { tableLine } from '../stage/lines.mjs';
import { startListeners } from '../stage/listeners-process.mjs';
import { percentile } from '../stage/numbers.mjs';
import { idOf } from '../stage/people.mjs';
import { startServer, TOKEN } from '../stage/servers.mjs';
import { takeTurns } from '../stage/turns.mjs';
import { writePeople } from '../stage/write-people.mjs';

const USERS = 1000;
const BATCH = 100;
/** Between two single events, so that each comes to a server at rest. */
const REST_MS = 20;

/** As many listeners with a server token as a row has. */
export const MANY_LISTENERS = { ROLLCALL_SERVER_SUBSCRIPTIONS: '20000' };

export const fanOut = [1000, 5000].map(listeners => ({
  name: `fan-out-${listeners}`,
  says: `events to ${listeners.toLocaleString('en')} listeners`,
  run: async ({ quick, rounds }) => {
    const events = Math.round((quick ? 1e6 : 2e6) / listeners / BATCH) * BATCH;
    const took = await measureFanOut({
      listeners,
      events,
      singles: quick ? 10 : 30,
      rounds,
      mostMs: quick ? 15_000 : 30_000,
    });
    return lines(listeners, took);
  },
}));

/** @returns by side, events a second in bursts, and milliseconds until a listener has a single one. */
export async function measureFanOut({ listeners, events, singles, rounds, mostMs = 30_000 }) {
  const folder = temporaryFolder();
  const server = await startServer(`sqlite:${join(folder, 'rollcall.sqlite')}`, { env: MANY_LISTENERS });
  const call = caller(server.url, TOKEN);
  const sockets = await startRawSockets();
  let change = 0;
  const write = count => {
    change += 1;
    const users = Array.from({ length: count }, (_, index) => ({
      id: idOf((change * count + index) % USERS),
      set: { change: `n-${change}` },
    }));
    return call('users.partialUpdate', { users });
  };
  /** Listeners of their own for each measurement: what one leaves behind does not slow the next. */
  const among = async (kind, measure) => {
    const listening = startListeners();
    const how = kind === 'raw' ? { url: sockets.url } : { url: server.url, token: TOKEN };
    await listening.open({ kind, count: listeners, ...how });
    await pause(REST_MS);
    try {
      return await measure(listening);
    } finally {
      await listening.stop();
      await pause(500);
    }
  };
  const singly = (kind, send) =>
    among(kind, async listening => {
      const late = [];
      for (let turn = 0; turn < singles; turn++) {
        const begun = await send();
        for (const at of await listening.arrivals(listeners)) late.push(at - begun);
        await pause(REST_MS);
      }
      return { p50: percentile(late, 0.5), p95: percentile(late, 0.95), bytes: await listening.bytes() };
    });
  const inBursts = (kind, send) =>
    among(kind, async listening => {
      const { begun, count } = await send();
      const { at, heard } = await listening.heard(count * listeners, mostMs);
      return (heard * 1000) / (at - begun);
    });
  try {
    await writePeople(call, USERS);
    let bytes = 700;
    const rawEvents = Math.max(BATCH, Math.round(events / 4));
    return await takeTurns(rounds, {
      single: async () => {
        const result = await singly('events', async () => {
          const begun = now();
          await write(1);
          return begun;
        });
        bytes = result.bytes;
        return result;
      },
      rawSingle: () => singly('raw', async () => (await sockets.send({ frames: 1, bytes })).at),
      burst: () =>
        inBursts('events', async () => {
          const begun = now();
          await inFlight({ count: events / BATCH, width: 4, run: () => write(BATCH) });
          return { begun, count: events };
        }),
      rawBurst: () =>
        inBursts('raw', async () => {
          const { at } = await sockets.send({ frames: rawEvents, bytes });
          return { begun: at, count: rawEvents };
        }),
    });
  } finally {
    await sockets.stop();
    await server.stop();
  }
}

function lines(listeners, { burst, rawBurst, single, rawSingle }) {
  const to = `${listeners.toLocaleString('en')} listeners`;
  const limitIs = 'raw ws frames of the same bytes';
  const keep = listeners === 1000 ? 4.5 : 3.5;
  return [
    tableLine({
      work: `events in bursts to ${to}`,
      ours: burst,
      unit: 'events/s',
      limit: rawBurst,
      limitIs,
      least: keep,
      stretch: 8,
    }),
    tableLine({
      work: `one event at a time to ${to}: p50`,
      ours: single.p50,
      unit: 'ms',
      limit: rawSingle.p50,
      limitIs,
    }),
    tableLine({
      work: `one event at a time to ${to}: p95`,
      ours: single.p95,
      unit: 'ms',
      limit: rawSingle.p95,
      limitIs,
      most: 2,
      stretch: 1.3,
    }),
  ];
}
