import type { Task } from '@rollcall/protocol';
import { expect, it } from 'vitest';
import { withAbsoluteLink } from './tasks.js';

const task: Task = {
  task_id: 'a',
  type: 'users.export',
  status: 'completed',
  progress: { done: 1, total: 1, failed: 0 },
  created_at: 1,
  updated_at: 2,
};
const file = { url: '/exports/a.ndjson?expires=3&signature=s', url_expires_at: 3, bytes: 10 };
const exported: Task = { ...task, result: { users: { jane: { status: 'done' } }, export: file } };

it.each([
  ['http://localhost:4600', 'http://localhost:4600/exports/a.ndjson?expires=3&signature=s'],
  ['https://example.com/users/?x=1#y', 'https://example.com/users/exports/a.ndjson?expires=3&signature=s'],
])('makes the link of an export one on the server at %s', (url, link) => {
  expect(withAbsoluteLink(exported, url)).toEqual({
    ...task,
    result: { users: { jane: { status: 'done' } }, export: { ...file, url: link } },
  });
});

it('leaves tasks without a file as they are', () => {
  expect(withAbsoluteLink(task, 'http://localhost:4600')).toBe(task);
});
