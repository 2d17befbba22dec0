import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type CommandContext, EXIT_CODES } from '../context.js';
import { examples } from '../options/examples.js';
import { Printer } from '../output/printer.js';
import { terminalText } from '../output/terminal-text.js';
import { serverEnvironment } from '../serve/server-commands.js';

/** `rollcall doctor`: says what is wrong with an installation. */
export function addDoctorCommand(program: Command, context: CommandContext): void {
  program
    .command('doctor')
    .description('say what is wrong with an installation and what may go wrong; it only reads')
    .option('--backups <folder>', 'look in this folder for the last backup, too')
    .option('--json', 'print JSON on a terminal, too')
    .addHelpText(
      'after',
      '\nIt looks at the settings, the secret, the database that ROLLCALL_DATABASE_URL names, and the work under way, beside a' +
        '\nserver or without one. Run it with the variables of the server, as the user of the server. It looks through the whole' +
        '\nof an embedded file. Exit codes: 0 nothing found; 1 only risks; 2 something is wrong.\n' +
        examples('rollcall doctor', 'rollcall doctor --backups ./backups --json'),
    )
    .action(async ({ backups, json = false }: { backups?: string; json?: boolean }) => {
      const { examine, examineToken } = await import('@rollcall/server');
      const findings = [
        ...(await examine(serverEnvironment(context), {
          signal: context.interrupted,
          ...(backups !== undefined && { backups: resolve(context.directory, backups) }),
        })),
        ...examineToken(context.env.ROLLCALL_TOKEN ?? ''),
      ];
      const levels = findings.map(({ level }) => level);
      context.exitCode = levels.includes('wrong')
        ? EXIT_CODES.stopped
        : levels.includes('risk')
          ? EXIT_CODES.someFailed
          : EXIT_CODES.ok;
      const found = { type: 'doctor', wrong: count(levels, 'wrong'), risks: count(levels, 'risk'), findings };
      await new Printer(context.stdout, { json }).show(found, () =>
        findings.length === 0
          ? ['Nothing is wrong with this installation.']
          : findings.map(
              ({ level, message }) => `${level === 'wrong' ? 'WRONG' : 'RISK '}  ${terminalText(message)}`,
            ),
      );
    });
}

function count(levels: readonly string[], level: string): number {
  return levels.filter(one => one === level).length;
}
