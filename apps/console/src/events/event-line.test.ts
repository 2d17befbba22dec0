import type { RollcallEvent, User } from '@rollcall/client/server';
import { expect, it } from 'vitest';
import { lineOf } from './event-line.js';

const base = { id: 'a.1', created_at: 0, actor: { type: 'server' } as const };
const jane = { id: 'jane' } as User;

const LINES: [string, RollcallEvent, string, string, string][] = [
  [
    'a change',
    {
      ...base,
      actor: { type: 'user', id: 'john' },
      type: 'user.updated',
      user: jane,
      changes: { name: {}, 'custom.plan': { after: 'pro' } },
    },
    'john',
    'jane',
    'name, custom.plan',
  ],
  ['a ban', { ...base, type: 'user.banned', user: jane, reason: 'spam' }, 'a back end', 'jane', 'spam'],
  [
    'a user who leaves a filter',
    { ...base, type: 'user.updated', user: jane, matched: { before: true, after: false } },
    'a back end',
    'jane',
    'matches no more',
  ],
  [
    'a channel',
    {
      ...base,
      actor: { type: 'system' },
      type: 'channel.deleted',
      channel: { cid: 'messaging:1', type: 'messaging', id: '1' },
      user_ids: ['jane', 'john'],
      mode: 'hard',
    },
    'Rollcall',
    'messaging:1',
    'jane, john · hard',
  ],
  [
    'a task',
    {
      ...base,
      type: 'task.completed',
      task: {
        task_id: '0190a2b4-7c3d-7e8f-9a0b-1c2d3e4f5a6b',
        type: 'users.export',
        status: 'completed',
        progress: { done: 2, total: 3, failed: 1 },
        created_at: 1,
        updated_at: 2,
      },
    },
    'a back end',
    '0190a2b4',
    'Export users, 2 of 3, 1 failed',
  ],
];

it.each(LINES)('%s says who did what to whom', (_name, event, who, whom, what) => {
  expect(lineOf(event)).toMatchObject({ who, whom, what });
});

it('the time is to the millisecond', () => {
  expect(lineOf({ ...base, created_at: 1_007, type: 'user.created', user: jane }).time).toMatch(
    /^\d\d:\d\d:01\.007$/,
  );
});
