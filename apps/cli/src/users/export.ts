import { once } from 'node:events';
import { LIMITS, RollcallError, type Task } from '@rollcall/protocol';
import type { Command } from 'commander';
import { type CommandContext, EXIT_CODES, type OutputStream } from '../context.js';
import { examples } from '../options/examples.js';
import { writeFileAtomically } from '../output/atomic-file.js';
import { Printer } from '../output/printer.js';
import { countOf, formatCount, terminalText } from '../output/terminal-text.js';
import { withClientUntilDone } from '../server-access.js';
import { followTask } from '../tasks/follow-task.js';
import { batchesOf, createUserIdsCommand, readUserIds, type UserIdsOptions } from './user-ids.js';

interface ExportOptions extends UserIdsOptions {
  output: string;
}

/** `rollcall users export`: writes everything that is stored about some users as NDJSON, in the order of the ids. */
export function addUsersExportCommand(users: Command, context: CommandContext): void {
  createUserIdsCommand(users, 'export')
    .description('write everything that is stored about users, as NDJSON')
    .option('--output <file>', 'write to this file; - is standard output', '-')
    .addHelpText('after', examples('rollcall users export jane john --output people.ndjson'))
    .action(async (given: string[], { output, ...options }: ExportOptions, command: Command) => {
      const ids = await readUserIds(given, options.idsFrom, context);
      const totals: ExportTotals = { done: 0, failed: 0, bytes: 0 };
      await withClientUntilDone(command, context, client => {
        const write = async (stream: OutputStream) => {
          for (const batch of batchesOf(ids, LIMITS.exportUsers)) {
            const { task_id } = await client.exportUsers(batch, { created_by_id: options.createdBy });
            const states = client.watchTask(task_id, { signal: context.interrupted });
            const task = await followTask(states, context);
            if (!context.interrupted.aborted) await appendExport(task, { stream, totals, context });
            if (context.interrupted.aborted) return;
          }
        };
        return output === '-' ? write(context.stdout) : writeFileAtomically(output, context, write);
      });
      if (context.interrupted.aborted) context.exitCode = EXIT_CODES.stopped;
      else {
        if (output !== '-') await printSummary(totals, output, context);
        if (totals.failed > 0) context.exitCode = EXIT_CODES.someFailed;
      }
    });
}

/** How much of an export is written. */
interface ExportTotals {
  done: number;
  failed: number;
  bytes: number;
}

/** Appends the file of a task that has ended, and reports the users that are not in it. */
async function appendExport(
  task: Task,
  { stream, totals, context }: { stream: OutputStream; totals: ExportTotals; context: CommandContext },
): Promise<void> {
  const file = task.result?.export;
  if (!file) {
    const why = task.error ? `: ${task.error.code} ${task.error.message}` : '';
    throw new RollcallError(
      'UNAVAILABLE',
      `task ${task.task_id} has no file to download: its status is ${task.status}${why}`,
    );
  }
  for (const [id, { error }] of Object.entries(task.result?.users ?? {})) {
    if (error) context.stderr.write(`${terminalText(`${id}: ${error.code} ${error.message}`)}\n`);
  }
  totals.bytes += await download(file.url, { stream, context });
  totals.done += task.progress.done;
  totals.failed += task.progress.failed;
}

async function download(
  url: string,
  { stream, context }: { stream: OutputStream; context: CommandContext },
): Promise<number> {
  let bytes = 0;
  for await (const chunk of fetchFile(url, context.interrupted)) {
    bytes += chunk.length;
    if (!stream.write(chunk)) await once(stream, 'drain');
  }
  return bytes;
}

/** Downloads a file piece by piece. An interrupt ends it without an error. */
async function* fetchFile(url: string, interrupted: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    const response = await fetch(url, { signal: interrupted });
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
    yield* response.body;
  } catch (cause) {
    if (interrupted.aborted) return;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RollcallError('UNAVAILABLE', `the exported file could not be downloaded: ${why}`, { cause });
  }
}

async function printSummary(
  { done, failed, bytes }: ExportTotals,
  file: string,
  context: CommandContext,
): Promise<void> {
  await new Printer(context.stdout).show({ type: 'summary', done, failed, bytes, file }, () => [
    `exported ${countOf(done, 'user')} to ${terminalText(file)}, ${formatCount(bytes)} bytes`,
  ]);
}
