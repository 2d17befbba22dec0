import { isEnded, RollcallError, type Task } from '@rollcall/protocol';
import { type CommandContext, EXIT_CODES, type ExitCode } from '../context.js';
import { countOf, formatCount, terminalText } from '../output/terminal-text.js';
import { reportProgress } from '../progress/reporter.js';

/**
 * Shows the progress of a task until it ends, and returns its last state. An interrupt ends the watching, not the task.
 * @throws RollcallError `UNAVAILABLE` when the states end before the task.
 */
export async function followTask(states: AsyncIterable<Task>, context: CommandContext): Promise<Task> {
  const reporter = reportProgress(context.stderr, { noun: 'user' });
  let last: Task | undefined;
  try {
    for await (const task of states) {
      last = task;
      const { done, total, failed } = task.progress;
      reporter.update({ done, failed, ...(total > 0 && { fraction: (done + failed) / total }) });
    }
  } finally {
    reporter.stop();
  }
  if (last && (isEnded(last.status) || context.interrupted.aborted)) return last;
  if (context.interrupted.aborted) throw new RollcallError('UNAVAILABLE', 'interrupted');
  throw new RollcallError('UNAVAILABLE', 'the connection was lost before the task ended');
}

/** The exit code of a command that waited for a task. */
export function exitCodeOf(task: Task): ExitCode {
  if (task.status !== 'completed') return EXIT_CODES.stopped;
  return task.progress.failed > 0 ? EXIT_CODES.someFailed : EXIT_CODES.ok;
}

/** A task for a person, with the users that failed and the reasons. */
export function taskLines(task: Task): string[] {
  const { done, total, failed } = task.progress;
  const users = Object.entries(task.result?.users ?? {});
  return [
    `${task.task_id}  ${task.type}  ${task.status}: ${formatCount(done)} of ${countOf(total, 'user')}, ${formatCount(failed)} failed`,
    ...(task.error ? [`  ${task.error.code} ${terminalText(task.error.message)}`] : []),
    ...users.flatMap(([id, { error }]) =>
      error ? [`  ${id}: ${error.code} ${terminalText(error.message)}`] : [],
    ),
  ];
}
