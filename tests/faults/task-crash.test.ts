import { createServerClient } from '@rollcall/client/server';
import { expect, it } from 'vitest';
import { EventCollector } from '../support/listeners/event-collector.js';
import { SECRET, startServerProcess } from '../support/processes/server-process.js';
import { seededRandom } from '../support/seeded-random.js';

const ids = Array.from({ length: 100 }, (_, index) => `u-${String(index).padStart(3, '0')}`);

/**
 * The server is killed at a random moment of the task. What counts is the runs that were hit in the middle: the test
 * goes on until there were three, so that it cannot pass by luck.
 */
it('goes on with a task after SIGKILL in the middle: each user is deactivated once', async () => {
  const random = seededRandom('task-crash');
  const process = await startServerProcess();
  const server = createServerClient({ url: process.url, secret: SECRET });
  await server.upsertUsers(ids.map(id => ({ id })));
  let hitInTheMiddle = 0;
  for (let round = 0; hitInTheMiddle < 3; round++) {
    expect(round, 'three of forty runs are hit in the middle').toBeLessThan(40);
    const { position } = await server.queryUsers({}, [], { limit: 1 });
    const { task_id } = await server.deactivateUsers(ids);
    await new Promise(resolve => setTimeout(resolve, random() * 60));
    await process.crash();
    const crashedAt = Date.now();
    await process.restart();
    const seen = [];
    for await (const task of server.watchTask(task_id)) seen.push(task);
    expect(seen.at(-1)).toMatchObject({
      status: 'completed',
      progress: { done: 100, total: 100, failed: 0 },
    });
    const listener = new EventCollector(server, { lastEventId: position });
    await listener.count(102);
    expect(listener.names).toEqual([
      'task.created',
      ...ids.map(id => `user.deactivated ${id}`),
      'task.completed',
    ]);
    // By the log: when the server answers again, the task may have gone on and be done.
    const before = listener.events.filter(
      event => event.type === 'user.deactivated' && event.created_at <= crashedAt,
    ).length;
    if (before > 0 && before < ids.length) hitInTheMiddle += 1;
    await listener.stop();
    await server.waitForTask((await server.reactivateUsers(ids)).task_id);
  }
  await server.disconnect();
  expect(await process.stop()).toBe(0);
});
