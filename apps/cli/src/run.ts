import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addBackupCommand, addRestoreCommand } from './backup/backup.js';
import { addBansCommands } from './bans/bans.js';
import { addBlocksCommands } from './blocks/blocks.js';
import { type CommandContext, EXIT_CODES } from './context.js';
import { addCopyCommand } from './copy/copy.js';
import { addDoctorCommand } from './doctor/doctor.js';
import { addExportCommand } from './export/export.js';
import { addGuestsCommands } from './guests/guests.js';
import { addImportCommand } from './import/import.js';
import { addMcpCommand } from './mcp/mcp.js';
import { examples } from './options/examples.js';
import { errorLine, usageErrorLine } from './output/error-line.js';
import { addRevokeCommand } from './revoke/revoke.js';
import { addRolesCommands } from './roles/roles.js';
import {
  addCheckConfigCommand,
  addMigrateCommand,
  addRenewLogCommand,
  addServeCommand,
} from './serve/server-commands.js';
import { DEFAULT_URL } from './server-access.js';
import { addSettingsCommands } from './settings/settings.js';
import { addSyncCommand } from './sync/sync.js';
import { addTasksCommands } from './tasks/tasks.js';
import { addTokenCommand } from './token/token.js';
import { addUsersActCommand } from './users/act.js';
import { addUsersCountCommand } from './users/count-users.js';
import { addUsersDeleteCommand } from './users/delete.js';
import { addUsersExportCommand } from './users/export.js';
import { addUsersHistoryCommand } from './users/history.js';
import { addUsersLifeCycleCommands } from './users/life-cycle.js';
import { addUsersGetCommand, addUsersQueryCommand } from './users/read-users.js';
import { addUsersUpdateCommand, addUsersUpsertCommand } from './users/write-users.js';
import { addWatchCommand } from './watch/watch.js';
import { addWebhooksCommands } from './webhooks/webhooks.js';

/**
 * Runs one command line, given without the name of the program. It never throws. It reports an error as one line on
 * standard error, and adds a stack only when `ROLLCALL_DEBUG` is set.
 * @returns the exit code.
 */
export async function run(args: readonly string[], context: CommandContext): Promise<number> {
  try {
    await createProgram(context).parseAsync(args, { from: 'user' });
    return context.exitCode;
  } catch (error) {
    // Commander has already printed the help or the error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.stopped;
    context.stderr.write(`${errorLine(error)}\n`);
    if (context.env.ROLLCALL_DEBUG) context.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    return EXIT_CODES.stopped;
  }
}

/** The program with all its commands. */
export function createProgram(context: CommandContext): Command {
  const program = new Command('rollcall')
    .description('Run a Rollcall server and manage its users')
    .version(versionOf(new URL('../package.json', import.meta.url)))
    .option('--url <url>', `the address of the server (ROLLCALL_URL; default: ${DEFAULT_URL})`)
    .option('--token <token>', 'sign in with this token (ROLLCALL_TOKEN)')
    .option('--secret <secret>', 'sign tokens with this secret (ROLLCALL_SECRET)')
    .addHelpText(
      'after',
      '\nYou need no token and no secret for a server on this machine: the command reads the secret that the server keeps.' +
        '\nExit codes: 0 done; 1 done, but some rows or users failed; 2 stopped by an error, or not started.\n' +
        examples(
          'rollcall serve',
          'rollcall import users.ndjson',
          'rollcall users query --filter \'{"role":"admin"}\'',
          'rollcall watch',
        ),
    )
    .configureOutput({
      writeOut: text => context.stdout.write(text),
      writeErr: text => context.stderr.write(text),
      outputError: (text, write) => write(`${usageErrorLine(text)}\n`),
      getOutHelpWidth: () => context.stdout.columns ?? 100,
      getErrHelpWidth: () => context.stderr.columns ?? 100,
    })
    .exitOverride();
  addServeCommand(program, context);
  addMigrateCommand(program, context);
  addRenewLogCommand(program, context);
  addBackupCommand(program, context);
  addRestoreCommand(program, context);
  addCopyCommand(program, context);
  addCheckConfigCommand(program, context);
  addDoctorCommand(program, context);
  addTokenCommand(program, context);
  addImportCommand(program, context);
  addSyncCommand(program, context);
  addExportCommand(program, context);
  addUsersCommands(program, context);
  addBansCommands(program, context);
  addBlocksCommands(program, context);
  addGuestsCommands(program, context);
  addRolesCommands(program, context);
  addSettingsCommands(program, context);
  addRevokeCommand(program, context);
  addTasksCommands(program, context);
  addWatchCommand(program, context);
  addWebhooksCommands(program, context);
  addMcpCommand(program, context);
  return program;
}

function versionOf(packageFile: URL): string {
  return (JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }).version;
}

/** `rollcall users …` */
function addUsersCommands(program: Command, context: CommandContext): void {
  const users = program
    .command('users')
    .description('show and change users')
    .addHelpText('after', examples('rollcall users get jane'));
  addUsersGetCommand(users, context);
  addUsersQueryCommand(users, context);
  addUsersCountCommand(users, context);
  addUsersActCommand(users, context);
  addUsersHistoryCommand(users, context);
  addUsersUpsertCommand(users, context);
  addUsersUpdateCommand(users, context);
  addUsersLifeCycleCommands(users, context);
  addUsersDeleteCommand(users, context);
  addUsersExportCommand(users, context);
}
