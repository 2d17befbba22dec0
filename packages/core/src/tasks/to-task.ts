import type {
  Actor,
  DurableEventType,
  ExportFile,
  Task,
  TaskEventType,
  TaskResult,
  UserOutcome,
} from '@rollcall/protocol';
import type { WriteTransaction } from '../database/unit-of-work.js';
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
    ...(row.output && row.status === 'completed' && { export: { ...exportLink(row.id), ...row.output } }),
  };
  const empty = Object.keys(users).length === 0 && !result.export;
  return { ...toTask(row), ...(!empty && { result }) };
}

/** A task without its result, as events show it: a deleted user must not stay in the log. */
export function toTask(row: TaskRow): Task {
  return {
    task_id: row.id,
    type: row.type,
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
