import type { Task } from '@rollcall/client/server';
import { expect, it } from 'vitest';
import { arrivedTasks } from './arrived-tasks.js';

const task = (task_id: string, created_at: number, parts: Partial<Task> = {}): Task => ({
  task_id,
  type: 'users.deactivate',
  status: 'running',
  progress: { done: 0, total: 1, failed: 0 },
  created_at,
  updated_at: created_at,
  ...parts,
});

const news = (...tasks: Task[]) => new Map(tasks.map(one => [one.task_id, one]));
const ids = (tasks: Task[]) => tasks.map(({ task_id }) => task_id);
const page = { tasks: [task('b', 20), task('a', 10)] };

it('a task that was made since waits, and one that is shown does not', () => {
  expect(ids(arrivedTasks({}, page, news(task('a', 10), task('c', 30))))).toEqual(['c']);
});

it('a task that has come into the state that is listed waits, one that left it does not', () => {
  const told = news(task('old', 5), task('over', 6, { status: 'completed' }));
  expect(ids(arrivedTasks({ status: 'running' }, page, told))).toEqual(['old']);
  expect(arrivedTasks({ type: 'users.export' }, page, told)).toEqual([]);
});

it('a task of an older page is no new one', () => {
  expect(arrivedTasks({}, { ...page, next: 'more' }, news(task('old', 5)))).toEqual([]);
});

it('only the newest page gets new ones', () => {
  expect(arrivedTasks({ next: 'more' }, page, news(task('c', 30)))).toEqual([]);
});
