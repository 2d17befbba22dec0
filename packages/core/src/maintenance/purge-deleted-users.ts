import { LIMITS } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { LifeCycle } from '../life-cycle/life-cycle.js';

/**
 * Deletes users for good who were soft-deleted before a time, with their content. Those whom a deletion for good has
 * begun to take already are left to it, so two processes that purge at the same time are one too many and do no harm.
 * @param before epoch milliseconds.
 */
export async function purgeDeletedUsers(
  { unitOfWork, lifeCycle }: { unitOfWork: UnitOfWork; lifeCycle: LifeCycle },
  before: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const purged = await unitOfWork.write(async transaction => {
      const rows = await transaction.query(
        sql`SELECT id FROM users WHERE deleted_at < ${before} AND NOT EXISTS (
            SELECT 1 FROM sweeps JOIN tasks ON tasks.id = sweeps.task_id
            WHERE sweeps.user_id = users.id AND sweeps.user_mode = 'hard' AND tasks.finished_at IS NULL
          ) ORDER BY id LIMIT ${LIMITS.batchUsers}${transaction.dialect.skipLocked}`,
      );
      const ids = rows.map(row => row.id as string);
      if (ids.length > 0) {
        const modes = { user: 'hard', messages: 'hard', conversations: 'hard', calls: 'hard' } as const;
        await lifeCycle.deleteUsers({ type: 'system' }, { ids, ...modes });
      }
      return ids.length;
    });
    if (purged < LIMITS.batchUsers) return;
  }
}
