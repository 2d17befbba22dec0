/**
 * Partial updates of one user each: 64 in flight, and one at a time. The limit is the raw driver, which writes the user, its
 * event and the counter, with a commit for each write; on PostgreSQL over eight connections.
 */

import { caller } from '../stage/call.mjs';
import { ENGINES } from '../stage/engines.mjs';
import { inFlight } from '../stage/in-flight.mjs';
import { tableLine } from '../stage/lines.mjs';
import { percentile } from '../stage/numbers.mjs';
import { idOf } from '../stage/people.mjs';
import { startServer, TOKEN } from '../stage/servers.mjs';
import { takeTurns } from '../stage/turns.mjs';
import { writePeople } from '../stage/write-people.mjs';

const USERS = 2000;
const IN_FLIGHT = 64;

const BARS = {
  sqlite3: { many: 0.5, manyStretch: 1, oneMs: 2, oneStretch: 1.2 },
  postgres: { many: 1, manyStretch: 2, oneMs: 3, oneStretch: 2 },
};

export const singleWrites = Object.keys(BARS).map(engine => ({
  name: `single-${engine}`,
  says: `single writes on ${engine}`,
  run: ({ quick, rounds }) => measure(engine, { many: quick ? 500 : 2000, alone: quick ? 100 : 400, rounds }),
}));

async function measure(engine, { many, alone, rounds }) {
  const stage = await ENGINES[engine]();
  const server = await startServer(stage.url);
  const raw = await stage.openRaw();
  const call = caller(server.url, TOKEN);
  let change = 0;
  const write = () => {
    change += 1;
    return call('users.partialUpdate', {
      users: [{ id: idOf((change * 7919) % USERS), set: { change: `n-${change}` } }],
    });
  };
  try {
    const ids = Array.from({ length: USERS }, (_, number) => idOf(number));
    await writePeople(call, USERS);
    await inFlight({ count: 200, width: IN_FLIGHT, run: write });
    const [event] = (await stage.eventsAfter((await stage.lastSeq()) - 1)).slice(-1);
    const users = await stage.usersOf(ids);
    for (let first = 0; first < USERS; first += 100) {
      const batch = users.slice(first, first + 100);
      await raw.write({ users: batch, events: batch.map(() => event), update: true });
    }
    const rawWrite = index => {
      const user = users[(index * 7919) % USERS];
      return raw.write({ users: [user], events: [{ ...event, user_id: user.id }], update: true });
    };
    const took = await takeTurns(rounds, {
      many: async () => (await inFlight({ count: many, width: IN_FLIGHT, run: write })).perSecond,
      rawMany: async () => (await inFlight({ count: many, width: raw.width, run: rawWrite })).perSecond,
      one: async () => percentile((await inFlight({ count: alone, width: 1, run: write })).tookMs, 0.5),
      rawOne: async () => percentile((await inFlight({ count: alone, width: 1, run: rawWrite })).tookMs, 0.5),
    });
    return lines(engine, took);
  } finally {
    await raw.close();
    await server.stop();
    await stage.close();
  }
}

function lines(engine, took) {
  const { many, manyStretch, oneMs, oneStretch } = BARS[engine];
  return [
    tableLine({
      work: `single writes, 64 in flight, ${engine}`,
      ours: took.many,
      unit: 'writes/s',
      limit: took.rawMany,
      limitIs: 'raw driver, a commit each',
      least: many,
      stretch: manyStretch,
    }),
    tableLine({
      work: `single write, 1 in flight, ${engine}: p50`,
      ours: took.one,
      unit: 'ms',
      limit: took.rawOne,
      limitIs: 'raw driver, a commit each',
      judged: took.one,
      judgedUnit: 'ms',
      most: oneMs,
      stretch: `${oneStretch} ms`,
    }),
  ];
}
