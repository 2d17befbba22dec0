import { LIMITS } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { LifeCycle } from '../life-cycle/life-cycle.js';
import { IS_EXPORT } from '../tasks/act-input.js';

/*
 * What maintenance deletes when it is too old: entries of the event log, tasks, files of exports, and deleted users. Each
 * goes in small transactions, so that other writers get their turn in between.
 */

/** Entries deleted in one transaction: other writers wait no longer than for these. */
const ENTRIES_AT_ONCE = 1000;

/**
 * Deletes the entries of the log that are older than a time. The oldest kept position moves in the same transaction. So a
 * listener that was away for longer is told to read afresh, and never gets only a part of what it missed.
 * @param before epoch milliseconds.
 * @returns how many were deleted.
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
      await transaction.query(sql`DELETE FROM past_epochs WHERE last_seq < ${firstKept} - 1`);
      return firstKept - minSeq;
    });
    gone += left;
    if (left < ENTRIES_AT_ONCE || signal?.aborted) return gone;
  }
}

/** Tasks deleted in one transaction, and users of tasks. */
const TASKS_AT_ONCE = 50;
const TASK_USERS_AT_ONCE = 5000;

/** Deletes tasks that ended before a time, with what they say about users. @param before epoch milliseconds. */
export async function pruneTasks(unitOfWork: UnitOfWork, before: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const gone = await unitOfWork.write(async transaction => {
      const { dialect } = transaction;
      const rows = await transaction.query(
        sql`SELECT id FROM tasks WHERE finished_at < ${before} ORDER BY finished_at LIMIT ${TASKS_AT_ONCE}${dialect.skipLocked}`,
      );
      const ids = dialect.values(rows.map(row => row.id as string));
      const users = await transaction.query(
        sql`DELETE FROM task_users WHERE (task_id, ordinal) IN (
          SELECT task_id, ordinal FROM task_users WHERE task_id IN (${ids}) LIMIT ${TASK_USERS_AT_ONCE}
        ) RETURNING ordinal`,
      );
      // A task goes when its users are gone, so that nobody is left without a task.
      if (users.length === TASK_USERS_AT_ONCE) return TASKS_AT_ONCE;
      await transaction.query(sql`DELETE FROM tasks WHERE id IN (${ids})`);
      return rows.length;
    });
    if (gone < TASKS_AT_ONCE) return;
  }
}

/** How long the file of an export is kept: long enough to fetch it, and not an archive of personal data. */
const EXPORT_KEPT_MS = 24 * 60 * 60 * 1000;

const CHUNKS_AT_ONCE = 20;

/** Deletes the files of exports a day after the exports ended, however they ended. */
export async function dropOldExports(unitOfWork: UnitOfWork, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const gone = await unitOfWork.write(async transaction => {
      const before = transaction.now - EXPORT_KEPT_MS;
      const old = sql`SELECT id FROM tasks WHERE ${IS_EXPORT} AND finished_at < ${before}`;
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
 * Hard-deletes users who were soft-deleted before a time, with their content. It leaves out users whom a hard deletion
 * already works on, so two processes may purge at the same time without harm.
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
