import { expect, it } from 'vitest';
import { idsNamedIn } from './named-ids.js';

it('the ids in an answer, and in what was said, are what stands under a name of ids, and the names of users; nothing in custom data', () => {
  const answer = {
    users: { ann: { id: 'ann', name: 'Bob', blocked_user_ids: ['cara'], custom: { user_id: 'nobody' } } },
    channel: {
      owner_id: 'dora',
      members: [{ user_id: 'emil', user: { id: 'emil', teams: ['red'] } }],
      created_by: { id: 'fay', role: 'admin' },
    },
    members: ['gus'],
    task_id: 't',
    counts: { created: 1 },
    filter: { $or: [{ id: { $in: ['hal'] } }, { name: { $in: ['Ida'] } }] },
  };
  const input = { ids: ['jo'], custom: { ids: ['nobody'] } };
  const named = ['ann', 'cara', 'dora', 'emil', 'fay', 'gus', 'hal', 'jo', 't'];
  expect([...idsNamedIn(answer, input)].sort()).toEqual(named);
  expect([...idsNamedIn(null, 'ann', undefined)]).toEqual([]);
});
