import {
  type DeleteUsersOptions,
  type DeletionPreview,
  LIMITS,
  MESSAGE_DELETION_MODES,
  PAIR_DELETION_MODES,
  USER_DELETION_MODES,
} from '@rollcall/protocol';
import { type Command, Option } from 'commander';
import type { CommandContext } from '../context.js';
import { examples } from '../options/examples.js';
import { Printer } from '../output/printer.js';
import { countOf, formatCount } from '../output/terminal-text.js';
import { withClient } from '../server-access.js';
import { addCounts, inTasks, productLines } from './in-tasks.js';
import { batchesOf, createUserIdsCommand, readUserIds, type UserIdsOptions } from './user-ids.js';

interface DeleteOptions
  extends UserIdsOptions,
    Pick<DeleteUsersOptions, 'user' | 'messages' | 'conversations' | 'calls'> {
  newChannelOwner?: string;
  wait?: true;
  dryRun?: true;
}

/** `rollcall users delete`: deletes users in tasks; with `--dry-run` it only counts. */
export function addUsersDeleteCommand(users: Command, context: CommandContext): void {
  createUserIdsCommand(users, 'delete')
    .description('delete users: they are marked as deleted at once, and a task does the rest')
    .addOption(
      new Option('--user <mode>', 'how to delete the users themselves (default: soft)').choices(
        USER_DELETION_MODES,
      ),
    )
    .addOption(
      new Option(
        '--messages <mode>',
        'how to delete their messages and activities (default: keep them)',
      ).choices(MESSAGE_DELETION_MODES),
    )
    .addOption(
      new Option(
        '--conversations <mode>',
        'how to delete their channels with one other user (default: keep)',
      ).choices(PAIR_DELETION_MODES),
    )
    .addOption(
      new Option('--calls <mode>', 'how to delete their calls with one other user (default: keep)').choices(
        PAIR_DELETION_MODES,
      ),
    )
    .option('--new-channel-owner <id>', 'the new owner of their channels; only with --user hard')
    .option('--wait', 'wait for the task, and show its progress')
    .option('--dry-run', 'change nothing; print how much would be deleted')
    .addHelpText(
      'after',
      examples(
        'rollcall users delete --ids-from leavers.txt --user hard --messages hard --conversations hard --dry-run',
        'rollcall users delete jane --wait',
      ),
    )
    .action(async (given: string[], options: DeleteOptions, command: Command) => {
      const { user, messages, conversations, calls, newChannelOwner, createdBy } = options;
      // Which of them go together is the server's to say.
      const how = {
        user,
        messages,
        conversations,
        calls,
        new_channel_owner_id: newChannelOwner,
        created_by_id: createdBy,
      } as DeleteUsersOptions;
      const ids = await readUserIds(given, options.idsFrom, context);
      if (options.dryRun) {
        await preview(ids, how, { command, context });
        return;
      }
      await inTasks(ids, { command, context, wait: options.wait }, (client, batch) =>
        client.deleteUsers(batch, how),
      );
    });
}

async function preview(
  ids: readonly string[],
  how: DeleteUsersOptions,
  { command, context }: { command: Command; context: CommandContext },
): Promise<void> {
  const sum: DeletionPreview = { users: 0, products: {} };
  await withClient(command, context, async client => {
    for (const batch of batchesOf(ids, LIMITS.batchUsers)) {
      const { users, products } = await client.previewDeleteUsers(batch, how);
      sum.users += users;
      addCounts(sum.products, products);
    }
  });
  await new Printer(context.stdout).show({ type: 'preview', ...sum }, () => [
    `${formatCount(sum.users)} of ${countOf(ids.length, 'user')} would be deleted`,
    ...productLines(sum.products),
  ]);
}
