import type { Task } from '@rollcall/protocol';
import { describe, expect, it } from 'vitest';
import { taskLines } from './follow-task.js';

describe('taskLines', () => {
  it('names each user that failed, with the reason', () => {
    const task: Task = {
      task_id: 't',
      type: 'users.deactivate',
      status: 'completed',
      progress: { done: 2, total: 2, failed: 1 },
      created_at: 0,
      updated_at: 0,
      result: {
        users: {
          a: { status: 'done' },
          b: { status: 'failed', error: { code: 'USER_DELETED', message: 'is gone' } },
        },
      },
    };
    expect(taskLines(task)).toEqual([
      't  users.deactivate  completed: 2 of 2 users, 1 failed',
      '  b: USER_DELETED is gone',
    ]);
  });
});
