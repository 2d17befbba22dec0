import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { addUsersDeleteCommand } from './users-delete.js';
import { addUsersExportCommand } from './users-export.js';
import { addUsersGetCommand } from './users-get.js';
import { addUsersHistoryCommand } from './users-history.js';
import { addUsersLifeCycleCommands } from './users-life-cycle.js';
import { addUsersQueryCommand } from './users-query.js';
import { addUsersUpdateCommand } from './users-update.js';
import { addUsersUpsertCommand } from './users-upsert.js';

/** `rollcall users …` */
export function addUsersCommands(program: Command, context: CommandContext): void {
  const users = program.command('users').description('look at users and change them');
  addUsersGetCommand(users, context);
  addUsersQueryCommand(users, context);
  addUsersHistoryCommand(users, context);
  addUsersUpsertCommand(users, context);
  addUsersUpdateCommand(users, context);
  addUsersLifeCycleCommands(users, context);
  addUsersDeleteCommand(users, context);
  addUsersExportCommand(users, context);
}
