import sql from 'sql-template-tag';
import type { UnitOfWork } from '../database/unit-of-work.js';

/** How long the file of an export is kept after its end: long enough to fetch it, and no archive of personal data. */
const EXPORT_KEPT_MS = 24 * 60 * 60 * 1000;

const CHUNKS_AT_ONCE = 20;

/** Removes the files of exports a day after they ended, however they ended. */
export async function dropOldExports(unitOfWork: UnitOfWork, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const gone = await unitOfWork.write(async transaction => {
      const before = transaction.now - EXPORT_KEPT_MS;
      const old = sql`SELECT id FROM tasks WHERE type = 'users.export' AND finished_at < ${before}`;
      await transaction.query(
        sql`UPDATE tasks SET output = NULL WHERE id IN (${old}) AND output IS NOT NULL`,
      );
      const rows = await transaction.query(
        sql`delete from export_chunks where (task_id, number) in (
          SELECT task_id, number FROM export_chunks WHERE task_id IN (${old}) LIMIT ${CHUNKS_AT_ONCE}
        ) returning number`,
      );
      return rows.length;
    });
    if (gone < CHUNKS_AT_ONCE) return;
  }
}
