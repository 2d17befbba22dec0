import { LIMITS, type ListTasksOptions, TASK_STATUSES, TASK_TYPES, type Task } from '@rollcall/protocol';
import { type Command, Option } from 'commander';
import type { CommandContext } from '../context.js';
import { examples } from '../options/examples.js';
import { wholeNumber } from '../options/option-values.js';
import { Printer } from '../output/printer.js';
import { alignCells, formatCount } from '../output/terminal-text.js';
import { withClient, withClientUntilDone } from '../server-access.js';
import { exitCodeOf, followTask, taskLines } from './follow-task.js';

/** `rollcall tasks list`, `get`, `watch` and `cancel`. */
export function addTasksCommands(program: Command, context: CommandContext): void {
  const tasks = program
    .command('tasks')
    .description('show and cancel long-running work')
    .addHelpText('after', examples('rollcall tasks list --status running'));
  const printer = new Printer(context.stdout);

  tasks
    .command('list')
    .description('list the newest tasks')
    .addOption(new Option('--status <status>', 'only tasks with this status').choices(TASK_STATUSES))
    .addOption(new Option('--type <type>', 'only tasks of this type').choices(TASK_TYPES))
    .addOption(
      new Option('--limit <count>', 'print at most this many tasks')
        .argParser(wholeNumber(1, LIMITS.pageTasks))
        .default(LIMITS.pageTasksDefault),
    )
    .addHelpText('after', examples('rollcall tasks list --status running --limit 10'))
    .action(async (options: ListTasksOptions, command: Command) => {
      const { tasks: found } = await withClient(command, context, client => client.listTasks(options));
      const lines = printer.human
        ? alignCells([TASK_HEADING, ...found.map(taskCells)])
        : found.map(task => JSON.stringify(task));
      for (const line of lines) await printer.line(line);
    });

  tasks
    .command('get')
    .description('print one task, with the result for each user')
    .argument('<task id>')
    .addHelpText('after', examples('rollcall tasks get 019a3c4e-7d1b-7f00-8000-3f2b6c1d9e4a'))
    .action(async (id: string, _options: object, command: Command) => {
      const task = await withClient(command, context, client => client.getTask(id));
      await printer.show(task, () => taskLines(task));
    });

  tasks
    .command('watch')
    .description('show the progress of a task until it ends')
    .argument('<task id>')
    .addHelpText('after', examples('rollcall tasks watch 019a3c4e-7d1b-7f00-8000-3f2b6c1d9e4a'))
    .action(async (id: string, _options: object, command: Command) => {
      const task = await withClientUntilDone(command, context, client =>
        followTask(client.watchTask(id, { signal: context.interrupted }), context),
      );
      await printer.show(task, () => taskLines(task));
      context.exitCode = exitCodeOf(task);
    });

  tasks
    .command('cancel')
    .description('stop a task; the users that it has finished stay changed')
    .argument('<task id>')
    .addHelpText('after', examples('rollcall tasks cancel 019a3c4e-7d1b-7f00-8000-3f2b6c1d9e4a'))
    .action(async (id: string, _options: object, command: Command) => {
      const task = await withClient(command, context, client => client.cancelTask(id));
      await printer.show(task, () => taskLines(task));
    });
}

/** The headings of {@link taskCells}. */
const TASK_HEADING = ['TASK', 'TYPE', 'STATUS', 'DONE', 'TOTAL', 'FAILED', 'CREATED'];

/** A task as one line of a table. */
function taskCells(task: Task): string[] {
  const { done, total, failed } = task.progress;
  return [
    task.task_id,
    task.type,
    task.status,
    formatCount(done),
    formatCount(total),
    formatCount(failed),
    new Date(task.created_at).toISOString(),
  ];
}
