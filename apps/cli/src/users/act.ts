import type { ActionOf, ServerClient } from '@rollcall/client/server';
import { type Filter, type JsonObject, LIMITS, type Task } from '@rollcall/protocol';
import { type Command, Option } from 'commander';
import type { CommandContext } from '../context.js';
import { examples } from '../options/examples.js';
import { parseJsonObjectOption, wholeNumber } from '../options/option-values.js';
import { Printer } from '../output/printer.js';
import { countOf, formatCount } from '../output/terminal-text.js';
import { withClient, withClientUntilDone } from '../server-access.js';
import { exitCodeOf, followTask, taskLines } from '../tasks/follow-task.js';
import { productLines } from './in-tasks.js';

interface ActOptions {
  filter: Filter;
  expect?: number;
  includeDeactivated?: true;
  createdBy?: string;
  wait?: true;
}

/** `rollcall users act`: says whom an action would concern, and with `--expect` does it to exactly so many, as a task. */
export function addUsersActCommand(users: Command, context: CommandContext): void {
  users
    .command('act')
    .description(
      'do one thing to all users that match a filter; without --expect only say how many there are',
    )
    .argument('<action>', 'such as {"type":"deactivate"}', parseJsonObjectOption)
    .addOption(
      new Option('--filter <json>', 'which users, such as {"role":"guest"}; {} means all')
        .argParser(parseJsonObjectOption)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--expect <count>', 'do it, if so many users match: no more and no fewer').argParser(
        wholeNumber(0, LIMITS.actionUsers),
      ),
    )
    .option('--include-deactivated', 'also deactivated users')
    .option('--created-by <id>', 'the user on whose behalf it is done')
    .option('--wait', 'wait for the task, and show its progress')
    .addHelpText(
      'after',
      examples(
        'rollcall users act \'{"type":"deactivate"}\' --filter \'{"role":"guest"}\'',
        'rollcall users act \'{"type":"deactivate"}\' --filter \'{"role":"guest"}\' --expect 1204 --wait',
      ),
    )
    .action(async (given: Record<string, unknown>, options: ActOptions, command: Command) => {
      const { filter, expect, includeDeactivated, createdBy } = options;
      // What an action may hold is the server's to say.
      const action = given as ActionOf<JsonObject>;
      const how = { include_deactivated_users: includeDeactivated ?? false, created_by_id: createdBy };
      const printer = new Printer(context.stdout);
      if (expect === undefined) {
        const seen = await withClient(command, context, client =>
          client.previewActOnUsers(filter, action, how),
        );
        const { count, more, sample, products } = seen;
        await printer.show({ type: 'preview', ...seen }, () => [
          `${formatCount(count)}${more ? '+' : ''} ${count === 1 ? 'user matches' : 'users match'}; nothing was changed`,
          ...(sample.length > 0 ? [`  such as ${sample.map(({ id }) => id).join(', ')}`] : []),
          ...productLines(products ?? {}),
          ...(more ? [] : [`to do it, add --expect ${count}`]),
        ]);
        return;
      }
      await withClientUntilDone(command, context, async client => {
        const { task_id } = await client.actOnUsers(filter, action, { ...how, expected: { count: expect } });
        if (options.wait) await follow(client, task_id, { context, printer });
        else {
          await printer.show({ task_id }, () => [
            `started task ${task_id}; to follow it, run: rollcall tasks watch ${task_id}`,
          ]);
        }
      });
    });
}

async function follow(
  client: ServerClient,
  taskId: string,
  { context, printer }: { context: CommandContext; printer: Printer },
): Promise<void> {
  const task = await followTask(client.watchTask(taskId, { signal: context.interrupted }), context);
  context.exitCode = Math.max(context.exitCode, exitCodeOf(task));
  await printer.show(task, () => [...taskLines(task), ...countLines(task)]);
}

function countLines({ result }: Task): string[] {
  if (!result?.counts) return [];
  const { done, unchanged, skipped, superseded } = result.counts;
  const parts = [
    `${countOf(done, 'user')} changed`,
    ...(unchanged > 0 ? [`${formatCount(unchanged)} already in that state`] : []),
    ...(skipped > 0 ? [`${formatCount(skipped)} did not match any more`] : []),
    ...(superseded > 0 ? [`${formatCount(superseded)} replaced by a later call`] : []),
  ];
  const { unlisted_failures: unlisted } = result;
  return [
    parts.join(', '),
    ...(unlisted ? [`${formatCount(unlisted)} more failed than are listed here`] : []),
  ];
}
