import { LIMITS, RollcallError } from '@rollcall/protocol';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { examples } from '../options/examples.js';
import { Printer } from '../output/printer.js';
import { countOf } from '../output/terminal-text.js';
import { withClient } from '../server-access.js';
import { batchesOf, readUserIds } from '../users/user-ids.js';

interface RevokeOptions {
  all?: true;
  idsFrom?: string;
  before?: string;
  undo?: true;
}

/** `rollcall revoke`: ends tokens of users, or all tokens of the app. */
export function addRevokeCommand(program: Command, context: CommandContext): void {
  program
    .command('revoke')
    .description('end the tokens of users that were issued before a time, and close their connections')
    .argument('[id...]')
    .option('--ids-from <file>', 'read more ids from a file, one a line; - is standard input')
    .option('--all', 'all tokens of the app, also server tokens, instead of those of some users')
    .option('--before <time>', 'tokens issued before this time, such as 2026-01-31T00:00:00Z (default: now)')
    .option('--undo', 'let the tokens in again')
    .addHelpText(
      'after',
      examples(
        'rollcall revoke jane john',
        'rollcall revoke --ids-from leavers.txt',
        'rollcall revoke --all --before 2026-01-31T00:00:00Z',
      ),
    )
    .action(async (given: string[], options: RevokeOptions, command: Command) => {
      const before = options.undo ? null : timeOf(options.before);
      const { all, idsFrom } = options;
      if (all && (given.length > 0 || idsFrom !== undefined)) {
        throw invalid('whose tokens: give either --all or users, not both');
      }
      if (options.undo && options.before !== undefined)
        throw invalid('give either --undo or --before, not both');
      const ids = all ? [] : await readUserIds(given, idsFrom, context);
      await withClient(command, context, async client => {
        if (all) await client.revokeTokens(before);
        for (const batch of batchesOf(ids, LIMITS.batchUsers)) await client.revokeUsersToken(batch, before);
      });
      const whose = all ? 'all tokens' : `tokens of ${countOf(ids.length, 'user')}`;
      const what =
        before === null
          ? 'are no longer revoked'
          : `issued before ${new Date(before).toISOString()} are revoked`;
      const result = { type: 'revocation', ...(all ? { all } : { users: ids.length }), before };
      await new Printer(context.stdout).show(result, () => [`${whose} ${what}`]);
    });
}

/** A time in epoch milliseconds. Without one it is now. */
function timeOf(text: string | undefined): number {
  if (text === undefined) return Date.now();
  const time = /^\d{12,14}$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isFinite(time) && /\d{4}/.test(text)) return time;
  throw invalid(`before: must be a time such as 2026-01-31T00:00:00Z or epoch milliseconds, not "${text}"`);
}

function invalid(message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', message);
}
