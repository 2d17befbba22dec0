import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { inTasks } from './in-tasks.js';
import { createUserIdsCommand, readUserIds, type UserIdsOptions } from './user-ids.js';

interface LifeCycleOptions extends UserIdsOptions {
  wait?: true;
  markMessagesDeleted?: true;
  restoreMessages?: true;
  restoreContent?: true;
}

/** `rollcall users deactivate`, `reactivate` and `restore`: as tasks, because there may be many users. */
export function addUsersLifeCycleCommands(users: Command, context: CommandContext): void {
  addTaskCommand(users, 'deactivate')
    .description('deactivate users: they cannot connect or call anything; their data stays')
    .option('--mark-messages-deleted', 'hide their messages, too')
    .action(async (given: string[], options: LifeCycleOptions, command: Command) => {
      const how = { created_by_id: options.createdBy, mark_messages_deleted: options.markMessagesDeleted };
      const ids = await readUserIds(given, options.idsFrom, context);
      await inTasks(ids, { command, context, wait: options.wait }, (client, batch) =>
        client.deactivateUsers(batch, how),
      );
    });
  addTaskCommand(users, 'reactivate')
    .description('let deactivated users in again')
    .option('--restore-messages', 'bring back the messages that the deactivation hid')
    .action(async (given: string[], options: LifeCycleOptions, command: Command) => {
      const how = { created_by_id: options.createdBy, restore_messages: options.restoreMessages };
      const ids = await readUserIds(given, options.idsFrom, context);
      await inTasks(ids, { command, context, wait: options.wait }, (client, batch) =>
        client.reactivateUsers(batch, how),
      );
    });
  addTaskCommand(users, 'restore')
    .description('bring back users that were soft-deleted')
    .option('--restore-content', 'bring back the content, too, that their deletion hid')
    .action(async (given: string[], options: LifeCycleOptions, command: Command) => {
      const how = { created_by_id: options.createdBy, restore_content: options.restoreContent };
      const ids = await readUserIds(given, options.idsFrom, context);
      await inTasks(ids, { command, context, wait: options.wait }, (client, batch) =>
        client.restoreUsers(batch, how),
      );
    });
}

function addTaskCommand(users: Command, name: string): Command {
  return createUserIdsCommand(users, name).option('--wait', 'show the progress and wait for the end');
}
