import type { TaskResult } from '@rollcall/protocol';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { endTask } from './end-task.js';
import { type HeldTask, readHeldTask, saveHeldTask } from './held-task.js';
import type { Job, StepOutcome } from './job.js';
import type { TaskRow } from './task-table.js';

/** What a step is taken with. */
export interface StepOptions {
  unitOfWork: UnitOfWork;
  job: Job;
  held: HeldTask;
  leaseMs: number;
  clock: () => number;
}

/**
 * Takes one step of a task in one transaction: the work of the job with its events, how far the task got, and the lease
 * for the next step. A task that was cancelled ends here instead, and one that is finished ends with the step.
 * @returns the task as it was committed: `running` when there is more to do.
 * @throws TaskOvertaken when another worker has taken the task; nothing of the step stays.
 */
export function commitStep({ unitOfWork, job, held, leaseMs, clock }: StepOptions): Promise<TaskRow> {
  return unitOfWork.write(async transaction => {
    const row = await readHeldTask(transaction, held);
    const now = clock();
    if (row.cancel_requested) {
      return endTask(transaction, row, { status: 'cancelled', actor: row.cancelled_by, now });
    }
    const { input, position, actor } = row;
    const outcome = await job.step({ transaction, task: row, input, position, actor, now });
    const advanced: TaskRow = { ...row, ...progressOf(row.result, outcome), tries: 1, updated_at: now };
    if (outcome.finished) return endTask(transaction, advanced, { status: 'completed', now });
    await saveHeldTask(transaction, advanced, { leaseMs });
    return advanced;
  });
}

/** The counts are taken from the result, so the two cannot differ. */
function progressOf(result: TaskResult, { position, users }: StepOutcome) {
  const all = { ...result.users, ...users };
  const outcomes = Object.values(all);
  const failed = outcomes.filter(outcome => outcome.status === 'failed').length;
  return { position, result: { users: all }, done: outcomes.length - failed, failed };
}
