import type { Task } from '@rollcall/protocol';
import type { TaskRow } from './task-table.js';

/** A task as those who may see it see it. `result` is absent while nothing has happened to any user. */
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
    ...(Object.keys(row.result.users).length > 0 && { result: row.result }),
    ...(row.error !== undefined && { error: row.error }),
  };
}
