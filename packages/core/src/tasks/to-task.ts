import type {
  ActionCounts,
  Actor,
  DurableEventType,
  ExportFile,
  Task,
  TaskEventType,
  TaskResult,
  UserOutcome,
} from '@rollcall/protocol';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { actionTypeOf } from './act-input.js';
import type { TaskRow } from './task-table.js';

/** Makes the link under which the file of an export is read. It is signed and expires. */
export type ExportLink = (taskId: string) => Omit<ExportFile, 'bytes'>;

/** A task with its result, as callers get it. `result` is absent while nothing has happened. */
export function toTaskWithResult(
  row: TaskRow,
  users: Record<string, UserOutcome>,
  exportLink: ExportLink,
): Task {
  const result: TaskResult = {
    users,
    ...(row.type === 'users.act' && row.position !== undefined && actResult(row, users)),
    ...(row.output && row.status === 'completed' && { export: { ...exportLink(row.id), ...row.output } }),
  };
  const empty = Object.keys(users).length === 0 && !result.export && !result.counts;
  return { ...toTask(row), started_by: row.actor, ...(!empty && { result }) };
}

/** What a task that acts on many says besides those who failed. */
function actResult(
  { position, failed }: TaskRow,
  users: Record<string, UserOutcome>,
): Pick<TaskResult, 'counts' | 'unlisted_failures'> {
  const { counts } = position as unknown as { counts: ActionCounts };
  const unlisted = failed - Object.keys(users).length;
  return { counts, ...(unlisted > 0 && { unlisted_failures: unlisted }) };
}

/** A task without its result and who asked for it, as events show it: a deleted user must not stay in the log. */
export function toTask(row: TaskRow): Task {
  const action = row.type === 'users.act' ? actionTypeOf(row.input) : undefined;
  return {
    task_id: row.id,
    type: row.type,
    ...(action && { action }),
    status: row.status,
    progress: { done: row.done, total: row.total, failed: row.failed },
    created_at: row.created_at,
    updated_at: row.updated_at,
    ...(row.started_at !== undefined && { started_at: row.started_at }),
    ...(row.finished_at !== undefined && { finished_at: row.finished_at }),
    ...(row.error !== undefined && { error: row.error }),
  };
}

/** Adds an event about a task, without its result, to the log. */
export function logTaskEvent(
  transaction: WriteTransaction,
  actor: Actor,
  event: { type: TaskEventType & DurableEventType; task: TaskRow },
): void {
  transaction.log({
    type: event.type,
    actor_type: actor.type,
    ...(actor.id !== undefined && { actor_id: actor.id }),
    data: { task: toTask(event.task) },
  });
}
