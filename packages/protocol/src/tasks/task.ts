import type { Actor } from '../events/actor.js';
import type { JsonObject } from '../json.js';
import type { UserActionType } from '../users/user-action.js';
import type { Time } from '../users/user-fields.js';

/** The kinds of long-running work. */
export const TASK_TYPES = [
  'users.deactivate',
  'users.reactivate',
  'users.delete',
  'users.restore',
  'users.export',
  'users.act',
] as const;

/** One kind of long-running work. */
export type TaskType = (typeof TASK_TYPES)[number];

/** `pending` → `running` → one of the three final states. A retried task returns to `pending`. */
export const TASK_STATUSES = ['pending', 'running', 'completed', 'failed', 'cancelled'] as const;

/** The state of a task. */
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** Whether a task in this status will never change again. */
export function isEnded(status: TaskStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

/** A piece of long-running work, as every caller who may see it sees it. */
export interface Task {
  task_id: string;
  type: TaskType;
  /** Of `users.act`: what is done to the users. */
  action?: UserActionType;
  status: TaskStatus;
  /** Counted in users. `done` leaves out users that failed, so at the end `done + failed` is `total`. */
  progress: { done: number; total: number; failed: number };
  created_at: Time;
  updated_at: Time;
  started_at?: Time;
  finished_at?: Time;
  /** Who asked for it. Absent in events about it, whose `actor` says who caused them. */
  started_by?: Actor;
  /** What happened so far. */
  result?: TaskResult;
  /** Why it failed. */
  error?: { code: string; message: string };
}

/** What a task did. */
export interface TaskResult {
  /**
   * The outcome for each user, by id. A user that the task did not reach is absent. A hard-deleted user no longer has
   * an id: it is listed under its tombstone. Of `users.act` only those who failed are here, the first 1,000 of them, and none
   * in a list of tasks.
   */
  users: Record<string, UserOutcome>;
  /** Of `users.act`: what became of all its users. */
  counts?: ActionCounts;
  /** Of `users.act`: how many failed who are not in `users`. Absent when all are. */
  unlisted_failures?: number;
  /** Of an export: where its file is. */
  export?: ExportFile;
}

/** What became of the users of a task `users.act`, each counted once. */
export interface ActionCounts {
  /** The task changed the user, or exported it. */
  done: number;
  /** The user was in that state already. */
  unchanged: number;
  /** When its turn came, the user did not match any more or was gone. Nothing was done to it. */
  skipped: number;
  /** A later call about the user took over the rest of the work. */
  superseded: number;
  failed: number;
}

/** What happened to one user. */
export interface UserOutcome {
  /**
   * `done`: this task changed the user. `unchanged`: the user was already in that state. `superseded`: a later call
   * about the user took over the rest of the work. `failed`: see `error`.
   */
  status: 'done' | 'unchanged' | 'superseded' | 'failed';
  error?: { code: string; message: string };
  /** How much was changed, by product and by the name of the thing. */
  details?: JsonObject;
}

/** The file of an export: NDJSON, one record a line. */
export interface ExportFile {
  /** Where to read it. The link is signed, so it needs no token. The client gives an absolute URL, the wire a path. */
  url: string;
  /** When the link expires. `getTask` gives a fresh one as long as the file is kept. */
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
