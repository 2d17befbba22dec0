/** Rollcall, as an operator starts it, for the comparison. */
import { caller } from '../stage/call.mjs';
import { startServer, TOKEN } from '../stage/servers.mjs';

const NEWEST_FIRST = [{ field: 'created_at', direction: -1 }];

/** @param engine `PostgreSQL` or `SQLite`. */
export const rollcall = engine => ({
  name: `Rollcall on ${engine}`,

  async start({ databaseUrl, file }) {
    const url = engine === 'SQLite' ? `sqlite:${file}` : databaseUrl;
    const server = await startServer(url, { env: { ROLLCALL_SERVER_SUBSCRIPTIONS: '20000' } });
    const call = caller(server.url, TOKEN);
    const find = async (filter, sort) =>
      (await call('users.query', { filter, options: { limit: 30 }, ...(sort && { sort }) })).users;
    return {
      pid: server.pid,
      stop: server.stop,
      setUp: () => call('settings.update', { indexed_custom_fields: ['age'] }),
      create: users => call('users.upsert', { users }),
      update: users => call('users.upsert', { users }),
      queries: {
        age: age => find({ age }, NEWEST_FIRST),
        prefix: text => find({ name: { $autocomplete: text } }, [{ field: 'name', direction: 1 }]),
        ids: ids => find({ id: { $in: ids } }),
      },
      touch: (id, marker) => call('users.partialUpdate', { users: [{ id, set: { marker } }] }),
      listeners: {
        kind: 'rollcall',
        url: `${server.url.replace('http', 'ws')}/trpc?connectionParams=1`,
        token: TOKEN,
      },
    };
  },
});
