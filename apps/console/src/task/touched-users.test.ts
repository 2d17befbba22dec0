import type { Task } from '@rollcall/client/server';
import { expect, it } from 'vitest';
import { detailWords, outcomesOf } from './outcomes.js';
import { touchedUsers } from './touched-users.js';

const task: Task = {
  task_id: 'a',
  type: 'users.deactivate',
  status: 'completed',
  progress: { done: 1, total: 3, failed: 1 },
  created_at: 5,
  started_at: 10,
  updated_at: 20,
  finished_at: 20,
  result: {
    users: {
      jane: { status: 'done' },
      john: { status: 'unchanged' },
      jim: { status: 'failed', error: { code: 'USER_DELETED', message: 'gone' } },
    },
  },
};

it('a task that names its users leads to those whom it changed, also when they are deleted', () => {
  expect(touchedUsers(task)?.search).toEqual({ filter: { id: { $in: ['jane'] } }, with: 'deleted' });
  expect(touchedUsers({ ...task, type: 'users.export' })).toBeUndefined();
  expect(touchedUsers({ ...task, progress: { done: 0, total: 3, failed: 3 } })).toBeUndefined();
});

it('an action on many leads to those who changed while it ran, as far as that shows', () => {
  const act = (action: Task['action']): Task => ({ ...task, type: 'users.act', action, result: undefined });
  expect(touchedUsers(act('deactivate'))?.search).toEqual({
    filter: { deactivated_at: { $gte: 10, $lte: 20 } },
    with: 'deactivated',
  });
  expect(touchedUsers(act('ban'))?.search.filter).toEqual({ updated_at: { $gte: 10, $lte: 20 } });
  expect(touchedUsers({ ...act('ban'), finished_at: undefined })?.search.filter).toEqual({
    updated_at: { $gte: 10 },
  });
  expect(touchedUsers(act('revoke_tokens'))).toBeUndefined();
});

it('those who failed come first', () => {
  expect(outcomesOf(task).map(({ id }) => id)).toEqual(['jim', 'john', 'jane']);
});

it('details are numbers with their names, without those that are nothing', () => {
  expect(detailWords({ chat: { messages: 1_204, channels: 0 }, video: { call_members: 2 } })).toBe(
    '1,204 messages, 2 call members',
  );
  expect(detailWords({ records: 3 })).toBe('3 records');
  expect(detailWords(undefined)).toBe('');
});
