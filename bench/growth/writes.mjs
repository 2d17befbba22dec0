/** Writes into a directory that has very many users already. */
import { connectOverTheWire } from '../rows/connect-user.mjs';
import { deleteUsersWithMessages } from '../rows/hard-delete.mjs';
import { caller } from '../stage/call.mjs';
import { inFlight } from '../stage/in-flight.mjs';
import { idOf, makePerson, scattered } from '../stage/people.mjs';
import { startServer, TOKEN } from '../stage/servers.mjs';
import { takeTurns } from '../stage/turns.mjs';

const BATCH = 100;

/** @returns what is done a second, by the names of the curves. */
export async function measureWrites({ users, large, rounds, quick }) {
  const directory = await large.copy({ count: users });
  const server = await startServer(directory.url);
  const call = caller(server.url, TOKEN);
  const batches = quick ? 20 : 50;
  let change = 0;
  const bulk = async make => {
    const upsert = batch =>
      call('users.upsert', {
        users: Array.from({ length: BATCH }, (_, index) => make(batch * BATCH + index)),
      });
    return (await inFlight({ count: batches, width: 8, run: upsert })).perSecond * BATCH;
  };
  try {
    const took = await takeTurns(rounds, {
      create: round =>
        bulk(number => makePerson(number, { id: `new-${round}-${scattered(number, 8)}-${number}` })),
      update: () => {
        change += 1;
        const first = scattered(change, 9) % Math.max(1, users - batches * BATCH);
        return bulk(number => makePerson(first + number, { change }));
      },
      single: async () => {
        const write = turn => {
          const id = idOf(scattered(turn, ++change) % users);
          return call('users.partialUpdate', { users: [{ id, set: { n: change } }] });
        };
        return (await inFlight({ count: quick ? 300 : 1000, width: 64, run: write })).perSecond;
      },
      connect: async round => {
        const close = [];
        const { perSecond } = await inFlight({
          count: quick ? 100 : 300,
          width: 32,
          run: async index =>
            close.push(await connectOverTheWire(server.url, `connected-${round}-${index}`, call)),
        });
        await Promise.all(close.map(one => one()));
        return perSecond;
      },
    });
    const { perSecond } = await deleteUsersWithMessages(call, { users: quick ? 100 : 300 });
    return {
      'users in bulk upserts, created': took.create,
      'users in bulk upserts, updated': took.update,
      'single writes, 64 in flight': took.single,
      'connectUser over the wire, new': took.connect,
      'hard deletion, users with 20 messages': perSecond,
    };
  } finally {
    await server.stop();
    directory.remove();
  }
}
