import { type ListTasksAnswer, type ListTasksOptions, RollcallError } from '@rollcall/protocol';
import { taskIdSchema } from '@rollcall/protocol/schemas';
import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import type { Transaction } from '../database/unit-of-work.js';
import { type TaskRow, taskTable } from './task-table.js';
import { outcomesOf } from './task-users.js';
import { type ExportLink, toTaskWithResult } from './to-task.js';

/** The checked options of `listTasks`. */
export type ParsedListTasksOptions = ListTasksOptions & { limit: number };

/**
 * One page of tasks, newest first. Paging is stable: a task that is made meanwhile does not move others to another page.
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
    // Those who failed in a task that acts on many are too many for a list.
    rows.filter(row => row.type !== 'users.act'),
  );
  return {
    tasks: rows.map(row => toTaskWithResult(row, outcomes.get(row.id) ?? {}, exportLink)),
    ...(cells.length > limit && last && { next: writeTaskCursor(last, options) }),
  };
}

/** The last task of a page; the next page begins after it. */
interface TaskCursor {
  created_at: number;
  id: string;
}

/** Writes the cursor of a page. It holds the conditions of the list too, and is valid for no other list. */
function writeTaskCursor(last: TaskRow, { status, type }: ListTasksOptions): string {
  const parts = [last.created_at, last.id, status ?? null, type ?? null];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/**
 * Reads a cursor back.
 * @throws RollcallError `CURSOR_INVALID` when it was not made for a list with these conditions.
 */
function readTaskCursor(text: string, { status, type }: ListTasksOptions): TaskCursor {
  const [createdAt, id, itsStatus, itsType, ...rest] = parse(text);
  const known = Number.isSafeInteger(createdAt) && taskIdSchema.safeParse(id).success && rest.length === 0;
  if (!known || itsStatus !== (status ?? null) || itsType !== (type ?? null)) {
    throw new RollcallError(
      'CURSOR_INVALID',
      'next: this cursor was not issued for this list; begin without it',
      {
        field: 'next',
      },
    );
  }
  return { created_at: createdAt as number, id: id as string };
}

function parse(text: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}
