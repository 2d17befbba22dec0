import type { ListTasksAnswer, ListTasksOptions } from '@rollcall/protocol';
import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import type { Transaction } from '../database/unit-of-work.js';
import { readTaskCursor, writeTaskCursor } from './task-cursor.js';
import { taskTable } from './task-table.js';
import { outcomesOf } from './task-users.js';
import { type ExportLink, toTaskWithResult } from './to-task.js';

/** The checked options of `listTasks`. */
export type ParsedListTasksOptions = ListTasksOptions & { limit: number };

/**
 * One page of tasks, newest first. Paging is stable: a task that is made meanwhile moves none to another page.
 * @throws RollcallError `CURSOR_INVALID`
 */
export async function listTasks(
  transaction: Transaction,
  options: ParsedListTasksOptions,
  exportLink: ExportLink,
): Promise<ListTasksAnswer> {
  const { status, type, limit, next } = options;
  const conditions: Sql[] = [];
  if (status !== undefined) conditions.push(sql`status = ${status}`);
  if (type !== undefined) conditions.push(sql`type = ${type}`);
  if (next !== undefined) {
    const after = readTaskCursor(next, options);
    conditions.push(sql`(created_at, id) < (${after.created_at}, ${after.id})`);
  }
  const where = conditions.length > 0 ? sql`WHERE ${join(conditions, ' AND ')}` : empty;
  const cells = await transaction.query(
    sql`SELECT ${raw(taskTable.columnList)} FROM tasks ${where}
      ORDER BY created_at DESC, id DESC LIMIT ${limit + 1}`,
  );
  const rows = cells.slice(0, limit).map(one => taskTable.decode(one, transaction.dialect));
  const last = rows.at(-1);
  const outcomes = await outcomesOf(
    transaction,
    rows.map(row => row.id),
  );
  return {
    tasks: rows.map(row => toTaskWithResult(row, outcomes.get(row.id) ?? {}, exportLink)),
    ...(cells.length > limit && last && { next: writeTaskCursor(last, options) }),
  };
}
