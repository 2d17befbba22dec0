import { isEnded, LIMITS, type Task } from '@rollcall/protocol';
import { listTasksOptionsSchema, taskIdSchema } from '@rollcall/protocol/schemas';
import { z } from 'zod';
import { boundedPage } from '../bounded-page.js';
import { shownTask } from '../shown-task.js';
import { type Tool, type ToolCall, tool } from '../tool.js';

/** Agents give up on a call after a minute. */
const MAX_WAIT_SECONDS = 50;

/** The tools that read tasks, the long-running work. */
export const TASK_TOOLS: readonly Tool[] = [
  tool({
    name: 'list_tasks',
    title: 'List tasks',
    description: 'Lists the long-running work of the server, such as deletions of many users, newest first.',
    input: listTasksOptionsSchema,
    run: async ({ limit = LIMITS.pageTasksDefault, ...which }, { client }) => {
      const read = async (count: number) => {
        const page = await client.listTasks({ ...which, limit: count });
        return { items: page.tasks, next: page.next };
      };
      const { items, ...more } = await boundedPage(limit, read, (task: Task) => shownTask(task));
      return { tasks: items, ...more };
    },
  }),
  tool({
    name: 'get_task',
    title: 'Get a task, or wait for it',
    description:
      'Reads a task: how far it is, and what became of its users. With wait_seconds it waits until the task has ended, for that long at most, and reads it then.',
    input: z.strictObject({
      task_id: taskIdSchema,
      wait_seconds: z.number().int().min(0).max(MAX_WAIT_SECONDS).default(0),
    }),
    run: async ({ task_id, wait_seconds }, call) => {
      const task = await call.client.getTask(task_id);
      const waits = wait_seconds > 0 && !isEnded(task.status);
      return { task: shownTask(waits ? await followed(task, wait_seconds, call) : task) };
    },
  }),
];

/** The task when it has ended, or as it is when the time is over. */
async function followed(
  task: Task,
  waitSeconds: number,
  { client, signal, report }: ToolCall,
): Promise<Task> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(waitSeconds * 1000)]);
  let last = task;
  for await (const state of client.watchTask(task.task_id, { signal: until })) {
    last = state;
    const { done, failed, total } = state.progress;
    report({ done: done + failed, total });
  }
  // What the stream sends may be without the results.
  return isEnded(last.status) ? client.getTask(task.task_id) : last;
}
