import { expect, it } from 'vitest';
import { contentHeldIn } from './named-content.js';

const held = (answer: unknown) =>
  Object.fromEntries([...contentHeldIn(answer)].map(([kind, ids]) => [kind, [...ids]]));

it('an answer holds the content that stands in it with something of its own, whether it is one or many', () => {
  const task = { task_id: 't1', status: 'completed', result: { users: {}, export: { url: 'https://x' } } };
  expect(held(task)).toEqual({ task: ['t1'] });
  expect(
    held({
      message: { id: 'm1', cid: 'team:one', user: { id: 'ann' }, text: 'tea', attachments: [], custom: {} },
      messages: [
        { id: 'm2', attachments: [{ id: 'a9', text: 'no message' }], custom: {} },
        { id: 'm3', attachments: [], custom: { message: { id: 'm9', text: 'no message' } } },
      ],
      channel: { cid: 'team:one', id: 'one', custom: { topic: 'tea' } },
      calls: [{ cid: 'talk:one', id: 'one', custom: { topic: 'tea' } }],
      activity: { id: 'a1', verb: 'likes', object: 'tea', custom: {} },
    }),
  ).toEqual({
    message: ['m1', 'm2', 'm3'],
    channel: ['team:one'],
    call: ['talk:one'],
    activity: ['a1'],
  });
});

it('an answer does not hold what it only names, or what has nothing left', () => {
  expect(held({ message: { id: 'm1', cid: 'team:one', attachments: [], custom: {} } })).toEqual({});
  expect(held({ task_id: 't1', message_id: 'm1', ids: ['m2'], users: { ann: { id: 'ann' } } })).toEqual({});
  expect(held(null)).toEqual({});
  expect(held('m1')).toEqual({});
});
