import type { ServerClient } from '@rollcall/client/server';
import { LIMITS, type Task } from '@rollcall/protocol';
import type { Command } from 'commander';
import { type CommandContext, EXIT_CODES } from '../context.js';
import { Printer } from '../output/printer.js';
import { taskLines } from '../tasks/describe-task.js';
import { exitCodeOf, followTask } from '../tasks/follow-task.js';
import { withClientToTheEnd } from '../with-client.js';
import { batchesOf } from './batches-of.js';
import { summarise, summaryLines } from './describe-outcomes.js';

/**
 * Starts one task for each hundred users; with `wait`, one after the other, so that the end of one is known before the
 * next begins, and with a summary of all of them at the end, however that comes.
 */
export async function inTasks(
  ids: readonly string[],
  run: { command: Command; context: CommandContext; wait?: boolean },
  start: (client: ServerClient, ids: string[]) => Promise<{ task_id: string }>,
): Promise<void> {
  const { command, context, wait } = run;
  const printer = new Printer(context.stdout);
  const ended: Task[] = [];
  const follow = async (client: ServerClient, task_id: string) => {
    const task = await followTask(client.watchTask(task_id, { signal: context.interrupted }), context);
    ended.push(task);
    context.exitCode = Math.max(context.exitCode, exitCodeOf(task));
    await printer.show(task, () => taskLines(task));
  };
  try {
    await withClientToTheEnd(command, context, async client => {
      for (const some of batchesOf(ids, LIMITS.batchUsers)) {
        if (context.interrupted.aborted) {
          context.exitCode = EXIT_CODES.stopped;
          return;
        }
        const { task_id } = await start(client, some);
        if (wait) await follow(client, task_id);
        else {
          await printer.show({ task_id }, () => [
            `task ${task_id}; follow it with: rollcall tasks watch ${task_id}`,
          ]);
        }
      }
    });
  } finally {
    const summary = summarise(ended);
    if (ended.length > 0) await printer.show(summary, () => summaryLines(summary));
  }
}
