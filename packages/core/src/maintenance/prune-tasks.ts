import sql from 'sql-template-tag';
import type { UnitOfWork } from '../database/unit-of-work.js';

/** Tasks that leave in one transaction; each may have a hundred users. */
const TASKS_AT_ONCE = 50;

/** Removes tasks that ended before a time, and what they say about users. @param before epoch milliseconds. */
export async function pruneTasks(unitOfWork: UnitOfWork, before: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const gone = await unitOfWork.write(async transaction => {
      const { dialect } = transaction;
      const rows = await transaction.query(
        sql`SELECT id FROM tasks WHERE finished_at < ${before} ORDER BY finished_at LIMIT ${TASKS_AT_ONCE}${dialect.skipLocked}`,
      );
      const ids = dialect.values(rows.map(row => row.id as string));
      await transaction.query(sql`DELETE FROM task_users WHERE task_id IN (${ids})`);
      await transaction.query(sql`DELETE FROM tasks WHERE id IN (${ids})`);
      return rows.length;
    });
    if (gone < TASKS_AT_ONCE) return;
  }
}
