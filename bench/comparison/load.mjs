/** The work of the comparison, the same for every server: it knows a product by what its driver offers. */
import { inFlight, inFlightFor, now, pause } from '../stage/in-flight.mjs';
import { median, percentile } from '../stage/numbers.mjs';
import { ageOf, firstNameOf, idOf, makePerson, scattered } from '../stage/people.mjs';
import { rssMiBOf } from '../stage/servers.mjs';
import { MARKER, startSubscribers } from './subscribers-process.mjs';

const BATCH = 100;
const WRITES_IN_FLIGHT = 8;
const CALLS_IN_FLIGHT = 16;
const REST_MS = 50;
const FIRST = 50;
const SETTLES_MS = 3000;

/**
 * Fills a server that is new, and asks it.
 * @param server what a driver has started.
 * @param size.users how many there are in the end; `size.measured` of them are timed in each round, created and then updated.
 * @returns by the name of the measure, a figure.
 */
export async function measureCalls(server, size) {
  await server.setUp();
  return { ...(await measureWrites(server, size)), ...(await measureQueries(server, size)) };
}

async function measureWrites(server, { users, measured, rounds }) {
  const batchOf = (first, change) =>
    Array.from({ length: BATCH }, (_, index) => makePerson(first + index, { change }));
  const write = async (how, { from, count, change }) => {
    const run = batch => server[how](batchOf(from + batch * BATCH, change));
    const { perSecond } = await inFlight({ count: count / BATCH, width: WRITES_IN_FLIGHT, run });
    return perSecond * BATCH;
  };
  const taken = { create: [], update: [] };
  let from = 0;
  for (let round = 0; round < rounds; round++, from += measured) {
    taken.create.push(await write('create', { from, count: measured, change: 0 }));
    taken.update.push(await write('update', { from, count: measured, change: 1 }));
  }
  if (users > from) await write('create', { from, count: users - from, change: 0 });
  return { create: median(taken.create), update: median(taken.update) };
}

async function measureQueries(server, { users, turns, seconds }) {
  const asked = {
    age: k => server.queries.age(ageOf(k)),
    prefix: k => server.queries.prefix(firstNameOf(k).slice(0, 3).toLowerCase()),
    ids: k =>
      server.queries.ids(Array.from({ length: 30 }, (_, j) => idOf(scattered(k * 30 + j, 12) % users))),
  };
  const figures = {};
  for (const [name, run] of Object.entries(asked)) {
    for (let k = 0; k < 10; k++) {
      const found = await run(k);
      if (found.length === 0) throw new Error(`nobody was found by ${name}`);
    }
    const { tookMs } = await inFlight({ count: turns, width: 1, run });
    figures[`${name}P50`] = percentile(tookMs, 0.5);
    figures[`${name}P95`] = percentile(tookMs, 0.95);
    figures[`${name}Rate`] = (await inFlightFor({ seconds, width: CALLS_IN_FLIGHT, run })).perSecond;
  }
  return figures;
}

/** Listens to a server that has just been started, and that has users. @returns figures by name, as above. */
export async function measureLive(server, { subscribers, updates }) {
  const listening = startSubscribers();
  const rssKiB = async () => {
    await pause(SETTLES_MS);
    return rssMiBOf(server.pid).now * 1024;
  };
  try {
    // The first ones make what all of them share.
    await listening.open({ ...server.listeners, count: FIRST });
    const before = await rssKiB();
    await listening.open({ ...server.listeners, count: subscribers - FIRST });
    const idleKiB = ((await rssKiB()) - before) / (subscribers - FIRST);
    const late = [];
    let missed = 0;
    for (let turn = 0; turn < updates; turn++) {
      const marker = `${MARKER}${turn}`;
      const begun = now();
      await server.touch(idOf(7), marker);
      const times = await listening.heard(marker, subscribers);
      late.push(...times.map(at => at - begun));
      missed += subscribers - times.length;
      await pause(REST_MS);
    }
    if (missed > 0)
      console.log(`  ${missed} of ${updates * subscribers} messages did not come within a minute`);
    return { idleKiB, liveP50: percentile(late, 0.5), liveP95: percentile(late, 0.95) };
  } finally {
    await listening.stop();
  }
}
