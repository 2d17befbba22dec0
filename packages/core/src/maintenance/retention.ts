import { LIMITS } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { LifeCycle } from '../life-cycle/life-cycle.js';

/** Entries that leave in one transaction: other writers wait no longer than for these. */
const ENTRIES_AT_ONCE = 1000;

/**
 * Lets the entries of the log leave that are older than a time. The oldest position kept moves in the same transaction,
 * so a listener who was away for longer is told to read afresh, and never gets a part of what it missed.
 * @param before epoch milliseconds.
 * @returns how many left.
 */
export async function pruneLog(
  unitOfWork: UnitOfWork,
  before: number,
  signal?: AbortSignal,
): Promise<number> {
  let gone = 0;
  for (;;) {
    const left = await unitOfWork.write(async transaction => {
      const [stream] = await transaction.query(
        sql`SELECT min_seq, last_seq FROM event_stream WHERE id = 1${transaction.dialect.forUpdate}`,
      );
      const minSeq = Number(stream?.min_seq);
      const end = Math.min(minSeq + ENTRIES_AT_ONCE, Number(stream?.last_seq) + 1);
      const [young] = await transaction.query(
        sql`SELECT min(seq) AS first FROM events WHERE seq < ${end} AND at >= ${before}`,
      );
      const firstKept = typeof young?.first === 'number' ? young.first : end;
      if (firstKept <= minSeq) return 0;
      await transaction.query(sql`DELETE FROM events WHERE seq < ${firstKept}`);
      await transaction.query(sql`DELETE FROM event_mentions WHERE seq < ${firstKept}`);
      await transaction.query(sql`UPDATE event_stream SET min_seq = ${firstKept} WHERE id = 1`);
      return firstKept - minSeq;
    });
    gone += left;
    if (left < ENTRIES_AT_ONCE || signal?.aborted) return gone;
  }
}

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
        sql`DELETE FROM export_chunks WHERE (task_id, number) IN (
          SELECT task_id, number FROM export_chunks WHERE task_id IN (${old}) LIMIT ${CHUNKS_AT_ONCE}
        ) RETURNING number`,
      );
      return rows.length;
    });
    if (gone < CHUNKS_AT_ONCE) return;
  }
}

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
