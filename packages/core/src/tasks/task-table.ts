import {
  type Actor,
  type JsonObject,
  type JsonValue,
  RollcallError,
  type TaskStatus,
  type TaskType,
} from '@rollcall/protocol';
import sql, { empty, raw } from 'sql-template-tag';
import { defineTable } from '../database/table.js';
import type { Transaction } from '../database/unit-of-work.js';

/** A task as it is stored; the users that it is about are rows of their own (task-users.ts). */
export interface TaskRow {
  id: string;
  type: TaskType;
  status: TaskStatus;
  /** Who asked for it: the events that it causes carry this actor. */
  actor: Actor;
  /** What was asked for, users aside; it never changes. */
  input: JsonObject;
  /** How far it got, in the words of its handler; absent before the first step. */
  position?: JsonValue;
  /** Users who are as the task wants them, `failed` apart: at the end both add up to `total`. */
  done: number;
  total: number;
  failed: number;
  /** What the task made beside changing users. */
  output?: TaskOutput;
  error?: { code: string; message: string };
  /**
   * Attempts at the present step. Counted when a worker takes the task, so that crashes count too; a step that succeeds
   * is followed by the first attempt at the next.
   */
  tries: number;
  /** Not to be taken before this time, by the clock of the database. */
  run_at: number;
  /** Until when the worker that took it may work, by the clock of the database; after that anybody may take it. */
  lease_until?: number;
  /** +1 whenever a worker takes the task: a worker that was overtaken holds an old number and can change nothing. */
  fence: number;
  cancel_requested: boolean;
  /** The last step ended in the middle of a user: a cancelled task goes on to the end of that user. */
  within_user?: boolean;
  /** Who asked for the end: the event `task.cancelled` carries this actor. */
  cancelled_by?: Actor;
  created_at: number;
  updated_at: number;
  started_at?: number;
  finished_at?: number;
}

/** What a task made: so far the file of an export. */
export interface TaskOutput extends JsonObject {
  bytes: number;
}

/** The tasks. */
export const taskTable = defineTable<TaskRow>('tasks', [
  { name: 'id', kind: 'text', primary: true },
  { name: 'type', kind: 'text' },
  { name: 'status', kind: 'text' },
  { name: 'actor', kind: 'json' },
  { name: 'input', kind: 'json' },
  { name: 'position', kind: 'json', nullable: true },
  { name: 'done', kind: 'integer' },
  { name: 'total', kind: 'integer' },
  { name: 'failed', kind: 'integer' },
  { name: 'error', kind: 'json', nullable: true },
  { name: 'tries', kind: 'integer' },
  { name: 'run_at', kind: 'integer' },
  { name: 'lease_until', kind: 'integer', nullable: true },
  { name: 'fence', kind: 'integer' },
  { name: 'cancel_requested', kind: 'boolean' },
  { name: 'cancelled_by', kind: 'json', nullable: true },
  { name: 'created_at', kind: 'integer' },
  { name: 'updated_at', kind: 'integer' },
  { name: 'started_at', kind: 'integer', nullable: true },
  { name: 'finished_at', kind: 'integer', nullable: true },
  { name: 'within_user', kind: 'boolean', nullable: true },
  { name: 'output', kind: 'json', nullable: true },
]);

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
