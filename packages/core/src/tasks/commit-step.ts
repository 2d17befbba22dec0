import type { UnitOfWork } from '../database/unit-of-work.js';
import { endTask } from './end-task.js';
import { type HeldTask, readHeldTask, saveHeldTask } from './held-task.js';
import type { StepOutcome, TaskHandler } from './task-handler.js';
import type { TaskRow } from './task-table.js';
import { type OutcomeCounts, saveOutcomes, waitingTaskUsers } from './task-users.js';

/** What a step is taken with. */
export interface StepOptions {
  unitOfWork: UnitOfWork;
  handler: TaskHandler;
  held: HeldTask;
  leaseMs: number;
}

/**
 * Takes one step of a task in one transaction: the work of the handler with its events, how far the task got, and the
 * lease for the next step. A task that was cancelled ends here instead. A task that is finished ends with the step.
 * @returns the task as it was committed: `running` when there is more to do.
 * @throws TaskOvertaken when another worker has taken the task; nothing of the step stays.
 */
export function commitStep({ unitOfWork, handler, held, leaseMs }: StepOptions): Promise<TaskRow> {
  return unitOfWork.write(async transaction => {
    const row = await readHeldTask(transaction, held);
    if (row.cancel_requested && !row.within_user) {
      return endTask(transaction, row, { status: 'cancelled', actor: row.cancelled_by });
    }
    const { input, position, actor } = row;
    const waiting = (limit: number) => waitingTaskUsers(transaction, row.id, limit);
    const outcome = await handler.step({ transaction, task: row, input, waiting, position, actor });
    const counts = await saveOutcomes(transaction, row.id, outcome.users);
    const advanced = advance(row, outcome, counts, transaction.now);
    if (outcome.finished) return endTask(transaction, advanced, { status: 'completed' });
    if (outcome.waitMs !== undefined) {
      const resting: TaskRow = { ...advanced, status: 'pending', tries: 0 };
      await saveHeldTask(transaction, resting, { pauseMs: outcome.waitMs });
      return resting;
    }
    await saveHeldTask(transaction, advanced, { leaseMs });
    return advanced;
  });
}

function advance(
  row: TaskRow,
  { position, withinUser, output, counted }: StepOutcome,
  counts: OutcomeCounts,
  now: number,
): TaskRow {
  return {
    ...row,
    position,
    done: row.done + counts.done + (counted?.done ?? 0),
    failed: row.failed + counts.failed + (counted?.failed ?? 0),
    within_user: withinUser ?? false,
    ...(output && { output }),
    tries: 1,
    updated_at: now,
  };
}
