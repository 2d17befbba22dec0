import { join } from 'node:path';
import { createClient } from '@rollcall/client';
import { createServerClient } from '@rollcall/client/server';
import { startPostgres, temporaryFolder } from '@rollcall/testing';
import { expect, it } from 'vitest';
import { fillWithContent } from '../support/data/content-of-many.js';
import { EventCollector } from '../support/listeners/event-collector.js';
import { openMovingAddress } from '../support/network/moving-address.js';
import { startCopy } from '../support/processes/copy-command.js';
import { SECRET, startServerProcess } from '../support/processes/server-process.js';
import { until } from '../support/until.js';

/** Of users, each with eleven rows of content. */
const USERS = Number(process.env.ROLLCALL_TEST_COPY_USERS ?? 100_000);
const CONTENT = { messages: 3, channels: 1, calls: 1, activities: 1 };
const MAX_PEAK_BYTES = 320 * 1024 * 1024;
const ids = Array.from({ length: USERS }, (_, index) => `person-${String(index).padStart(6, '0')}`);

/** A writer that goes on whatever happens, and remembers what was acknowledged. */
function startWriter(server: ReturnType<typeof createServerClient>) {
  const acknowledged = new Map<string, number>();
  let stopped = false;
  let count = 0;
  const ended = (async () => {
    while (!stopped) {
      const id = ids[(count * 7919) % ids.length] as string;
      const value = count++;
      // What is refused while there is no server is not acknowledged, and not looked for.
      const answer = await server.partialUpdateUser({ id, set: { written: value } }).catch(() => undefined);
      if (answer) acknowledged.set(id, value);
      else await new Promise(resolve => setTimeout(resolve, 50));
    }
  })();
  return {
    acknowledged,
    stop: () => {
      stopped = true;
      return ended;
    },
  };
}

it(`moves a running installation of ${USERS} users with content to PostgreSQL: nothing acknowledged is lost, and listeners go on without a gap`, async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'rollcall.sqlite');
  const postgres = await startPostgres();
  // As by default: it is stopped while clients and listeners use it.
  const env = { ROLLCALL_DRAIN_MS: '2000' };
  const old = await startServerProcess({ databaseUrl: `sqlite:${file}`, env });
  const address = await openMovingAddress(old.url);
  const server = createServerClient({ url: address.url, secret: SECRET });
  let begun = performance.now();
  const took = () => {
    const ms = Math.round(performance.now() - begun);
    begun = performance.now();
    return ms;
  };
  const made = await server.importUsers(
    ids.map((id, index) => ({ id, name: `Person ${index}`, custom: { index, half: index / 2 } })),
    { concurrency: 4 },
  );
  expect(made).toMatchObject({ failed: 0 });
  expect(await old.stop()).toBe(0);
  fillWithContent(file, ids, CONTENT);
  console.log(`filled in ${took()} ms`);
  await old.restart();

  const token = await server.createToken('person-000001');
  const person = createClient({ url: address.url });
  await person.connectUser({ id: 'person-000001' }, token);
  const heard: string[] = [];
  person.on('user.updated', event => heard.push(event.user.id));
  person.on('resync', () => heard.push('resync'));
  const { position } = await server.queryUsers({}, [], { limit: 1 });
  const listeners = [1, 2].map(() => new EventCollector(server, { lastEventId: position }));
  const writer = startWriter(server);

  took();
  const command = startCopy(`sqlite:${file}`, postgres.url);
  await command.stage('waiting');
  console.log(`first pass in ${took()} ms, ${writer.acknowledged.size} writes meanwhile`);
  const { task_id } = await server.deactivateUsers(ids.slice(100, 200), { mark_messages_deleted: true });
  expect(await old.stop()).toBe(0);
  const downAt = performance.now();
  const { code, summary, stderr, peakBytes } = await command.ended;
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  const servers = await Promise.all([1, 2].map(() => startServerProcess({ databaseUrl: postgres.url })));
  address.moveTo(servers.map(({ url }) => url));
  console.log(
    `last pass ${summary?.finishing_ms} ms, pause ${Math.round(performance.now() - downAt)} ms; ${summary?.rows} rows, peak ${Math.round(peakBytes / 1024 / 1024)} MiB`,
  );
  expect(summary).toMatchObject({ finished: true });
  expect(summary?.rows).toBeGreaterThan(USERS * 12);
  expect(peakBytes).toBeLessThan(MAX_PEAK_BYTES);

  // The task goes on where it stood, on whichever of the two.
  let last = '';
  for await (const task of server.watchTask(task_id)) last = `${task.status} ${task.progress.done}`;
  expect(last).toBe('completed 100');
  const before = writer.acknowledged.size;
  await until('the writer goes on', () => writer.acknowledged.size > before + 20, 60_000);
  await writer.stop();
  const other = createServerClient({ url: servers[1]?.url ?? '', secret: SECRET });
  await other.partialUpdateUser({ id: 'person-000001', set: { last: true } });
  const { position: end } = await server.queryUsers({}, [], { limit: 1 });
  const lastSeq = Number(end.split('.')[1]);
  for (const listener of listeners) {
    await until('everything is heard', () => listener.positions.at(-1) === lastSeq, 60_000);
    expect(listener.events.filter(({ type }) => type === 'resync')).toEqual([]);
    const first = Number(position.split('.')[1]) + 1;
    expect(listener.positions).toEqual(listener.positions.map((_, index) => first + index));
    expect(new Set(listener.events.map(({ id }) => id?.split('.')[0]))).toEqual(
      new Set([position.split('.')[0]]),
    );
    await listener.stop();
    expect(listener.error).toBeUndefined();
  }
  await until('the person hears of itself', () => heard.includes('person-000001'), 60_000);
  expect(heard).not.toContain('resync');

  const written = [...writer.acknowledged];
  for (let start = 0; start < written.length; start += 100) {
    const some = new Map(written.slice(start, start + 100));
    const { users } = await server.queryUsers({ id: { $in: [...some.keys()] } }, [], {
      limit: 100,
      include_deactivated_users: true,
    });
    const found = new Map(users.map(({ id, custom }) => [id, Number(custom.written)]));
    for (const [id, value] of some) expect(found.get(id), id).toBeGreaterThanOrEqual(value);
  }
  await person.disconnectUser();
  await server.disconnect();
  await other.disconnect();
  await address.close();
  for (const one of servers) expect(await one.stop()).toBe(0);
  await postgres.stop();
});
