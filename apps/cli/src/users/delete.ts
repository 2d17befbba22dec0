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
import { Printer } from '../output/printer.js';
import { formatCount } from '../output/terminal-text.js';
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

/** `rollcall users delete`: as tasks; with `--dry-run` only in counts. */
export function addUsersDeleteCommand(users: Command, context: CommandContext): void {
  createUserIdsCommand(users, 'delete')
    .description('delete users: marked as deleted at once, the rest as a task; what is not named is kept')
    .addOption(
      new Option('--user <mode>', 'what becomes of the users (default: soft)').choices(USER_DELETION_MODES),
    )
    .addOption(
      new Option('--messages <mode>', 'their messages, and activities').choices(MESSAGE_DELETION_MODES),
    )
    .addOption(new Option('--conversations <mode>', 'their channels of two').choices(PAIR_DELETION_MODES))
    .addOption(new Option('--calls <mode>', 'their calls of two').choices(PAIR_DELETION_MODES))
    .option('--new-channel-owner <id>', 'who owns their channels; with --user hard only')
    .option('--wait', 'show the progress and wait for the end')
    .option('--dry-run', 'change nothing; say how much would be deleted')
    .action(async (given: string[], options: DeleteOptions, command: Command) => {
      const { user, messages, conversations, calls, newChannelOwner, createdBy } = options;
      const how: DeleteUsersOptions = {
        user,
        messages,
        conversations,
        calls,
        new_channel_owner_id: newChannelOwner,
        created_by_id: createdBy,
      };
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
    `${formatCount(sum.users)} of ${formatCount(ids.length)} users would be deleted`,
    ...productLines(sum.products),
  ]);
}
