import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { addUsersDeleteCommand } from './delete.js';
import { addUsersExportCommand } from './export.js';
import { addUsersGetCommand } from './get.js';
import { addUsersHistoryCommand } from './history.js';
import { addUsersLifeCycleCommands } from './life-cycle.js';
import { addUsersQueryCommand } from './query.js';
import { addUsersUpdateCommand } from './update.js';
import { addUsersUpsertCommand } from './upsert.js';

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
