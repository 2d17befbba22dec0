import type { ServerClient } from '@rollcall/client/server';
import { LIMITS } from '@rollcall/protocol';
import type { Command } from 'commander';
import type { CommandContext, ExitCode } from '../context.js';
import { taskLines } from '../output/describe-task.js';
import { Printer } from '../output/printer.js';
import { exitCodeOf, followTask } from '../task-progress.js';
import { withClientToTheEnd } from '../with-client.js';

/** `rollcall users deactivate` and `rollcall users reactivate`: as tasks, because there may be many. */
export function addUsersLifeCycleCommands(users: Command, context: CommandContext): void {
  addTaskCommand(users, 'deactivate')
    .description('deactivate users: they cannot connect or call anything; their data stays')
    .action((ids: string[], options: LifeCycleOptions, command: Command) =>
      inTasks(ids, { command, context, wait: options.wait }, (client, some) =>
        client.deactivateUsers(some, { created_by_id: options.createdBy }),
      ),
    );
  addTaskCommand(users, 'reactivate')
    .description('let deactivated users in again')
    .action((ids: string[], options: LifeCycleOptions, command: Command) =>
      inTasks(ids, { command, context, wait: options.wait }, (client, some) =>
        client.reactivateUsers(some, { created_by_id: options.createdBy }),
      ),
    );
}

interface LifeCycleOptions {
  wait?: true;
  createdBy?: string;
}

function addTaskCommand(users: Command, name: string): Command {
  return users
    .command(name)
    .argument('<id...>')
    .option('--created-by <id>', 'the user on whose behalf it is done')
    .option('--wait', 'show the progress and wait for the end');
}

/** Starts one task for each hundred users; with `wait`, one after the other, so that one end is known before the next begins. */
async function inTasks(
  given: string[],
  run: { command: Command; context: CommandContext; wait?: boolean },
  start: (client: ServerClient, ids: string[]) => Promise<{ task_id: string }>,
): Promise<void> {
  const ids = [...new Set(given)];
  const printer = new Printer(run.context.stdout);
  await withClientToTheEnd(run.command, run.context, async client => {
    for (let from = 0; from < ids.length; from += LIMITS.batchUsers) {
      if (run.context.interrupted.aborted) return;
      const { task_id } = await start(client, ids.slice(from, from + LIMITS.batchUsers));
      if (!run.wait) {
        await printer.show({ task_id }, () => [
          `task ${task_id}; follow it with: rollcall tasks watch ${task_id}`,
        ]);
        continue;
      }
      const states = client.watchTask(task_id, { signal: run.context.interrupted });
      const task = await followTask(states, run.context);
      await printer.show(task, () => taskLines(task));
      run.context.exitCode = Math.max(run.context.exitCode, exitCodeOf(task)) as ExitCode;
    }
  });
}
