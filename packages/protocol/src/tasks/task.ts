import type { JsonObject } from '../json.js';
import type { Time } from '../users/user-fields.js';

/** The kinds of long-running work. */
export const TASK_TYPES = [
  'users.deactivate',
  'users.reactivate',
  'users.delete',
  'users.restore',
  'users.export',
] as const;

/** One kind of long-running work. */
export type TaskType = (typeof TASK_TYPES)[number];

/** `pending` → `running` → one of the three ends. A task that is retried goes back to `pending`. */
export const TASK_STATUSES = ['pending', 'running', 'completed', 'failed', 'cancelled'] as const;

/** Where a task stands. */
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** Whether a task in this status will never change again. */
export function isEnded(status: TaskStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

/** A piece of long-running work, as everybody who may see it sees it. */
export interface Task {
  task_id: string;
  type: TaskType;
  status: TaskStatus;
  /** Counted in users; `done` leaves out those that failed, so at the end `done + failed` is `total`. */
  progress: { done: number; total: number; failed: number };
  created_at: Time;
  updated_at: Time;
  started_at?: Time;
  finished_at?: Time;
  /** What happened so far. */
  result?: TaskResult;
  /** Why it failed. */
  error?: { code: string; message: string };
}

/** What a task did. */
export interface TaskResult {
  /**
   * What happened to each user, by id; a user whom the task did not get to is not there. A user who was deleted for good
   * has no id any more: it stands there under its tombstone.
   */
  users: Record<string, UserOutcome>;
  /** Of an export: where its file is. */
  export?: ExportFile;
}

/** What happened to one user. */
export interface UserOutcome {
  /**
   * `done`: changed by this task; `unchanged`: was in that state already; `superseded`: a later call about the user took
   * over what was left to do; `failed`: see `error`.
   */
  status: 'done' | 'unchanged' | 'superseded' | 'failed';
  error?: { code: string; message: string };
  /** How much was changed, by product and by the name of the thing. */
  details?: JsonObject;
}

/** The file of an export: NDJSON, one record a line. */
export interface ExportFile {
  /** Where to read it, without a token: the link is signed. From the client it is absolute, on the wire a path. */
  url: string;
  /** The link is refused from then on; `getTask` gives a fresh one for as long as the file is kept. */
  url_expires_at: Time;
  bytes: number;
}

/** Which page of tasks to list, newest first. */
export interface ListTasksOptions {
  status?: TaskStatus;
  type?: TaskType;
  /** 1–100; default 25. */
  limit?: number;
  next?: string;
}

/** One page of tasks. */
export interface ListTasksAnswer {
  tasks: Task[];
  next?: string;
}
