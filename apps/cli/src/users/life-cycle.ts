import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { examples } from '../options/examples.js';
import { inTasks } from './in-tasks.js';
import { createUserIdsCommand, readUserIds, type UserIdsOptions } from './user-ids.js';

interface LifeCycleOptions extends UserIdsOptions {
  wait?: true;
  markMessagesDeleted?: true;
  restoreMessages?: true;
  restoreContent?: true;
}

/** `rollcall users deactivate`, `reactivate` and `restore`. They run as tasks, because there may be many users. */
export function addUsersLifeCycleCommands(users: Command, context: CommandContext): void {
  addTaskCommand(users, 'deactivate')
    .description('deactivate users: they can no longer sign in; their data stays')
    .option('--mark-messages-deleted', 'also hide their messages')
    .addHelpText('after', examples('rollcall users deactivate jane john --mark-messages-deleted --wait'))
    .action(async (given: string[], options: LifeCycleOptions, command: Command) => {
      const how = { created_by_id: options.createdBy, mark_messages_deleted: options.markMessagesDeleted };
      const ids = await readUserIds(given, options.idsFrom, context);
      await inTasks(ids, { command, context, wait: options.wait }, (client, batch) =>
        client.deactivateUsers(batch, how),
      );
    });
  addTaskCommand(users, 'reactivate')
    .description('let deactivated users sign in again')
    .option('--restore-messages', 'also show the messages that the deactivation hid')
    .addHelpText('after', examples('rollcall users reactivate jane john --restore-messages'))
    .action(async (given: string[], options: LifeCycleOptions, command: Command) => {
      const how = { created_by_id: options.createdBy, restore_messages: options.restoreMessages };
      const ids = await readUserIds(given, options.idsFrom, context);
      await inTasks(ids, { command, context, wait: options.wait }, (client, batch) =>
        client.reactivateUsers(batch, how),
      );
    });
  addTaskCommand(users, 'restore')
    .description('restore soft-deleted users')
    .option('--restore-content', 'also restore the content that their deletion hid')
    .addHelpText('after', examples('rollcall users restore jane --restore-content --created-by support'))
    .action(async (given: string[], options: LifeCycleOptions, command: Command) => {
      const how = { created_by_id: options.createdBy, restore_content: options.restoreContent };
      const ids = await readUserIds(given, options.idsFrom, context);
      await inTasks(ids, { command, context, wait: options.wait }, (client, batch) =>
        client.restoreUsers(batch, how),
      );
    });
}

function addTaskCommand(users: Command, name: string): Command {
  return createUserIdsCommand(users, name).option('--wait', 'wait for the task, and show its progress');
}
