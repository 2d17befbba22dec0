/** From the start of the process to the first good answer of `/readyz`: empty, with very many users, and after a kill. */
import { join } from 'node:path';
import { caller } from '../stage/call.mjs';
import { temporaryFolder } from '../stage/engines.mjs';
import { tableLine } from '../stage/lines.mjs';
import { idOf } from '../stage/people.mjs';
import { startServer, TOKEN } from '../stage/servers.mjs';
import { takeTurns } from '../stage/turns.mjs';

const EVERY_MS = 5;

export const starts = {
  name: 'starts',
  says: 'starts of a server',
  run: async options => lines(options.users, await measureStarts(options)),
};

/** @returns seconds until the server is ready: `empty`, `large`, and `killed` before. */
export async function measureStarts({ rounds, users, large }) {
  const directory = await large.copy({ count: users });
  const empty = `sqlite:${join(temporaryFolder(), 'rollcall.sqlite')}`;
  const start = (url, end) => async () => {
    const server = await startServer(url, { everyMs: EVERY_MS });
    // It is killed in the middle of its work, with a write behind it.
    if (end === 'kill') {
      const set = { killed: Date.now() };
      await caller(server.url, TOKEN)('users.partialUpdate', { users: [{ id: idOf(0), set }] });
    }
    await server[end]();
    return server.readyMs / 1000;
  };
  try {
    // The tables are there, and the files have been read once.
    for (const url of [empty, directory.url]) await start(url, 'stop')();
    return await takeTurns(rounds, {
      empty: start(empty, 'stop'),
      large: start(directory.url, 'stop'),
      beforeKill: start(directory.url, 'kill'),
      killed: start(directory.url, 'stop'),
    });
  } finally {
    directory.remove();
  }
}

function lines(users, { empty, large, killed }) {
  const line = (what, ours, most, limit) =>
    tableLine({
      work: `start, ${what}`,
      ours,
      unit: 's',
      ...(limit && { limit, limitIs: 'empty' }),
      judged: ours,
      judgedUnit: 's',
      most,
    });
  const count = `${users.toLocaleString('en')} users`;
  return [
    line('empty', empty, 0.75),
    line(count, large, 1, empty),
    line(`${count}, after SIGKILL`, killed, 1.2, empty),
  ];
}
