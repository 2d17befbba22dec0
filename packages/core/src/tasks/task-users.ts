import type { UserOutcome } from '@rollcall/protocol';
import sql, { raw } from 'sql-template-tag';
import type { Column } from '../database/dialect.js';
import { defineTable, insertRows } from '../database/table.js';
import type { Transaction, WriteTransaction } from '../database/unit-of-work.js';
import type { TaskRow } from './task-table.js';

/** One user of a task. These are rows, and not a list in the task, so that the id of a user can be erased. */
export interface TaskUserRow {
  task_id: string;
  /** The place in the call that asked for the task, from 0. */
  ordinal: number;
  user_id: string;
  /** What became of the user; absent while it waits. */
  outcome?: UserOutcome;
}

/** The users of the tasks. */
export const taskUserTable = defineTable<TaskUserRow>('task_users', [
  { name: 'task_id', kind: 'text', primary: true },
  { name: 'ordinal', kind: 'integer', primary: true },
  { name: 'user_id', kind: 'text' },
  { name: 'outcome', kind: 'json', nullable: true },
]);

/** Stores the users of a new task, in the order of the call. */
export async function addTaskUsers(
  transaction: WriteTransaction,
  taskId: string,
  ids: readonly string[],
  from = 0,
): Promise<void> {
  const rows = ids.map(
    (user_id, place): TaskUserRow => ({ task_id: taskId, ordinal: from + place, user_id }),
  );
  await insertRows(transaction, taskUserTable, rows);
}

/** The next users without an outcome, in the order of the call. */
export async function waitingTaskUsers(
  transaction: Transaction,
  taskId: string,
  limit: number,
): Promise<string[]> {
  const cells = await transaction.query(
    sql`SELECT user_id FROM task_users WHERE task_id = ${taskId} AND outcome IS NULL ORDER BY ordinal LIMIT ${limit}`,
  );
  return cells.map(cell => cell.user_id as string);
}

/** How many users got an outcome, and of which kind. */
export interface OutcomeCounts {
  done: number;
  failed: number;
}

const OUTCOME_COLUMNS: readonly Column[] = [
  { name: 'user_id', kind: 'text' },
  { name: 'outcome', kind: 'json' },
];

/** Writes what became of users of a task. A user gets one outcome: one who has it already is not counted again. */
export async function saveOutcomes(
  transaction: WriteTransaction,
  taskId: string,
  outcomes: ReadonlyMap<string, UserOutcome>,
): Promise<OutcomeCounts> {
  if (outcomes.size === 0) return { done: 0, failed: 0 };
  const { dialect } = transaction;
  const rows = [...outcomes].map(([id, outcome]) => [id, dialect.jsonForRow(outcome)]);
  const { expressions, source } = dialect.rowsFromJson(OUTCOME_COLUMNS);
  // The task stands in an expression, so that the rows are found by their users: a task can have very many.
  const written = await transaction.query(
    sql`WITH given_rows(user_id, outcome) AS (SELECT ${expressions} FROM ${source(JSON.stringify(rows))})
      UPDATE task_users SET outcome = given_rows.outcome FROM given_rows
      WHERE coalesce(task_users.task_id, '') = ${taskId} AND task_users.user_id = given_rows.user_id AND task_users.outcome IS NULL
      RETURNING task_users.user_id`,
  );
  const failed = written.filter(row => outcomes.get(row.user_id as string)?.status === 'failed').length;
  return { done: written.length - failed, failed };
}

/**
 * What became of the users of some tasks: by task, then by user, in the order of the call. Of a task that acts on many only
 * those who failed are told, as far as they are kept.
 */
export async function outcomesOf(
  transaction: Transaction,
  tasks: readonly Pick<TaskRow, 'id' | 'type' | 'failed'>[],
): Promise<Map<string, Record<string, UserOutcome>>> {
  const { dialect } = transaction;
  // Most tasks that act on many have nobody who failed, and an export has everybody.
  const asked = tasks.filter(({ type, failed }) => type !== 'users.act' || failed > 0);
  const acting = tasks.some(({ type }) => type === 'users.act');
  const ids = dialect.values(asked.map(({ id }) => id));
  const told = acting ? sql`outcome ->> 'status' = 'failed'` : sql`outcome IS NOT NULL`;
  const cells = await transaction.query(
    sql`SELECT ${raw(taskUserTable.columnList)} FROM task_users
      WHERE task_id IN (${ids}) AND ${told} ORDER BY task_id, ordinal`,
  );
  return byTask(cells.map(cell => taskUserTable.decode(cell, dialect)));
}

function byTask(rows: readonly TaskUserRow[]): Map<string, Record<string, UserOutcome>> {
  const tasks = new Map<string, [string, UserOutcome][]>();
  for (const { task_id, user_id, outcome } of rows) {
    const entries = tasks.get(task_id) ?? [];
    if (outcome) entries.push([user_id, outcome]);
    tasks.set(task_id, entries);
  }
  // From entries, so that a user may have the id `__proto__`.
  return new Map([...tasks].map(([taskId, entries]) => [taskId, Object.fromEntries(entries)]));
}

/** Stores users of a task who have their outcome already, from a place on. */
export async function addOutcomes(
  transaction: WriteTransaction,
  taskId: string,
  { outcomes, from }: { outcomes: ReadonlyMap<string, UserOutcome>; from: number },
): Promise<void> {
  const rows = [...outcomes].map(
    ([user_id, outcome], place): TaskUserRow => ({
      task_id: taskId,
      ordinal: from + place,
      user_id,
      outcome,
    }),
  );
  await insertRows(transaction, taskUserTable, rows);
}

/** Removes users of a task from a place on who have their outcome. @param kept whether those who failed stay. */
export async function removeOutcomes(
  transaction: WriteTransaction,
  taskId: string,
  { from, kept }: { from: number; kept: boolean },
): Promise<void> {
  await transaction.query(
    sql`DELETE FROM task_users WHERE task_id = ${taskId} AND ordinal >= ${from}
      AND ${kept ? sql`outcome ->> 'status' <> 'failed'` : sql`outcome IS NOT NULL`}`,
  );
}
