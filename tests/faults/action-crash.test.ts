import { createServerClient } from '@rollcall/client/server';
import type { Task } from '@rollcall/protocol';
import { expect, it } from 'vitest';
import { EventCollector } from '../support/listeners/event-collector.js';
import { SECRET, startServerProcess } from '../support/processes/server-process.js';
import { seededRandom } from '../support/seeded-random.js';

const USERS = 5000;
const ids = Array.from({ length: USERS }, (_, place) => `u-${String(place).padStart(4, '0')}`);

/**
 * The server is killed again and again at random moments of one action on all users. It counts only if it was hit in the
 * middle, so that the test cannot pass by luck.
 */
it('goes on with an action on all who match after SIGKILL in the middle: each user once, and the counts are what happened', async () => {
  const random = seededRandom('action-crash');
  const process = await startServerProcess();
  const server = createServerClient({ url: process.url, secret: SECRET });
  await server.importUsers(ids.map(id => ({ id, plan: 'free' })));
  const { position } = await server.queryUsers({}, [], { limit: 1 });
  const free = { plan: 'free' };
  const { count } = await server.previewActOnUsers(free, { type: 'deactivate' });
  expect(count).toBe(USERS);
  const { task_id } = await server.actOnUsers(free, { type: 'deactivate' }, { expected: { count } });
  let hit = 0;
  let task: Task;
  do {
    await new Promise(resolve => setTimeout(resolve, random() * 60));
    await process.crash();
    await process.restart();
    task = await server.getTask(task_id);
    if (task.progress.done > 0 && task.status !== 'completed') hit += 1;
  } while (hit < 3 && task.finished_at === undefined);
  expect(hit).toBeGreaterThan(0);
  task = await server.waitForTask(task_id);
  expect(task).toMatchObject({
    status: 'completed',
    progress: { done: USERS, total: USERS, failed: 0 },
    result: { users: {}, counts: { done: USERS, unchanged: 0, skipped: 0, failed: 0 } },
  });
  const listener = new EventCollector(server, { lastEventId: position });
  await listener.count(USERS + 2);
  expect(listener.names).toEqual([
    'task.created',
    ...ids.map(id => `user.deactivated ${id}`),
    'task.completed',
  ]);
  await listener.stop();
  await server.disconnect();
  expect(await process.stop()).toBe(0);
});

it('ends an action that is cancelled between two steps, and the task says what is stored', async () => {
  const process = await startServerProcess();
  const server = createServerClient({ url: process.url, secret: SECRET });
  await server.importUsers(ids.map(id => ({ id })));
  const { task_id } = await server.actOnUsers({}, { type: 'ban' }, { expected: { count: USERS } });
  for await (const { progress } of server.watchTask(task_id)) {
    if (progress.done > 0) await server.cancelTask(task_id);
  }
  const task = await server.waitForTask(task_id);
  const { count: banned } = await server.countUsers({ banned: true }, { up_to: USERS });
  expect(task.status).toBe('cancelled');
  expect(banned).toBeGreaterThan(0);
  expect(banned).toBeLessThan(USERS);
  expect(task.progress).toEqual({ done: banned, total: USERS, failed: 0 });
  expect(task.result?.counts).toMatchObject({ done: banned });
  await server.disconnect();
  expect(await process.stop()).toBe(0);
});
