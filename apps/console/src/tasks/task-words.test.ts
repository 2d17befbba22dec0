import type { Task } from '@rollcall/client/server';
import { expect, it } from 'vitest';
import { duration, taskInWords, whatOf, whoseOf } from './task-words.js';

const task: Task = {
  task_id: '0190a2b4-7c3d-7e8f-9a0b-1c2d3e4f5a6b',
  type: 'users.delete',
  status: 'running',
  progress: { done: 1, total: 3, failed: 0 },
  created_at: 1,
  updated_at: 1,
};

it('a task says what it does, and an action on many says which', () => {
  expect(whatOf(task)).toBe('Delete users');
  expect(whatOf({ ...task, type: 'users.act', action: 'ban' })).toBe('Ban all that match');
});

it('a task says whose it is, as far as that is known', () => {
  const reached = { users: { jane: { status: 'done' as const } } };
  expect(whoseOf(task)).toBe('3 users');
  expect(whoseOf({ ...task, result: reached })).toBe('jane and 2 others');
  expect(whoseOf({ ...task, result: reached, progress: { done: 1, total: 1, failed: 0 } })).toBe('jane');
  const act: Task = { ...task, type: 'users.act', progress: { done: 0, total: 14_230, failed: 1 } };
  expect(whoseOf({ ...act, result: { users: { john: { status: 'failed' } } } })).toBe('14,230 users');
});

it.each([
  [300, 'under 1 s'],
  [8_400, '8 s'],
  [59_700, '1 min'],
  [14 * 60_000, '14 min'],
  [200 * 60_000, '3 h 20 min'],
  [120 * 60_000, '2 h'],
  [75 * 3_600_000, '3 days'],
])('%d ms are %s', (ms, words) => {
  expect(duration(ms)).toBe(words);
});

it('a task says how far it is, and at its end what became of everybody', () => {
  const ban = {
    ...task,
    type: 'users.act',
    action: 'ban',
    progress: { done: 5, total: 9, failed: 1 },
  } as const;
  expect(taskInWords(ban)).toBe('6 of 9 users, 1 of them failed.');
  const counts = { done: 1, unchanged: 4, skipped: 2, superseded: 0, failed: 1 };
  expect(taskInWords({ ...ban, status: 'cancelled', result: { users: {}, counts } })).toBe(
    'Cancelled: 1 user banned, 4 already as wanted, 2 no longer matching, 1 failed. What is done stays done.',
  );
});
