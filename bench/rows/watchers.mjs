/**
 * 1,000 users who each watch one of 50, one event at a time: each concerns 20. The limit is `ws`, which sends a frame of the
 * same bytes to 20 of its 1,000 sockets.
 */
import { join } from 'node:path';
import { startRawSockets } from '../limits/raw-sockets-process.mjs';
import { caller } from '../stage/call.mjs';
import { temporaryFolder } from '../stage/engines.mjs';
import { now, pause } from '../stage/in-flight.mjs';
import { tableLine } from '../stage/lines.mjs';
import { startListeners } from '../stage/listeners-process.mjs';
import { percentile } from '../stage/numbers.mjs';
import { idOf } from '../stage/people.mjs';
import { startServer, TOKEN } from '../stage/servers.mjs';
import { userToken } from '../stage/tokens.mjs';
import { takeTurns } from '../stage/turns.mjs';
import { writePeople } from '../stage/write-people.mjs';

const REST_MS = 20;

export const watchers = {
  name: 'watchers',
  says: 'one event at a time, 1,000 users who each watch one of 50',
  run: ({ quick, rounds }) =>
    measureWatchers({ users: 1000, concerned: 20, singles: quick ? 30 : 100, rounds }).then(lines),
};

/**
 * Each event concerns `concerned` of the users, in whose ids all others have no interest.
 * @returns milliseconds until a listener whom it concerns has a single event, ours and raw.
 */
export async function measureWatchers({ users, concerned, singles, rounds }) {
  const watched = users / concerned;
  const folder = temporaryFolder();
  const server = await startServer(`sqlite:${join(folder, 'rollcall.sqlite')}`);
  const call = caller(server.url, TOKEN);
  const sockets = await startRawSockets();
  const ours = startListeners();
  const raw = startListeners();
  const watchedId = index => `watched-${index % watched}`;
  const write = turn =>
    call('users.partialUpdate', { users: [{ id: watchedId(turn), set: { change: `n-${turn}` } }] });
  try {
    await writePeople(call, watched, watchedId);
    await writePeople(call, users);
    const each = Array.from({ length: users }, (_, index) => index);
    await ours.open({
      kind: 'events',
      url: server.url,
      count: users,
      tokens: each.map(index => userToken(idOf(index))),
      inputs: each.map(index => ({ user_ids: [watchedId(index)] })),
    });
    await raw.open({ kind: 'raw', url: sockets.url, count: users });
    // What they write as they come, such as who is online, is over by then.
    await pause(3000);
    await ours.heard(0);
    await write(0);
    await ours.arrivals(concerned);
    const bytes = await ours.bytes();
    let turn = 1;
    return await takeTurns(rounds, {
      ours: () =>
        latencies(singles, ours, async () => {
          const begun = now();
          await write(turn++);
          return begun;
        }),
      raw: () =>
        latencies(singles, raw, async () => (await sockets.send({ frames: 1, bytes, to: concerned })).at),
    });

    async function latencies(count, listeners, send) {
      const late = [];
      for (let sent = 0; sent < count; sent++) {
        const begun = await send();
        for (const at of await listeners.arrivals(concerned)) late.push(at - begun);
        await pause(REST_MS);
      }
      return { p50: percentile(late, 0.5), p95: percentile(late, 0.95) };
    }
  } finally {
    await Promise.all([ours.stop(), raw.stop(), sockets.stop()]);
    await server.stop();
  }
}

function lines({ ours, raw }) {
  const limitIs = 'raw ws frames of the same bytes to those 20';
  const work = 'one event at a time, 1,000 users who each watch one of 50';
  return [
    tableLine({
      work: `${work}: p50`,
      ours: ours.p50,
      unit: 'ms',
      limit: raw.p50,
      limitIs,
      judged: ours.p50,
      judgedUnit: 'ms',
      most: 3,
      stretch: '1.5 × raw',
      why: 'The write comes first, which takes 1.1 to 1.5 ms until it is committed and which the limit does not have. To judge the event for the twenty takes 0.4 ms, and to send it to them 0.5.',
    }),
    tableLine({ work: `${work}: p95`, ours: ours.p95, unit: 'ms', limit: raw.p95, limitIs }),
  ];
}
