/**
 * `upsertUsers` in batches of 100, 8 in flight, through the real client, on each engine. The limit is the raw driver, which
 * writes the same users and events into an equal database: one prepared statement for a hundred users, one for their
 * events, the counter, a commit.
 */
import { createServerClient } from '@rollcall/client/server';
import { ENGINES } from '../stage/engines.mjs';
import { inFlight } from '../stage/in-flight.mjs';
import { tableLine } from '../stage/lines.mjs';
import { makePerson } from '../stage/people.mjs';
import { startServer } from '../stage/servers.mjs';
import { SECRET } from '../stage/tokens.mjs';
import { takeTurns } from '../stage/turns.mjs';

const BATCH = 100;
const IN_FLIGHT = 8;

const BARS = {
  sqlite3: { write: 0.6, stretch: 0.85, unchanged: 4 },
  'better-sqlite3': { write: 0.4, stretch: 0.6 },
  postgres: { write: 0.5, stretch: 0.75, unchanged: 4 },
};

export const bulkWrites = Object.keys(BARS).map(engine => ({
  name: `bulk-${engine}`,
  says: `bulk upserts on ${engine}`,
  run: ({ quick, rounds }) => measure(engine, { batches: quick ? 20 : 100, rounds }),
}));

async function measure(engine, { batches, rounds }) {
  const stage = await ENGINES[engine]();
  const server = await startServer(stage.url);
  const client = createServerClient({ url: server.url, secret: SECRET });
  const raw = await stage.openRaw();
  const send = ({ batchesOf, round, change }) =>
    inFlight({
      count: batchesOf,
      width: IN_FLIGHT,
      run: batch => client.upsertUsers(peopleOf({ batch, round, change })),
    });
  let seq;
  let written = {};
  /** Writes through the stack, and keeps what it wrote for the raw driver. */
  const through = change => async round => {
    seq = await stage.lastSeq();
    const { perSecond } = await send({ batchesOf: batches, round, change });
    const events = await stage.eventsAfter(seq);
    const users = await stage.usersOf(events.map(event => event.user_id));
    written = { users, events };
    return perSecond * BATCH;
  };
  const rawly = update => async () => {
    const { users, events } = written;
    const part = index => [index * BATCH, (index + 1) * BATCH];
    const { perSecond } = await inFlight({
      count: batches,
      width: raw.width,
      run: batch =>
        raw.write({ users: users.slice(...part(batch)), events: events.slice(...part(batch)), update }),
    });
    return perSecond * BATCH;
  };
  try {
    // Both sides compile their code and their statements before anything counts.
    await through(0)('warm');
    for (const update of [false, true]) await rawly(update)();
    const took = await takeTurns(rounds, {
      create: through(0),
      rawCreate: rawly(false),
      update: through(1),
      rawUpdate: rawly(true),
      unchanged: async round => (await send({ batchesOf: batches, round, change: 1 })).perSecond * BATCH,
    });
    return lines(engine, took);
  } finally {
    await client.disconnect();
    await raw.close();
    await server.stop();
    await stage.close();
  }
}

const peopleOf = ({ batch, round, change }) =>
  Array.from({ length: BATCH }, (_, index) => {
    const number = batch * BATCH + index;
    return makePerson(number, { id: `bulk-${round}-${number}`, change });
  });

const UNCHANGED =
  'What is left is the call itself: its text is parsed and checked, the stored users are read and compared, the answer is written. The updates by which it is judged have become faster since the bar was set, and share all of that.';

/** Of PostgreSQL, whose raw limit keeps both cores busy. The other engines are above their bars. */
const SPREAD =
  'The time is spread over what a call is: collecting garbage takes 15 % of it, sending and receiving 16 %, and no function more than 3 %. The limit has the text of its statements ready, and looks at nothing that comes back.';

function lines(engine, took) {
  const { write, stretch, unchanged } = BARS[engine];
  const about = { unit: 'users/s', limitIs: 'raw driver', least: write, stretch, why: SPREAD };
  return [
    tableLine({
      ...about,
      work: `upsert, 100 a batch, 8 in flight, ${engine}: create`,
      ours: took.create,
      limit: took.rawCreate,
    }),
    tableLine({
      ...about,
      work: `the same, ${engine}: update`,
      ours: took.update,
      limit: took.rawUpdate,
    }),
    tableLine({
      work: `the same, ${engine}: nothing changed`,
      ours: took.unchanged,
      unit: 'users/s',
      limit: took.update,
      limitIs: 'its own updates',
      ...(unchanged && { least: unchanged, stretch: 8, why: UNCHANGED }),
    }),
  ];
}
