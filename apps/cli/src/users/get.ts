import { LIMITS, RollcallError, type User } from '@rollcall/protocol';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { Printer } from '../output/printer.js';
import { withClient } from '../with-client.js';
import { userLines } from './describe-user.js';

/** `rollcall users get`: whole users by id. */
export function addUsersGetCommand(users: Command, context: CommandContext): void {
  users
    .command('get')
    .description('print users, deactivated ones too')
    .argument('<id...>')
    .action(async (given: string[], _options: object, command: Command) => {
      const ids = [...new Set(given)];
      const found = new Map<string, User>();
      await withClient(command, context, async client => {
        for (let start = 0; start < ids.length; start += LIMITS.pageUsers) {
          const some = ids.slice(start, start + LIMITS.pageUsers);
          const options = { limit: LIMITS.pageUsers, include_deactivated_users: true };
          const answer = await client.queryUsers({ id: { $in: some } }, [], options);
          for (const user of answer.users) found.set(user.id, user);
        }
      });
      const printer = new Printer(context.stdout);
      const missing: string[] = [];
      for (const id of ids) {
        const user = found.get(id);
        if (user) await printer.show(user, () => userLines(user));
        else missing.push(id);
      }
      if (missing.length > 0)
        throw new RollcallError('USER_NOT_FOUND', `no such user: ${missing.join(', ')}`);
    });
}
