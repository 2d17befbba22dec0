import type { UserOutcome } from '@rollcall/protocol';
import { defineTable } from '../database/table.js';

/** One user of a task. They are rows, not a list in the task, so that who is deleted for good can be taken out. */
export interface TaskUserRow {
  task_id: string;
  /** The place in the call that asked for the task, from 0. */
  ordinal: number;
  user_id: string;
  /** What became of it; absent while it waits. */
  outcome?: UserOutcome;
}

/** The users of the tasks. */
export const taskUserTable = defineTable<TaskUserRow>('task_users', [
  { name: 'task_id', kind: 'text', primary: true },
  { name: 'ordinal', kind: 'integer', primary: true },
  { name: 'user_id', kind: 'text' },
  { name: 'outcome', kind: 'json', nullable: true },
]);
