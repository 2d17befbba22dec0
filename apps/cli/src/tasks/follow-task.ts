import { isEnded, RollcallError, type Task } from '@rollcall/protocol';
import { type CommandContext, EXIT_CODES, type ExitCode } from '../context.js';
import { terminalText } from '../output/terminal-text.js';
import { reportProgress } from '../progress/reporter.js';

/**
 * Shows how a task gets on until it has ended, and returns its last state. An interrupt ends the watching, not the task.
 * @throws RollcallError `UNAVAILABLE` when the states end before the task.
 */
export async function followTask(states: AsyncIterable<Task>, context: CommandContext): Promise<Task> {
  const reporter = reportProgress(context.stderr, { noun: 'users' });
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
  if (context.interrupted.aborted) throw new Error('interrupted');
  throw new RollcallError('UNAVAILABLE', 'the connection ended before the task');
}

/** How a command ends that waited for a task. */
export function exitCodeOf(task: Task): ExitCode {
  if (task.status !== 'completed') return EXIT_CODES.stopped;
  return task.progress.failed > 0 ? EXIT_CODES.someFailed : EXIT_CODES.ok;
}

/** A task with the users that failed and why, for people. */
export function taskLines(task: Task): string[] {
  const { done, total, failed } = task.progress;
  const users = Object.entries(task.result?.users ?? {});
  return [
    `${task.task_id}  ${task.type}  ${task.status}: ${done} of ${total} users, ${failed} failed`,
    ...(task.error ? [`  ${task.error.code} ${terminalText(task.error.message)}`] : []),
    ...users.flatMap(([id, { error }]) =>
      error ? [`  ${id}: ${error.code} ${terminalText(error.message)}`] : [],
    ),
  ];
}
