import { type Ban, type BanOptions, LIMITS, type User } from '@rollcall/protocol';
import { type Command, Option } from 'commander';
import type { CommandContext } from '../context.js';
import { examples } from '../options/examples.js';
import { parseDurationSeconds, wholeNumber } from '../options/option-values.js';
import { Printer } from '../output/printer.js';
import { terminalText } from '../output/terminal-text.js';
import { withClient } from '../server-access.js';

interface AddOptions {
  for?: number;
  until?: string;
  reason?: string;
  by?: string;
  shadow?: true;
}

/** `rollcall bans list`, `add` and `remove`. */
export function addBansCommands(program: Command, context: CommandContext): void {
  const bans = program
    .command('bans')
    .description('show, impose and end bans')
    .addHelpText('after', examples('rollcall bans add jane --for 7d --reason spam'));
  const printer = new Printer(context.stdout);

  bans
    .command('list')
    .description('print the bans that are in force, newest first')
    .addOption(
      new Option('--limit <count>', 'print at most this many').argParser(
        wholeNumber(1, Number.MAX_SAFE_INTEGER),
      ),
    )
    .addHelpText('after', examples('rollcall bans list --limit 20'))
    .action(async ({ limit = Number.POSITIVE_INFINITY }: { limit?: number }, command: Command) => {
      await withClient(command, context, async client => {
        let left = limit;
        let next: string | undefined;
        do {
          const page = await client.queryBannedUsers({
            limit: Math.min(left, LIMITS.pageContent),
            ...(next !== undefined && { next }),
          });
          for (const ban of page.bans) await printer.show(ban, () => [banLine(ban)]);
          left -= page.bans.length;
          next = page.next;
        } while (next !== undefined && left > 0);
      });
    });

  bans
    .command('add')
    .description('ban a user, or replace its ban')
    .argument('<id>')
    .addOption(
      new Option('--for <duration>', 'how long, such as 15m, 1h or 30d (default: until it is removed)')
        .argParser(parseDurationSeconds)
        .conflicts('until'),
    )
    .option('--until <time>', 'when it ends, such as 2027-01-31T00:00:00Z')
    .option('--reason <text>', 'why; only servers see it')
    .option('--by <id>', 'the user who imposes it')
    .option('--shadow', 'do not tell the user: it can write, and nobody else sees it')
    .addHelpText(
      'after',
      examples(
        'rollcall bans add jane --for 7d --reason spam --by moderator',
        'rollcall bans add john --until 2027-01-31T00:00:00Z --shadow',
      ),
    )
    .action(async (id: string, options: AddOptions, command: Command) => {
      const { for: seconds, until, reason, by, shadow } = options;
      const how: BanOptions & { shadow?: boolean } = {
        ...(seconds !== undefined && { expires_at: new Date(Date.now() + seconds * 1000).toISOString() }),
        ...(until !== undefined && { expires_at: until }),
        ...(reason !== undefined && { reason }),
        ...(by !== undefined && { banned_by_id: by }),
        ...(shadow && { shadow }),
      };
      await show(await withClient(command, context, client => client.banUser(id, how)));
    });

  bans
    .command('remove')
    .description('end a ban')
    .argument('<id>')
    .option('--shadow', 'end a shadow ban; an open one stays')
    .addHelpText('after', examples('rollcall bans remove jane'))
    .action(async (id: string, { shadow }: { shadow?: true }, command: Command) => {
      const end = (client: Parameters<Parameters<typeof withClient>[2]>[0]) =>
        shadow ? client.removeShadowBan(id) : client.unbanUser(id);
      await show(await withClient(command, context, end));
    });

  async function show(user: User): Promise<void> {
    await printer.show(user, () => [terminalText(`${user.id} ${stateOf(user)}`)]);
  }
}

function stateOf(user: User): string {
  if (user.banned) return `is banned${endText(user.ban_expires)}`;
  return user.shadow_banned ? `is shadow banned${endText(user.ban_expires)}` : 'is not banned';
}

function endText(expires: number | undefined): string {
  return expires === undefined ? '' : ` until ${new Date(expires).toISOString()}`;
}

function banLine(ban: Ban): string {
  const { user, reason, shadow, expires_at } = ban;
  const parts = [
    user.id,
    shadow ? 'shadow ban' : 'ban',
    endText(expires_at).trim() || 'until it is removed',
    reason,
  ];
  return terminalText(parts.filter(part => part).join('  '));
}
