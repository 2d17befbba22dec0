/**
 * Bursts of events through the real client: 200 server clients in one process, each with a handler. The limit is the same
 * bytes, read on the wire by 200 sockets that parse nothing.
 */
import { join } from 'node:path';
import { caller } from '../stage/call.mjs';
import { startClientListeners } from '../stage/client-listeners-process.mjs';
import { temporaryFolder } from '../stage/engines.mjs';
import { inFlight, now } from '../stage/in-flight.mjs';
import { tableLine } from '../stage/lines.mjs';
import { startListeners } from '../stage/listeners-process.mjs';
import { idOf } from '../stage/people.mjs';
import { startServer, TOKEN } from '../stage/servers.mjs';
import { SECRET } from '../stage/tokens.mjs';
import { takeTurns } from '../stage/turns.mjs';
import { writePeople } from '../stage/write-people.mjs';
import { MANY_LISTENERS } from './fan-out.mjs';

const LISTENERS = 200;
const USERS = 1000;
const BATCH = 100;
/** What has not come by then counts as it is. */
const MOST_MS = 20_000;

export const clientListeners = {
  name: 'client-listeners',
  says: `events to ${LISTENERS} listeners through the real client`,
  run: ({ quick, rounds }) => measure({ events: quick ? 2000 : 5000, rounds }),
};

async function measure({ events, rounds }) {
  const folder = temporaryFolder();
  const server = await startServer(`sqlite:${join(folder, 'rollcall.sqlite')}`, { env: MANY_LISTENERS });
  const call = caller(server.url, TOKEN);
  let change = 0;
  const write = () => {
    change += 1;
    const users = Array.from({ length: BATCH }, (_, index) => ({
      id: idOf((change * BATCH + index) % USERS),
      set: { change: `n-${change}` },
    }));
    return call('users.partialUpdate', { users });
  };
  const burst = async heard => {
    const begun = now();
    await inFlight({ count: events / BATCH, width: 4, run: write });
    const { at, cpuMs, heard: count } = await heard(events * LISTENERS, MOST_MS);
    return { perSecond: (count * 1000) / (at - begun), cpuUs: (cpuMs * 1000) / count };
  };
  await writePeople(call, USERS);
  try {
    const took = await takeTurns(rounds, {
      client: async () => {
        const client = await startClientListeners({ url: server.url, secret: SECRET, count: LISTENERS });
        const result = await burst(client.heard);
        await client.stop();
        return result;
      },
      wire: async () => {
        const wire = startListeners();
        await wire.open({ kind: 'events', url: server.url, token: TOKEN, count: LISTENERS });
        await wire.cpuMs();
        const result = await burst(async count => {
          const result = await wire.heard(count, MOST_MS);
          return { ...result, cpuMs: await wire.cpuMs() };
        });
        await wire.stop();
        return result;
      },
    });
    return lines(took);
  } finally {
    await server.stop();
  }
}

function lines({ client, wire }) {
  const limitIs = 'read on the wire, not parsed';
  return [
    tableLine({
      work: `events to ${LISTENERS} listeners through the real client`,
      ours: client.perSecond,
      unit: 'events/s',
      limit: wire.perSecond,
      limitIs,
    }),
    tableLine({
      work: 'the same: CPU of an event at the client',
      ours: client.cpuUs,
      unit: 'µs',
      limit: wire.cpuUs,
      limitIs,
      judged: client.cpuUs,
      judgedUnit: 'µs',
      most: 2,
      why: '`JSON.parse` takes 1.7 µs for such an event, and to read its bytes takes 0.6. A client that parses what it hands out is above the bar before it does anything.',
    }),
  ];
}
