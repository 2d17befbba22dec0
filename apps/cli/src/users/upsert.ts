import { text } from 'node:stream/consumers';
import { LIMITS, RollcallError, type UpsertUserInput } from '@rollcall/protocol';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { Printer } from '../output/printer.js';
import { withClient } from '../with-client.js';
import { userLines } from './describe-user.js';

/** `rollcall users upsert`: creates or replaces a batch of users, all or nothing. */
export function addUsersUpsertCommand(users: Command, context: CommandContext): void {
  users
    .command('upsert')
    .description(
      `create or replace up to ${LIMITS.batchUsers} users, all or nothing; fields that are not given are reset`,
    )
    .argument('<json>', 'one user or an array of users; - reads standard input')
    .action(async (given: string, _options: object, command: Command) => {
      const inputs = parseUsers(given === '-' ? await text(context.stdin) : given);
      const answer = await withClient(command, context, client => client.upsertUsers(inputs));
      const printer = new Printer(context.stdout);
      for (const { id } of inputs) {
        const user = answer.users[id];
        if (user) await printer.show(user, () => userLines(user));
      }
    });
}

function parseUsers(json: string): UpsertUserInput[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw invalid(`this is not JSON: ${(error as Error).message}`);
  }
  const users = Array.isArray(value) ? value : [value];
  if (users.length === 0) throw invalid('there is no user in it');
  if (users.length > LIMITS.batchUsers) {
    throw invalid(`at most ${LIMITS.batchUsers} users at once; "rollcall import" takes any number`);
  }
  return users as UpsertUserInput[];
}

function invalid(message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', message);
}
