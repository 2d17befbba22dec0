import { resolve } from 'node:path';
import { RollcallError } from '@rollcall/protocol';
import type { Command } from 'commander';
import { type CommandContext, EXIT_CODES } from '../context.js';
import { examples } from '../options/examples.js';
import { Printer } from '../output/printer.js';
import { formatClock, formatCount, terminalText } from '../output/terminal-text.js';
import { serverEnvironment } from '../serve/server-commands.js';

/** `rollcall backup`: backs the database up to one file. */
export function addBackupCommand(program: Command, context: CommandContext): void {
  program
    .command('backup <file>')
    .description('back the database up to one file, while its server runs, and look through what was written')
    .addHelpText(
      'after',
      '\n<file> must not exist; a folder gets a file that is named after the time. ROLLCALL_DATABASE_URL names the database.' +
        '\nThe secret is not in the backup: keep it in another place. PostgreSQL is backed up with its own pg_dump.\n' +
        examples(
          'rollcall backup ./backups',
          'ROLLCALL_DATABASE_URL=postgres://localhost/rollcall rollcall backup a.backup',
        ),
    )
    .action(async (file: string) => {
      const { backup, loadConfig } = await import('@rollcall/server');
      const config = loadConfig(serverEnvironment(context));
      const startedAt = performance.now();
      const report = await untilInterrupted(context, 'there is no new backup', () =>
        backup(config, {
          file: placeOf(context, file),
          version: program.version() ?? '',
          ...toolsOf(context),
          onStage: stage => showStage(context, stage, BACKUP_STAGES[stage]),
        }),
      );
      if (!report) return;
      const elapsedMs = performance.now() - startedAt;
      await new Printer(context.stdout).show(
        {
          ...jsonOf('backup', report, elapsedMs),
          ...(report.secretFile !== undefined && { secret_file: report.secretFile }),
        },
        () => [
          `${terminalText(report.file)}: ${describe(report)}, in ${formatClock(elapsedMs)}`,
          report.secretFile === undefined
            ? `The secret is not in it (keys: ${keysOf(report.head.key_ids)}): keep it in another place.`
            : `The secret is not in it: keep ${terminalText(report.secretFile)} in another place (keys: ${keysOf(report.head.key_ids)}).`,
        ],
      );
    });
}

/** `rollcall restore`: restores a backup to an empty place. */
export function addRestoreCommand(program: Command, context: CommandContext): void {
  program
    .command('restore <file>')
    .description('verify a backup and restore it to an empty place, which ROLLCALL_DATABASE_URL names')
    .option('--dry-run', 'only verify the backup and look at the place')
    .addHelpText(
      'after',
      '\nEvery listener reads its data again when it comes back: the event log goes on under a new identity.\n' +
        examples(
          'ROLLCALL_DATABASE_URL=sqlite:./restored/rollcall.sqlite rollcall restore a.backup',
          'rollcall restore a.backup --dry-run',
        ),
    )
    .action(async (file: string, { dryRun = false }: { dryRun?: boolean }) => {
      const { loadConfig, restore } = await import('@rollcall/server');
      const config = loadConfig(serverEnvironment(context));
      const startedAt = performance.now();
      const report = await untilInterrupted(context, 'nothing was restored', () =>
        restore(config, {
          file: resolve(context.directory, file),
          dryRun,
          ...toolsOf(context),
          onStage: stage => showStage(context, stage, RESTORE_STAGES[stage]),
        }),
      );
      if (!report) return;
      const elapsedMs = performance.now() - startedAt;
      const json = {
        ...jsonOf('restore', report, elapsedMs),
        dry_run: dryRun,
        missing_key_ids: report.missingKeyIds,
      };
      await new Printer(context.stdout).show(json, () => [
        dryRun
          ? `the backup is whole, and the place is empty: ${describe(report)}`
          : `restored in ${formatClock(elapsedMs)}: ${describe(report)}`,
        ...(report.missingKeyIds.length > 0
          ? [
              `The secret here lacks keys of that time (${keysOf(report.missingKeyIds)}). Without them the tokens that they signed are refused: bring the secret back, too.`,
            ]
          : []),
        ...(dryRun
          ? []
          : [
              'Users who were hard-deleted after the backup are back: delete them again before others can read.',
              'Tokens that were revoked after it are good again, and who was banned after it may come back: ban again, and end all tokens of before with `rollcall revoke --all` if you cannot tell which.',
            ]),
      ]);
    });
}

/** Where a backup goes. A name that ends like that of a folder stays one. */
function placeOf({ directory }: CommandContext, name: string): string {
  if (name === '') {
    throw new RollcallError(
      'INPUT_INVALID',
      'the name of the file is empty; name a file that is not there, or a folder',
      { field: 'file' },
    );
  }
  return /[/\\]$/.test(name) ? `${resolve(directory, name)}/` : resolve(directory, name);
}

const BACKUP_STAGES = {
  copying: 'Copying the data. Servers may go on working.',
  checking: 'Looking through the copy.',
  sealing: 'Adding the checksum.',
} as const;

const RESTORE_STAGES = {
  verifying: 'Comparing the checksum of the backup.',
  restoring: 'Restoring.',
} as const;

function showStage({ stderr }: CommandContext, stage: string, sentence: string): void {
  stderr.write(stderr.isTTY ? `${sentence}\n` : `${JSON.stringify({ type: 'stage', stage })}\n`);
}

function toolsOf({ env, interrupted }: CommandContext) {
  return { toolPath: env.PATH ?? '', signal: interrupted };
}

/** Does something to its end. An interrupt ends it, with a line about what is there then. */
async function untilInterrupted<Result>(
  context: CommandContext,
  outcome: string,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!context.interrupted.aborted || error instanceof RollcallError) throw error;
    context.stderr.write(`interrupted: ${outcome}\n`);
    context.exitCode = EXIT_CODES.stopped;
    return undefined;
  }
}

/** A backup, as the server package returns it. */
interface Backup {
  readonly file: string;
  readonly bytes: number;
  readonly head: {
    readonly rollcall: string;
    readonly engine: string;
    readonly made_at: string;
    readonly position: string;
    readonly users: number;
    readonly key_ids: readonly (string | null)[];
  };
}

function jsonOf(type: string, { file, bytes, head }: Backup, elapsedMs: number): object {
  const { rollcall, engine, made_at, position, users, key_ids } = head;
  return {
    type,
    file,
    bytes,
    rollcall,
    engine,
    made_at,
    position,
    users,
    key_ids,
    elapsed_ms: Math.round(elapsedMs),
  };
}

function describe({ bytes, head }: Backup): string {
  const { users, position, made_at: madeAt } = head;
  return `${formatCount(users)} users, the event log up to ${terminalText(position)}, as of ${terminalText(madeAt)}, ${formatCount(bytes)} bytes`;
}

function keysOf(ids: readonly (string | null)[]): string {
  return ids.map(id => (id === null ? 'one without an id' : terminalText(id))).join(', ') || 'none';
}
