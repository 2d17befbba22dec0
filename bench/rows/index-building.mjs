/** A custom field of very many users that gets an index, and how long writes wait meanwhile. */
import { caller } from '../stage/call.mjs';
import { now, pause, repeatedly } from '../stage/in-flight.mjs';
import { tableLine } from '../stage/lines.mjs';
import { idOf } from '../stage/people.mjs';
import { startServer, TOKEN } from '../stage/servers.mjs';

export const indexBuilding = {
  name: 'index-building',
  says: '`indexed_custom_fields` on the large directory',
  run: async options => lines(options.users, await measureIndexBuilding(options)),
};

/** @returns how long it took, and the longest that a write waited. */
export async function measureIndexBuilding({ users, large }) {
  const directory = await large.copy({ indexed: false, count: users });
  const server = await startServer(directory.url);
  const call = caller(server.url, TOKEN);
  let n = 0;
  try {
    const write = () => call('users.partialUpdate', { users: [{ id: idOf(n % users), set: { n: n++ } }] });
    for (let turn = 0; turn < 20; turn++) await write();
    const stop = repeatedly(write, { everyMs: 2 });
    await pause(200);
    const begun = now();
    await call('settings.update', { indexed_custom_fields: ['city'] });
    const seconds = (now() - begun) / 1000;
    await pause(200);
    const waited = Math.max(...(await stop()));
    return { seconds, waited };
  } finally {
    await server.stop();
    directory.remove();
  }
}

function lines(users, { seconds, waited }) {
  const work = `an index of a custom field, ${users.toLocaleString('en')} users`;
  return [
    tableLine({ work, ours: seconds, unit: 's' }),
    tableLine({ work: 'meanwhile the longest write', ours: waited, unit: 'ms', most: 250 }),
  ];
}
