import type { RollcallEvent, Task } from '@rollcall/client/server';
import { expect, it } from 'vitest';
import { patchRunningTasks } from './running-tasks.js';

const task = (task_id: string, updated_at: number, status: Task['status'] = 'running'): Task => ({
  task_id,
  type: 'users.delete',
  status,
  progress: { done: updated_at, total: 10, failed: 0 },
  created_at: 1,
  updated_at,
});

const event = (one: Task, type: 'task.created' | 'task.progress' | 'task.completed'): RollcallEvent => ({
  type,
  created_at: one.updated_at,
  actor: { type: 'system' },
  task: one,
});

it('a task moves with its events, a new one comes first, and one that has ended goes', () => {
  const before = [task('a', 1), task('b', 1)];
  const after = patchRunningTasks(before, [
    event(task('c', 2, 'pending'), 'task.created'),
    event(task('b', 3), 'task.progress'),
    event(task('a', 4, 'completed'), 'task.completed'),
  ]);
  expect(after.map(one => [one.task_id, one.progress.done])).toEqual([
    ['c', 2],
    ['b', 3],
  ]);
});

it('progress that comes after the end of its task does not bring it back', () => {
  const ended = patchRunningTasks([task('a', 1)], [event(task('a', 5, 'completed'), 'task.completed')]);
  expect(patchRunningTasks(ended, [event(task('a', 4), 'task.progress')])).toEqual([]);
});

it('an event that is older than what was read changes nothing, and events about others keep the list as it is', () => {
  const before = [task('a', 5)];
  expect(patchRunningTasks(before, [event(task('a', 4), 'task.progress')])).toBe(before);
  expect(patchRunningTasks(before, [event(task('z', 4, 'completed'), 'task.completed')])).toEqual(before);
});
