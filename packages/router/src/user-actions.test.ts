import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi, refusal, type TestApi } from '../test/support/test-api.js';

let test: TestApi;
const server = { type: 'server' } as const;

beforeAll(async () => {
  test = await openTestApi();
  await test.directory.users.upsert(server, [
    { id: 'ann', plan: 'free' },
    { id: 'ben', plan: 'free', invisible: true },
    { id: 'admin', role: 'admin' },
  ]);
});

afterAll(() => test.close());

const free = { plan: 'free' };
const ban = { type: 'ban' } as const;

describe('an action on all who match', () => {
  it('is for servers only, whatever the role of a user, and so is its preview', async () => {
    for (const id of ['ann', 'admin']) {
      const { users } = test.as(id);
      const asked = { filter: free, action: ban, options: { max: 9 } };
      expect(await refusal(users.act(asked))).toMatchObject({ code: 'NOT_ALLOWED' });
      expect(await refusal(users.previewAct(asked))).toMatchObject({ code: 'NOT_ALLOWED' });
    }
    expect((await test.directory.tasks.list({ limit: 9 })).tasks).toEqual([]);
  });

  it('shows a server how many there are and some of them, and takes that number', async () => {
    const { users } = test.as();
    const { count, more, sample } = await users.previewAct({ filter: free, action: ban });
    expect({ count, more }).toEqual({ count: 2, more: false });
    expect(sample.map(({ id }) => id).sort()).toEqual(['ann', 'ben']);
    const asked = { filter: free, action: ban };
    const { task_id } = await users.act({ ...asked, options: { expected: { count, more } } });
    expect(await test.directory.tasks.get(task_id)).toMatchObject({
      type: 'users.act',
      action: 'ban',
      progress: { total: 2 },
    });
  });

  it('acts on behalf of a user, who must be there', async () => {
    const asked = { filter: free, action: ban };
    const options = { max: 9, created_by_id: 'nobody' };
    expect(await refusal(test.as().users.act({ ...asked, options }))).toMatchObject({
      code: 'USER_NOT_FOUND',
      field: 'created_by_id',
    });
  });

  it.each([
    ['no filter at all', { filter: undefined, action: ban }, 'filter'],
    ['a filter with an unknown operator', { filter: { plan: { $near: 1 } }, action: ban }, 'plan'],
    ['an unknown action', { filter: free, action: { type: 'explode' } }, 'action.type'],
    [
      'modes that do not go together',
      { filter: free, action: { type: 'delete', user: 'hard' } },
      'action.messages',
    ],
    [
      'two ends of a ban',
      { filter: free, action: { ...ban, timeout: 5, expires_at: '2100-01-01T00:00:00Z' } },
      'action.expires_at',
    ],
  ])('is refused with %s', async (_what, asked, field) => {
    const call = test.as().users.act({ ...asked, options: { max: 9 } } as never);
    // A host makes `INPUT_INVALID` with the same place of what a schema refuses.
    const error = (await refusal(call)) as { field?: string; issues?: { path?: string[] }[] };
    expect(error.field ?? error.issues?.[0]?.path?.join('.')).toBe(field);
  });
});
