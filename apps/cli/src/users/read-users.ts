import { type Filter, LIMITS, RollcallError, type SortKey, type User } from '@rollcall/protocol';
import { type Command, Option } from 'commander';
import type { CommandContext } from '../context.js';
import { examples } from '../options/examples.js';
import { parseJsonObjectOption, parseSortOption, wholeNumber } from '../options/option-values.js';
import { Printer } from '../output/printer.js';
import { alignCells } from '../output/terminal-text.js';
import { withClient } from '../server-access.js';
import { USER_HEADING, userCells, userLines } from './describe-user.js';

/** `rollcall users get`: prints users by id. */
export function addUsersGetCommand(users: Command, context: CommandContext): void {
  users
    .command('get')
    .description('print users by id, also deactivated ones')
    .argument('<id...>')
    .addHelpText('after', examples('rollcall users get jane john'))
    .action(async (given: string[], _options: object, command: Command) => {
      const ids = [...new Set(given)];
      const found = new Map<string, User>();
      await withClient(command, context, async client => {
        for (let start = 0; start < ids.length; start += LIMITS.pageUsers) {
          const batch = ids.slice(start, start + LIMITS.pageUsers);
          const options = { limit: LIMITS.pageUsers, include_deactivated_users: true };
          const answer = await client.queryUsers({ id: { $in: batch } }, [], options);
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
        throw new RollcallError('USER_NOT_FOUND', `there is no user ${missing.join(', ')}`);
    });
}

interface QueryOptions {
  filter?: Filter;
  sort?: SortKey[];
  limit: number;
  includeDeactivated?: true;
  json?: true;
}

/** `rollcall users query`: prints the users that match a filter. */
export function addUsersQueryCommand(users: Command, context: CommandContext): void {
  users
    .command('query')
    .description('print the users that match a filter')
    .addOption(
      new Option('--filter <json>', 'such as {"role":"admin"} (default: all users)').argParser(
        parseJsonObjectOption,
      ),
    )
    .addOption(
      new Option('--sort <keys>', 'such as role:asc,created_at:desc (default: newest first)').argParser(
        parseSortOption,
      ),
    )
    .addOption(
      new Option('--limit <count>', 'print at most this many users')
        .argParser(wholeNumber(1, 1_000_000))
        .default(LIMITS.pageUsersDefault),
    )
    .option('--include-deactivated', 'also print deactivated users')
    .option('--json', 'print whole users as JSON lines, also on a terminal')
    .addHelpText(
      'after',
      examples(
        'rollcall users query --filter \'{"role":"admin"}\' --sort role:asc,created_at:desc --limit 50',
      ),
    )
    .action(async (options: QueryOptions, command: Command) => {
      const printer = new Printer(context.stdout, options);
      await withClient(command, context, async client => {
        const matches = client.queryUsersAll(options.filter ?? {}, options.sort ?? [], {
          limit: Math.min(options.limit, LIMITS.pageUsers),
          include_deactivated_users: options.includeDeactivated ?? false,
        });
        await print(first(matches, options.limit, context.interrupted), printer);
      });
    });
}

async function* first(users: AsyncIterable<User>, limit: number, interrupted: AbortSignal) {
  let count = 0;
  for await (const user of users) {
    if (interrupted.aborted) return;
    yield user;
    if (++count === limit) return;
  }
}

/** Aligns the table page by page, so that the first lines appear before the last user has arrived. */
async function print(users: AsyncIterable<User>, printer: Printer): Promise<void> {
  let page: User[] = [];
  let heading = [USER_HEADING];
  const flush = async () => {
    for (const line of alignCells([...heading, ...page.map(userCells)])) await printer.line(line);
    heading = [];
    page = [];
  };
  for await (const user of users) {
    if (!printer.human) await printer.json(user);
    else if (page.push(user) === LIMITS.pageUsers) await flush();
  }
  if (page.length > 0) await flush();
}
