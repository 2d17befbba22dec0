import type { Task } from '@rollcall/protocol';
import { formatCount } from '../output/format.js';
import { terminalText } from '../output/terminal-text.js';

/** The heading of {@link taskCells}. */
export const TASK_HEADING = ['TASK', 'TYPE', 'STATUS', 'DONE', 'TOTAL', 'FAILED', 'CREATED'];

/** A task in the cells of one line of a table. */
export function taskCells(task: Task): string[] {
  const { done, total, failed } = task.progress;
  return [
    task.task_id,
    task.type,
    task.status,
    formatCount(done),
    formatCount(total),
    formatCount(failed),
    new Date(task.created_at).toISOString(),
  ];
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
