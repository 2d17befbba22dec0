import type { TaskType } from '@rollcall/protocol';
import sql, { type Sql } from 'sql-template-tag';
import type { Dialect } from '../database/dialect.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { endTask } from './end-task.js';
import { MAX_TRIES } from './release-task.js';
import { type TaskRow, taskTable } from './task-table.js';

/** What a worker takes tasks with. */
export interface ClaimOptions {
  unitOfWork: UnitOfWork;
  /** The types that the worker has handlers for. */
  types: readonly TaskType[];
  leaseMs: number;
  /** A worker that is asked to stop while it looks takes no further task. */
  signal: AbortSignal;
}

/**
 * Claims the oldest task that waits, or that a worker lost because its lease is over. When several workers ask, in any
 * number of processes, one gets the task, with a fencing number that no worker had before.
 *
 * A task whose workers died in the same step time after time is not claimed again but ends as `failed`. It is returned
 * with that status, and the caller must not work on it.
 * @returns undefined when there is nothing to do.
 */
export async function claimTask(options: ClaimOptions): Promise<TaskRow | undefined> {
  const { unitOfWork, types, leaseMs, signal } = options;
  // A look does not take a turn of the writer, so idle workers are in nobody's way.
  const waiting = await unitOfWork.read(transaction =>
    transaction.query(sql`SELECT 1 FROM tasks WHERE ${claimable(transaction.dialect, types)} LIMIT 1`),
  );
  if (waiting.length === 0 || signal.aborted) return undefined;

  return unitOfWork.write(async transaction => {
    const { dialect, now } = transaction;
    const [cells] = await transaction.query(
      sql`UPDATE tasks SET
        status = 'running',
        fence = fence + 1,
        tries = tries + 1,
        lease_until = ${dialect.now} + ${leaseMs},
        started_at = coalesce(started_at, ${now}),
        updated_at = ${now}
        WHERE id = (
          SELECT id FROM tasks WHERE ${claimable(dialect, types)}
          ORDER BY created_at, id LIMIT 1${dialect.skipLocked}
        )
        RETURNING *`,
    );
    if (!cells) return undefined;
    const row = taskTable.decode(cells, dialect);
    if (row.tries <= MAX_TRIES) return row;
    const error = {
      code: 'INTERNAL',
      message: `the process that worked on the task ended in the middle of a step, ${MAX_TRIES} times`,
    };
    return endTask(transaction, { ...row, tries: MAX_TRIES }, { status: 'failed', error });
  });
}

/** The clock is in a sub-select, so that it is read once and PostgreSQL can use the index. */
function claimable(dialect: Dialect, types: readonly TaskType[]): Sql {
  return sql`(
    (status = 'pending' AND run_at <= (SELECT ${dialect.now}))
    OR (status = 'running' AND lease_until <= (SELECT ${dialect.now}))
  ) AND type IN (${dialect.values(types)})`;
}
