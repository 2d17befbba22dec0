import { createServerClient, type ServerClient } from '@rollcall/client/server';
import type { Task } from '@rollcall/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EventCollector } from '../support/listeners/event-collector.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';

let process: ServerProcess;
let server: ServerClient;
const ids = Array.from({ length: 100 }, (_, index) => `u-${String(index).padStart(3, '0')}`);

beforeEach(async () => {
  process = await startServerProcess();
  server = createServerClient({ url: process.url, secret: SECRET });
  await server.upsertUsers(ids.map(id => ({ id })));
});

afterEach(async () => {
  await server.disconnect();
  await process.stop();
});

it('deactivates 100 users under the eyes of a watcher: the state at once, progress, the end', async () => {
  const { position } = await server.queryUsers({}, [], { limit: 1 });
  const { task_id } = await server.deactivateUsers(ids);
  const seen: Task[] = [];
  for await (const task of server.watchTask(task_id)) seen.push(task);
  expect(seen[0]?.progress.total).toBe(100);
  const done = seen.map(task => task.progress.done);
  expect(done).toEqual([...done].sort((a, b) => a - b));
  expect(seen.at(-1)).toMatchObject({ status: 'completed', progress: { done: 100, total: 100, failed: 0 } });
  expect(Object.values(seen.at(-1)?.result?.users ?? {}).every(outcome => outcome.status === 'done')).toBe(
    true,
  );

  const listener = new EventCollector(server, { lastEventId: position });
  await listener.count(102);
  expect(listener.names).toEqual([
    'task.created',
    ...ids.map(id => `user.deactivated ${id}`),
    'task.completed',
  ]);
  await listener.stop();
});

it('tells of progress as ephemeral events, which carry no id', async () => {
  const heard: { type: string; id?: string }[] = [];
  const subscription = server.on('task.progress', event => heard.push(event));
  await server
    .watchEvents({ signal: AbortSignal.timeout(500) })
    [Symbol.asyncIterator]()
    .next();
  for (let round = 0; round < 5 && heard.length === 0; round++) {
    await server.waitForTask((await server.deactivateUsers(ids)).task_id);
    await server.waitForTask((await server.reactivateUsers(ids)).task_id);
  }
  subscription.unsubscribe();
  expect(heard.length).toBeGreaterThan(0);
  expect(heard.every(event => event.id === undefined)).toBe(true);
});

it('refuses a batch with an unknown user before anything changes', async () => {
  await expect(server.deactivateUsers(['u-000', 'nobody'])).rejects.toMatchObject({
    code: 'USER_NOT_FOUND',
    index: 1,
  });
  expect((await server.listTasks()).tasks).toEqual([]);
});
