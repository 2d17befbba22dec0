import sql, { raw, type Sql } from 'sql-template-tag';
import type { Transaction } from '../database/unit-of-work.js';
import { type TaskRow, taskTable } from './task-table.js';

/**
 * A worker holds a task under a fencing number. All its writes go through here, and succeed only if no other worker has
 * claimed the task since: otherwise {@link TaskOvertaken} undoes the whole transaction.
 *
 * The row is not locked when a step begins, only when it ends. A worker that stops in the middle of a step would keep the
 * lock, and no other worker could claim the task.
 */
export interface HeldTask {
  id: string;
  fence: number;
}

/** The worker no longer holds the task, so nothing of its step may stay. */
export class TaskOvertaken extends Error {
  override readonly name = 'TaskOvertaken';

  constructor(taskId: string) {
    super(`another worker has taken over the task ${taskId}`);
  }
}

/** @throws TaskOvertaken */
export async function readHeldTask(transaction: Transaction, { id, fence }: HeldTask): Promise<TaskRow> {
  const [cells] = await transaction.query(
    sql`SELECT ${raw(taskTable.columnList)} FROM tasks
      WHERE id = ${id} AND fence = ${fence} AND finished_at IS NULL`,
  );
  if (!cells) throw new TaskOvertaken(id);
  return taskTable.decode(cells, transaction.dialect);
}

/**
 * Writes the state of a task. `schedule` says what follows: the worker keeps the task for a lease, any worker may claim
 * it after a pause, or the task has ended. A cancellation is not written, since it may have come after the read.
 * @throws TaskOvertaken
 */
export async function saveHeldTask(
  transaction: Transaction,
  row: TaskRow,
  schedule: { leaseMs: number } | { pauseMs: number } | 'ended',
): Promise<void> {
  const { dialect } = transaction;
  const times = scheduleColumns(dialect.now, schedule);
  const saved = await transaction.query(
    sql`UPDATE tasks SET
      status = ${row.status},
      position = ${dialect.jsonParameter(row.position ?? null)},
      done = ${row.done},
      failed = ${row.failed},
      within_user = ${row.within_user ?? false},
      output = ${dialect.jsonParameter(row.output ?? null)},
      error = ${dialect.jsonParameter(row.error ?? null)},
      tries = ${row.tries},
      updated_at = ${row.updated_at},
      finished_at = ${row.finished_at ?? null},
      ${times}
      WHERE id = ${row.id} AND fence = ${row.fence} AND finished_at IS NULL
      RETURNING id`,
  );
  if (saved.length === 0) throw new TaskOvertaken(row.id);
}

function scheduleColumns(now: Sql, schedule: { leaseMs: number } | { pauseMs: number } | 'ended'): Sql {
  if (schedule === 'ended') return sql`lease_until = NULL`;
  if ('leaseMs' in schedule) return sql`lease_until = ${now} + ${schedule.leaseMs}`;
  return sql`lease_until = NULL, run_at = ${now} + ${schedule.pauseMs}`;
}
