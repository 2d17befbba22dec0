import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openTestApi, type TestApi } from '../test/support/test-api.js';

let test: TestApi;
beforeAll(async () => {
  test = await openTestApi();
  const { users, presence } = test.directory;
  await users.upsert({ type: 'server' }, [{ id: 'ann', invisible: true }, { id: 'ben' }]);
  presence.connected('ann');
  await vi.waitFor(async () => expect((await users.find(['ann']))[0]?.online).toBe(true));
});
afterAll(() => test.close());

it('an invisible user is offline to everybody else, in answers, filters and sorts, and to nobody else invisible', async () => {
  const { users } = test.as('ben');
  const [ann] = (await users.query({ filter: { id: 'ann' } })).users;
  expect(ann).toMatchObject({ online: false });
  expect(ann).not.toHaveProperty('last_active');
  expect(ann).not.toHaveProperty('invisible');
  const found = async (query: Parameters<typeof users.query>[0]) =>
    (await users.query(query)).users.map(user => user.id);
  expect(await found({ filter: { online: true } })).toEqual([]);
  expect(await found({ filter: { last_active: { $exists: true } } })).toEqual([]);
  expect(await found({ filter: { online: false }, sort: [{ field: 'last_active', direction: -1 }] })).toEqual(
    ['ben', 'ann'],
  );
});

it('an invisible user sees itself as it is, and so do servers', async () => {
  for (const caller of ['ann', undefined]) {
    const [ann] = (await test.as(caller).users.query({ filter: { id: 'ann' } })).users;
    expect(ann).toMatchObject({ online: true, invisible: true, last_active: expect.any(Number) });
  }
  const { users } = await test.as().users.query({ filter: { online: true, invisible: true } });
  expect(users.map(user => user.id)).toEqual(['ann']);
});
