import sql, { raw } from 'sql-template-tag';
import { insertRows } from '../database/insert-rows.js';
import type { Transaction, WriteTransaction } from '../database/unit-of-work.js';
import { type SweepRow, sweepTable } from './cascade-table.js';

/** The sweep of a user; undefined when none is under way. Whoever may change it holds the row of the user. */
export async function findSweep(transaction: Transaction, userId: string): Promise<SweepRow | undefined> {
  return (await findSweeps(transaction, [userId])).get(userId);
}

/** The sweeps of some users, by user; those of tasks that were cancelled are left out. */
export async function findSweeps(
  transaction: Transaction,
  userIds: readonly string[],
): Promise<Map<string, SweepRow>> {
  const { dialect } = transaction;
  const cells = await transaction.query(
    sql`SELECT ${raw(sweepTable.columnList)} FROM sweeps JOIN tasks ON tasks.id = sweeps.task_id
      WHERE sweeps.user_id IN (${dialect.values(userIds)}) AND tasks.status <> 'cancelled'`,
  );
  return new Map(cells.map(cell => [cell.user_id as string, sweepTable.decode(cell, dialect)]));
}

/** Begins sweeps, or takes over those of the same users. */
export function putSweeps(transaction: WriteTransaction, rows: readonly SweepRow[]): Promise<void> {
  return insertRows(transaction, sweepTable, rows, { key: 'user_id' });
}

/** Ends the sweep of a user. */
export async function removeSweep(transaction: WriteTransaction, userId: string): Promise<void> {
  await transaction.query(sql`DELETE FROM sweeps WHERE user_id = ${userId}`);
}

/** Whether the task that a sweep belongs to will get to it: one that has failed will not. */
export async function isAlive(transaction: Transaction, sweep: SweepRow): Promise<boolean> {
  const rows = await transaction.query(
    sql`SELECT 1 FROM tasks WHERE id = ${sweep.task_id} AND finished_at IS NULL`,
  );
  return rows.length > 0;
}

/** A user who is deleted for good inherits nothing. */
export async function forgetHeir(transaction: WriteTransaction, userId: string): Promise<void> {
  await transaction.query(sql`UPDATE sweeps SET heir_id = NULL WHERE heir_id = ${userId}`);
}
