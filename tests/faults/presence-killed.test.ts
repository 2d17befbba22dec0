import { createServerClient } from '@rollcall/client/server';
import { startPostgres } from '@rollcall/testing';
import { expect, it } from 'vitest';
import { Storm } from '../support/listeners/storm.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { until } from '../support/until.js';

/** How long the users of a killed process may still look online (docs/contract/presence.md). */
const OFFLINE_WITHIN_MS = 30_000;
const IDS = ['jane', 'john', 'mary'];

function clientOf(process: ServerProcess) {
  const server = createServerClient({ url: process.url, secret: SECRET });
  const online = async () => {
    const { users } = await server.queryUsers({ online: true }, [{ field: 'id', direction: 1 }]);
    return users.map(user => user.id);
  };
  const isOnline = (ids: string[], timeoutMs?: number) =>
    until(
      `online are ${ids.join(', ') || 'none'}`,
      async () => (await online()).join() === ids.join(),
      timeoutMs,
    );
  const usersOf = (ids: string[]) =>
    Promise.all(ids.map(async id => ({ id, token: await server.createToken(id) })));
  return { server, isOnline, usersOf };
}

it('takes the users of a killed server offline within 30 s where another server runs, and keeps those it holds', async () => {
  const postgres = await startPostgres();
  const killed = await startServerProcess({ databaseUrl: postgres.url });
  const survivor = await startServerProcess({ databaseUrl: postgres.url });
  const { server, isOnline, usersOf } = clientOf(survivor);
  await server.upsertUsers(IDS.map(id => ({ id })));
  const there = new Storm(killed.url);
  const here = new Storm(survivor.url);
  await there.connect(await usersOf(IDS), { overMs: 0 });
  await here.connect(await usersOf(['mary']), { overMs: 0 });
  await isOnline(IDS);

  // The users of the killed server are not to come back by themselves.
  await killed.crash();
  const startedAt = performance.now();
  await isOnline(['mary'], OFFLINE_WITHIN_MS);
  console.log(`offline after ${Math.round(performance.now() - startedAt)} ms`);
  await here.end();
  await isOnline([], 5000);
  await there.end();
  await server.disconnect();
  expect(await survivor.stop()).toBe(0);
  await postgres.stop();
});

it('takes them offline within 30 s also where the killed server is the only one, and starts again', async () => {
  const postgres = await startPostgres();
  const process = await startServerProcess({ databaseUrl: postgres.url });
  const { server, isOnline, usersOf } = clientOf(process);
  await server.upsertUsers(IDS.map(id => ({ id })));
  const storm = new Storm(process.url);
  await storm.connect(await usersOf(IDS), { overMs: 0 });
  await isOnline(IDS);
  await process.crash();
  const startedAt = performance.now();
  await process.restart();
  await isOnline([], OFFLINE_WITHIN_MS - (performance.now() - startedAt));
  console.log(`offline after ${Math.round(performance.now() - startedAt)} ms`);
  await storm.end();
  await server.disconnect();
  expect(await process.stop()).toBe(0);
  await postgres.stop();
});

it('has nobody online on an embedded database after it was killed and started again', async () => {
  const process = await startServerProcess();
  const { server, isOnline, usersOf } = clientOf(process);
  await server.upsertUsers(IDS.map(id => ({ id })));
  const storm = new Storm(process.url);
  await storm.connect(await usersOf(IDS), { overMs: 0 });
  await isOnline(IDS);
  await process.crash();
  await process.restart();
  const { users } = await server.queryUsers({ online: true });
  expect(users).toEqual([]);
  await storm.connect(await usersOf(['jane']), { overMs: 0 });
  await isOnline(['jane']);
  await storm.end();
  await server.disconnect();
  expect(await process.stop()).toBe(0);
});
