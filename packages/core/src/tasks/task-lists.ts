import { isTombstone } from '@rollcall/protocol';
import sql, { raw } from 'sql-template-tag';
import { defineTable, insertRows } from '../database/table.js';
import type { Transaction, WriteTransaction } from '../database/unit-of-work.js';

/**
 * Users whom a task has still to reach, when they are too many for a row each. The lists are those of the moment at which the
 * task was asked for. A list goes when the task is through with it, so the ids are stored for no longer than they are needed.
 */
export interface TaskListRow {
  task_id: string;
  /** The place among the lists of the task, from 0. */
  number: number;
  /** The ids lie between these two. Absent when all of them have been erased. */
  first_user_id?: string;
  last_user_id?: string;
  /** In place of an id that was erased stands its tombstone. */
  user_ids: string[];
}

/** The lists of the tasks. */
export const taskListTable = defineTable<TaskListRow>('task_lists', [
  { name: 'task_id', kind: 'text', primary: true },
  { name: 'number', kind: 'integer', primary: true },
  { name: 'first_user_id', kind: 'text', nullable: true },
  { name: 'last_user_id', kind: 'text', nullable: true },
  { name: 'user_ids', kind: 'json' },
]);

/**
 * Waits for others who store or erase ids in the lists of tasks. A caller that stores ids that were read before has to look whether
 * they were erased meanwhile, and an erasure has to find what is stored.
 */
export function holdTaskLists(transaction: WriteTransaction): Promise<void> {
  return transaction.lock(['task lists']);
}

/** Stores the lists of a new task. The caller holds the lists ({@link holdTaskLists}). */
export function addTaskLists(transaction: WriteTransaction, rows: readonly TaskListRow[]): Promise<void> {
  return insertRows(transaction, taskListTable, rows);
}

/** The first list that a task is not through with. */
export async function nextTaskList(
  transaction: Transaction,
  taskId: string,
): Promise<TaskListRow | undefined> {
  const [cells] = await transaction.query(
    sql`SELECT ${raw(taskListTable.columnList)} FROM task_lists WHERE task_id = ${taskId} ORDER BY number LIMIT 1`,
  );
  return cells && taskListTable.decode(cells, transaction.dialect);
}

/** Removes a list that a task is through with. */
export async function removeTaskList(
  transaction: WriteTransaction,
  { task_id, number }: TaskListRow,
): Promise<void> {
  await transaction.query(sql`DELETE FROM task_lists WHERE task_id = ${task_id} AND number = ${number}`);
}

/** Removes what is left of the lists of a task that has ended. */
export async function removeTaskLists(transaction: WriteTransaction, taskId: string): Promise<void> {
  await transaction.query(sql`DELETE FROM task_lists WHERE task_id = ${taskId}`);
}

/** Puts the tombstones of users who are erased in place of their ids. */
export async function eraseFromTaskLists(
  transaction: WriteTransaction,
  names: ReadonlyMap<string, string>,
): Promise<void> {
  const { dialect } = transaction;
  await holdTaskLists(transaction);
  for (const [id, name] of names) {
    const cells = await transaction.query(
      sql`SELECT ${raw(taskListTable.columnList)} FROM task_lists
        WHERE first_user_id <= ${id} AND last_user_id >= ${id}${dialect.forUpdate}`,
    );
    for (const cell of cells) {
      const row: TaskListRow = taskListTable.decode(cell, dialect);
      if (!row.user_ids.includes(id)) continue;
      const user_ids = row.user_ids.map(one => (one === id ? name : one));
      // A tombstone says nothing of where it belongs, so the bounds are those of the ids that are left.
      const kept = user_ids.filter(one => !isTombstone(one)).sort();
      await transaction.query(
        sql`UPDATE task_lists SET user_ids = ${dialect.jsonParameter(user_ids)},
          first_user_id = ${kept[0] ?? null}, last_user_id = ${kept.at(-1) ?? null}
          WHERE task_id = ${row.task_id} AND number = ${row.number}`,
      );
    }
  }
}
