import type { Task, TaskEvent } from '@rollcall/client/server';
import { beforeEach, expect, it } from 'vitest';
import { forgetNews, newsNow, takeNews, withNews } from './task-news.js';

beforeEach(forgetNews);

const task = (parts: Partial<Task> = {}): Task => ({
  task_id: 'a',
  type: 'users.deactivate',
  status: 'running',
  progress: { done: 2, total: 9, failed: 0 },
  created_at: 1,
  updated_at: 10,
  ...parts,
});

const event = (type: TaskEvent['type'], told: Task, id = 'jane'): TaskEvent => ({
  type,
  created_at: told.updated_at,
  actor: { type: 'user', id },
  task: told,
});

it('an answer that is older than an event is brought up to date, and keeps what only answers say', () => {
  takeNews([event('task.completed', task({ status: 'completed', updated_at: 20 }))]);
  const result = { users: { john: { status: 'done' as const } } };
  expect(withNews(task({ result, started_by: { type: 'server' } }))).toEqual(
    task({ status: 'completed', updated_at: 20, result, started_by: { type: 'server' } }),
  );
});

it('an answer that is newer than an event stays', () => {
  takeNews([event('task.progress', task())]);
  const read = task({ updated_at: 20 });
  expect(withNews(read)).toBe(read);
});

it('progress that comes after the end changes nothing', () => {
  takeNews([event('task.completed', task({ status: 'completed', updated_at: 20 }))]);
  expect(takeNews([event('task.progress', task({ updated_at: 21 }))]).size).toBe(0);
  expect(newsNow().get('a')?.status).toBe('completed');
});

it('the same state twice is no news', () => {
  expect(takeNews([event('task.progress', task())]).size).toBe(1);
  expect(takeNews([event('task.progress', task())]).size).toBe(0);
  expect(takeNews([event('task.progress', task({ progress: { done: 3, total: 9, failed: 0 } }))]).size).toBe(
    1,
  );
});

it('who cancels a task has not asked for it', () => {
  takeNews([event('task.created', task({ status: 'pending' }))]);
  takeNews([event('task.cancelled', task({ status: 'cancelled', updated_at: 20 }), 'root')]);
  expect(newsNow().get('a')).toMatchObject({ status: 'cancelled', started_by: { type: 'user', id: 'jane' } });
});

it('the news of a thousand tasks are kept, the last ones', () => {
  takeNews(Array.from({ length: 1_200 }, (_, index) => event('task.created', task({ task_id: `${index}` }))));
  expect(newsNow().size).toBe(1_000);
  expect(newsNow().has('199')).toBe(false);
  expect(newsNow().has('1199')).toBe(true);
});
