import { RollcallError } from '@rollcall/protocol';
import sql, { empty, raw } from 'sql-template-tag';
import type { Transaction } from '../database/unit-of-work.js';
import { type TaskRow, taskTable } from './task-table.js';

/**
 * Reads one task; with `lock` it stays as it is until the transaction ends.
 * @throws RollcallError `TASK_NOT_FOUND`
 */
export async function findTask(transaction: Transaction, taskId: string, lock?: 'lock'): Promise<TaskRow> {
  const { dialect } = transaction;
  const [cells] = await transaction.query(
    sql`SELECT ${raw(taskTable.columnList)} FROM tasks WHERE id = ${taskId}${lock ? dialect.forUpdate : empty}`,
  );
  if (!cells) throw new RollcallError('TASK_NOT_FOUND', `there is no task ${taskId}`, { field: 'task_id' });
  return taskTable.decode(cells, dialect);
}
