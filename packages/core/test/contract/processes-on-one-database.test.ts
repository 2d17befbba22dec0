import { randomUUID } from 'node:crypto';
import type { Task } from '@rollcall/protocol';
import { describeOnPostgres, durationMs } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Directory, openDirectory } from '../../src/directory.js';
import { SERVER } from '../support/test-directory.js';
import { until } from '../support/until.js';

const EVENTS = 15;

describeOnPostgres('processes on one database', engine => {
  let url: string;
  let open: Directory[];

  beforeEach(async () => {
    url = await engine.migratedUrl();
    open = [];
  });

  afterEach(() => Promise.all(open.map(directory => directory.close())));

  async function openOne(options: { notifications?: boolean; runTasks?: boolean } = {}): Promise<Directory> {
    const directory = await openDirectory({
      databaseUrl: url,
      runTasks: false,
      ...options,
      onError: error => {
        throw error;
      },
    });
    open.push(directory);
    return directory;
  }

  /** The middle of the times after which one process hears what the other has written. */
  async function delayMs(writer: Directory, listener: Directory): Promise<number> {
    const delays: number[] = [];
    const { signal } = new AbortController();
    let position = await listener.events.position();
    // From the second wait on the log is followed.
    for (let number = 0; number <= EVENTS; number++) {
      const news = listener.events.waitBeyond(position, signal);
      await new Promise(resolve => setTimeout(resolve, 20 + 7 * number));
      await writer.users.upsert(SERVER, [{ id: randomUUID() }]);
      const startedAt = performance.now();
      for (let waiting = news; ; waiting = listener.events.waitBeyond(position, signal)) {
        await waiting;
        const page = await listener.events.pageAfter(position);
        if ('resyncAt' in page) throw new Error('the log lost its place');
        position = page.upTo;
        if (page.events.length > 0) break;
      }
      if (number > 0) delays.push(performance.now() - startedAt);
    }
    return delays.sort((a, b) => a - b)[Math.floor(delays.length / 2)] ?? 0;
  }

  it('hear of each other far sooner with notifications than without, and without them all the same', async () => {
    const [informed, without] = [await openOne(), await openOne({ notifications: false })];
    const writer = await openOne();
    const callMs = await durationMs(() => writer.users.upsert(SERVER, [{ id: randomUUID() }]));
    const told = await delayMs(writer, informed);
    const looked = await delayMs(writer, without);
    console.log(`heard after ${told.toFixed(0)} ms with notifications, ${looked.toFixed(0)} ms without`);
    expect(told).toBeLessThan(looked / 2);
    expect(looked).toBeLessThan(1500 + 20 * callMs);
  });

  it('hear how a task gets on that another one works on', async () => {
    const listener = await openOne();
    const heard: Task[] = [];
    listener.tasks.onProgress(({ task }) => heard.push(task));
    const worker = await openOne({ runTasks: true });
    const ids = Array.from({ length: 100 }, (_, index) => `jane-${index}`);
    await worker.users.upsert(
      SERVER,
      ids.map(id => ({ id })),
    );
    const ended = async (taskId: string) => {
      for await (const task of listener.tasks.watch(taskId, AbortSignal.timeout(30_000))) {
        if (task.status === 'completed') return;
      }
      throw new Error('the task did not end');
    };
    // Progress that nobody saw in time is overtaken by the end: then it is done again.
    await until('progress was heard', async () => {
      const taskId = await listener.lifeCycle.deactivateUsers(SERVER, ids, true);
      await ended(taskId);
      await ended(await listener.lifeCycle.reactivateUsers(SERVER, ids, true));
      return heard.some(({ task_id, progress: { done } }) => task_id === taskId && done > 0 && done < 100);
    });
    expect(new Set(heard.map(task => task.status))).toEqual(new Set(['running']));
  });
});
