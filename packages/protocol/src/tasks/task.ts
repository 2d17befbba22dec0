import type { JsonObject } from '../json.js';
import type { Time } from '../users/user.js';

/** The kinds of long-running work. */
export const TASK_TYPES = ['users.deactivate', 'users.reactivate'] as const;

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
  /** What happened to each user so far: `{ users: { [id]: outcome } }`. */
  result?: TaskResult;
  /** Why it failed. */
  error?: { code: string; message: string };
}

/** What a task did, by user id. */
export interface TaskResult {
  users: Record<string, UserOutcome>;
}

/** What happened to one user. */
export interface UserOutcome {
  /** `done`: changed by this task; `unchanged`: was in that state already; `failed`: see `error`. */
  status: 'done' | 'unchanged' | 'failed';
  error?: { code: string; message: string };
  details?: JsonObject;
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
