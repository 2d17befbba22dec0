import { createServerClient } from '@rollcall/client/server';
import { expect, it } from 'vitest';
import { EventCollector } from '../support/listeners/event-collector.js';
import { SECRET, startServerProcess } from '../support/processes/server-process.js';
import { seededRandom } from '../support/seeded-random.js';

const ROUNDS = 10;

/** Writers go on while the server is killed at random moments; what was acknowledged must be there, whole. */
it('keeps every acknowledged write through SIGKILL, each batch as a whole, and the log without a gap', async () => {
  const random = seededRandom('durability');
  const process = await startServerProcess();
  const server = createServerClient({ url: process.url, secret: SECRET });
  const { position } = await server.queryUsers({}, [], { limit: 1 });
  const acknowledged = new Set<string>();
  const attempted = new Map<string, string[]>();

  for (let round = 0; round < ROUNDS; round++) {
    let alive = true;
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let number = 0; alive; number++) {
        const batch = `${round}-${writer}-${number}`;
        const ids = Array.from({ length: 5 }, (_, index) => `u-${batch}-${index}`);
        attempted.set(batch, ids);
        // A call that was cut off by the kill may have been done or not; only an answer counts.
        await server.upsertUsers(ids.map(id => ({ id, batch }))).then(
          () => acknowledged.add(batch),
          () => undefined,
        );
      }
    });
    await new Promise(resolve => setTimeout(resolve, 100 + random() * 400));
    alive = false;
    await process.crash();
    await Promise.all(writers);
    await process.restart();
  }

  const stored = new Set<string>();
  for await (const user of server.queryUsersAll({}, [{ field: 'id', direction: 1 }])) stored.add(user.id);
  expect(acknowledged.size).toBeGreaterThan(ROUNDS);
  for (const [batch, ids] of attempted) {
    const there = ids.filter(id => stored.has(id)).length;
    if (acknowledged.has(batch)) expect(there, `acknowledged batch ${batch}`).toBe(5);
    else expect([0, 5], `cut-off batch ${batch}`).toContain(there);
  }
  const listener = new EventCollector(server, { lastEventId: position });
  await listener.count(stored.size, 60_000);
  expect(listener.positions).toEqual(Array.from({ length: stored.size }, (_, index) => index + 1));
  expect([...listener.names].sort()).toEqual([...stored].map(id => `user.created ${id}`).sort());
  await listener.stop();
  await server.disconnect();
  expect(await process.stop()).toBe(0);
});
