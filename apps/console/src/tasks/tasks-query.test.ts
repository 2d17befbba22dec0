import type { Task } from '@rollcall/client/server';
import { expect, it } from 'vitest';
import { newerTask } from './tasks-query.js';

const running: Task = {
  task_id: 't',
  type: 'users.delete',
  status: 'running',
  progress: { done: 1, total: 3, failed: 0 },
  created_at: 1,
  updated_at: 5,
};
const cancelled: Task = { ...running, status: 'cancelled', finished_at: 5 };

it('an answer that was made before the end of a task does not undo the end, also within a millisecond', () => {
  expect(newerTask(undefined, running)).toBe(running);
  expect(newerTask(cancelled, running)).toBe(cancelled);
  expect(newerTask(cancelled, { ...running, updated_at: 6 })).toBe(cancelled);
  expect(newerTask(running, cancelled)).toBe(cancelled);
});

it('of two states the later one counts', () => {
  const later = { ...running, updated_at: 6 };
  expect(newerTask(later, running)).toBe(later);
  expect(newerTask(running, later)).toBe(later);
});
