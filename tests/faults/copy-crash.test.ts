import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServerClient } from '@rollcall/client/server';
import { freshDatabaseOn, startPostgres, temporaryFolder } from '@rollcall/testing';
import { expect, it } from 'vitest';
import { fillWithContent } from '../support/data/content-of-many.js';
import { startCopy } from '../support/processes/copy-command.js';
import { SECRET, startServerProcess } from '../support/processes/server-process.js';
import { seededRandom } from '../support/seeded-random.js';

/** So many copies are killed before they end. */
const HITS = 5;
const ids = Array.from({ length: 2000 }, (_, index) => `person-${String(index).padStart(4, '0')}`);

/**
 * The server was killed, so that a part of what it acknowledged stands in the log in front of its file only; the copy is
 * killed at random moments.
 */
it('copies everything of a server that was killed, however often the copy itself is', async () => {
  const random = seededRandom('copy-crash');
  const file = join(await temporaryFolder(), 'rollcall.sqlite');
  const from = `sqlite:${file}`;
  const postgres = await startPostgres();
  const old = await startServerProcess({ databaseUrl: from });
  const server = createServerClient({ url: old.url, secret: SECRET });
  expect(await server.importUsers(ids.map(id => ({ id })))).toMatchObject({ failed: 0 });
  await old.stop();
  fillWithContent(file, ids, { messages: 10, channels: 2, calls: 2, activities: 5 });
  await old.restart();
  await server.importUsers(ids.map(id => ({ id, late: true })));
  await old.crash();

  const whole = startCopy(from, await freshDatabaseOn(postgres.url));
  const reference = await whole.ended;
  expect({ code: reference.code, stderr: reference.code === 0 ? '' : reference.stderr }).toEqual({
    code: 0,
    stderr: '',
  });

  let to = await freshDatabaseOn(postgres.url);
  let hits = 0;
  for (let round = 1; hits < HITS; round++) {
    expect(round, 'most copies are hit before they end').toBeLessThan(3 * HITS);
    const copy = startCopy(from, to);
    await copy.stage('finishing');
    await sleep(random() * (reference.summary?.finishing_ms ?? 0) * 0.6);
    copy.kill('SIGKILL');
    const ended = (await copy.ended).code !== null;
    if (!ended) hits += 1;
    // A copy that goes on for the third time has little left to do, and would seldom be hit.
    if (ended || (hits < HITS && hits % 2 === 0)) to = await freshDatabaseOn(postgres.url);
  }
  await expect(startServerProcess({ databaseUrl: to })).rejects.toThrow('an unfinished copy');
  const { code, summary } = await startCopy(from, to).ended;
  expect(code).toBe(0);
  expect(summary?.tables).toEqual(reference.summary?.tables);

  const moved = await startServerProcess({ databaseUrl: to });
  const there = createServerClient({ url: moved.url, secret: SECRET });
  const { users } = await there.queryUsers({ late: true }, [{ field: 'id', direction: -1 }], { limit: 1 });
  expect(users.map(({ id }) => id)).toEqual([ids.at(-1)]);
  await there.disconnect();
  await server.disconnect();
  expect(await moved.stop()).toBe(0);
  await postgres.stop();
});

it('ends in good order on an interrupt while it waits, and changes neither side for a server', async () => {
  const postgres = await startPostgres();
  const process = await startServerProcess({
    databaseUrl: `sqlite:${join(await temporaryFolder(), 'rollcall.sqlite')}`,
  });
  const server = createServerClient({ url: process.url, secret: SECRET });
  await server.upsertUsers([{ id: 'jane' }]);
  const copy = startCopy(process.databaseUrl, postgres.url);
  await copy.stage('waiting');
  copy.kill('SIGINT');
  const { code, summary } = await copy.ended;
  expect({ code, finished: summary?.finished }).toEqual({ code: 2, finished: false });
  const impatient = await startCopy(process.databaseUrl, postgres.url, ['--no-wait']).ended;
  expect({ code: impatient.code, finished: impatient.summary?.finished }).toEqual({
    code: 1,
    finished: false,
  });
  await server.upsertUsers([{ id: 'john' }]);
  expect(await process.stop()).toBe(0);
  await process.restart();
  expect((await server.queryUsers({})).users).toHaveLength(2);
  await server.disconnect();
  expect(await process.stop()).toBe(0);
  await postgres.stop();
});
