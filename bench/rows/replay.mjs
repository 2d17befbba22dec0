/**
 * A listener that comes back after 100,000 events: alone, and fifty at once. The limit of one is the driver, which reads the
 * same rows in pages as long as ours. For fifty the bar is twice what fifty would take alone, spread over the cores.
 */
import { availableParallelism } from 'node:os';
import { openSqlite3 } from '../limits/raw-sqlite3.mjs';
import { caller } from '../stage/call.mjs';
import { now, pause, repeatedly } from '../stage/in-flight.mjs';
import { tableLine } from '../stage/lines.mjs';
import { startListeners } from '../stage/listeners-process.mjs';
import { percentile } from '../stage/numbers.mjs';
import { idOf } from '../stage/people.mjs';
import { rssMiBOf, startServer, TOKEN } from '../stage/servers.mjs';
import { takeTurns } from '../stage/turns.mjs';
import { MANY_LISTENERS } from './fan-out.mjs';

const PAGE = 500;
const AT_ONCE = 50;
const READ =
  'SELECT seq, type, at, actor_type, actor_id, user_id, data FROM events WHERE seq > ? ORDER BY seq LIMIT ?';

export const replay = {
  name: 'replay',
  says: 'replay of 100,000 events to one listener, and to fifty at once',
  run: ({ quick, rounds, large }) =>
    measure({ events: quick ? 20_000 : 100_000, mostMs: quick ? 60_000 : 150_000, rounds, large }),
};

async function measure({ events, mostMs, rounds, large }) {
  const directory = await large.copy({ count: events });
  const server = await startServer(directory.url, { env: MANY_LISTENERS });
  const call = caller(server.url, TOKEN);
  const reader = await openSqlite3(directory.file);
  const { position } = await call('users.query', { filter: { id: idOf(0) } });
  const from = { kind: 'events', url: server.url, token: TOKEN, lastEventId: `${position.split('.')[0]}.0` };
  const replayTo = async (count, most) => {
    const listening = startListeners();
    // The process is there, and has connected once, before anything counts.
    await listening.open({ kind: 'events', url: server.url, token: TOKEN, count: 1 });
    const begun = now();
    // A page may come before all have connected: what is heard counts from here on.
    await listening.open({ ...from, count });
    const { at, heard } = await listening.heard(events * count, most);
    await listening.stop();
    return { seconds: (at - begun) / 1000, heard };
  };
  try {
    const took = await takeTurns(rounds, {
      one: async () => (await replayTo(1, mostMs)).seconds,
      rows: async () => {
        const begun = now();
        for (let seq = 0; ; ) {
          const rows = await reader.all(READ, [seq, PAGE]);
          if (rows.length === 0 || seq >= events) return (now() - begun) / 1000;
          seq = rows.at(-1).seq;
        }
      },
    });
    await pause(1000);
    const before = rssMiBOf(server.pid).now;
    const others = repeatedly(index => call('users.query', { filter: { id: idOf(index % events) } }), {
      everyMs: 10,
    });
    const fifty = await replayTo(AT_ONCE, mostMs);
    const othersMs = await others();
    const grewMiB = rssMiBOf(server.pid).most - before;
    return lines({ events, took, fifty, grewMiB, othersMs });
  } finally {
    await reader.close();
    await server.stop();
    directory.remove();
  }
}

function lines({ events, took, fifty, grewMiB, othersMs }) {
  const each = (took.one * AT_ONCE) / availableParallelism();
  const done = fifty.heard >= events * AT_ONCE;
  const all = events.toLocaleString('en');
  return [
    tableLine({
      work: `replay of ${all} events to one listener`,
      ours: took.one,
      unit: 's',
      limit: took.rows,
      limitIs: 'reading the rows',
      ratio: took.rows / took.one,
      least: 0.5,
      why: 'The server works for 0.43 of the 0.7 s. For more than a quarter of that the driver makes values of the rows, as in the limit; collecting garbage takes a fifth, writing to the socket a tenth, and making the texts another tenth. A page takes 1.5 ms to read, in three statements one after the other, and 0.5 ms to send: the next one is read meanwhile, which hides no more than that.',
    }),
    tableLine({
      work: `replay of ${all} events to ${AT_ONCE} at once`,
      ours: done ? fifty.seconds : Number.POSITIVE_INFINITY,
      unit: 's',
      limit: each,
      limitIs: `${AT_ONCE} × one, spread over the cores`,
      most: 2,
      note: done
        ? `${(fifty.seconds / took.one).toFixed(1)} × the time of one`
        : `${Math.round((fifty.heard * 100) / events / AT_ONCE)} % after ${Math.round(fifty.seconds)} s`,
    }),
    tableLine({ work: 'meanwhile the memory of the server grew by', ours: grewMiB, unit: 'MiB', most: 100 }),
    tableLine({
      work: "meanwhile others' query by id: p95",
      ours: percentile(othersMs, 0.95),
      unit: 'ms',
      most: 50,
    }),
  ];
}
