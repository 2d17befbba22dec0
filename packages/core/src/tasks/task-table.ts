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

/** A task as it is stored. Its users are rows of their own (task-users.ts). */
export interface TaskRow {
  id: string;
  type: TaskType;
  status: TaskStatus;
  /** Who asked for it: the events that it causes have this actor. */
  actor: Actor;
  /**
   * What was asked for, besides the users. It changes only in what it says about users who are erased, and of a task
   * `users.act` little of it is left at the end (act-input.ts).
   */
  input: JsonObject;
  /** How far it got, in a form of its handler's own; absent before the first step. */
  position?: JsonValue;
  /** Users who are as the task wants them, without those in `failed`. At the end both add up to `total`. */
  done: number;
  total: number;
  failed: number;
  /** What the task made, besides changing users. */
  output?: TaskOutput;
  error?: { code: string; message: string };
  /**
   * Tries of the present step. They are counted when a worker claims the task, so that crashes count too. After a step that
   * succeeded, this is the first try of the next one.
   */
  tries: number;
  /** The task cannot be claimed before this time, by the clock of the database. */
  run_at: number;
  /** Until when the worker that claimed it may work, by the clock of the database. After that any worker may claim it. */
  lease_until?: number;
  /** Grows by 1 with every claim: a worker that was overtaken holds an old number and can change nothing. */
  fence: number;
  cancel_requested: boolean;
  /** Whether the last step ended in the middle of a user: a cancelled task goes on to the end of that user. */
  within_user?: boolean;
  /** Who cancelled it: the event `task.cancelled` has this actor. */
  cancelled_by?: Actor;
  created_at: number;
  updated_at: number;
  started_at?: number;
  finished_at?: number;
}

/** What a task made: the file of an export. */
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
 * Reads one task. With `lock`, it stays as it is until the transaction ends.
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
