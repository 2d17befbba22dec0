import sql from 'sql-template-tag';
import type { DiskRoom } from '../database/disk-room.js';
import type { Transaction } from '../database/unit-of-work.js';
import { readBounds } from '../events/stored-log.js';
import { readWebhooksState, type WebhooksState } from '../webhooks/webhooks-state.js';

/** The tasks in one state that has not ended. */
interface TasksInState {
  count: number;
  /** For how long the oldest has been in it: one that waits, since it could have been taken. 0: there is none. */
  oldestMs: number;
}

/** What the data says of the work that is to be done, in all processes together. */
export interface StoredState {
  /** The position of the last event in the log. */
  logPosition: number;
  tasks: Record<'pending' | 'running', TasksInState>;
  /** Tasks whose lease is over and that no worker has taken again. */
  overdueTasks: number;
  /** The processes that have users, by whether their lease holds. */
  processes: Record<'alive' | 'dead', number>;
  webhooks: WebhooksState;
  /** Absent for PostgreSQL. */
  disk?: DiskRoom;
}

/** Reads it with a few short statements, by the clock of the database. */
export async function readStoredState(transaction: Transaction): Promise<Omit<StoredState, 'disk'>> {
  const { dialect } = transaction;
  const bounds = await readBounds(transaction);
  const rows = await transaction.query(
    sql`SELECT status, count(*) AS count, min(since) AS since, sum(overdue) AS overdue, max(now) AS now FROM (
        SELECT status, clock.now AS now,
          CASE WHEN status = 'running' THEN started_at WHEN run_at > created_at THEN run_at ELSE created_at END AS since,
          CASE WHEN status = 'running' AND lease_until <= clock.now THEN 1 ELSE 0 END AS overdue
        FROM tasks, (SELECT ${dialect.now} AS now) AS clock WHERE status IN ('pending', 'running')
      ) AS open_tasks GROUP BY status`,
  );
  const inState = (status: string): TasksInState => {
    const row = rows.find(one => one.status === status);
    const since = Number(row?.since ?? row?.now);
    return row
      ? { count: Number(row.count), oldestMs: Math.max(0, Number(row.now) - since) }
      : { count: 0, oldestMs: 0 };
  };
  const [processes] = await transaction.query(
    sql`SELECT count(*) AS total, sum(CASE WHEN lease_until > (SELECT ${dialect.now}) THEN 1 ELSE 0 END) AS alive FROM nodes`,
  );
  const alive = Number(processes?.alive ?? 0);
  return {
    logPosition: bounds.seq,
    tasks: { pending: inState('pending'), running: inState('running') },
    overdueTasks: rows.reduce((sum, row) => sum + Number(row.overdue), 0),
    processes: { alive, dead: Number(processes?.total) - alive },
    webhooks: await readWebhooksState(transaction),
  };
}
