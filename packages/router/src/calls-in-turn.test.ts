import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openTestApi, principalOf, refusal, type TestApi } from '../test/support/test-api.js';
import { appRouter } from './app-router.js';

const SERVER = { type: 'server' } as const;

let test: TestApi;

beforeEach(async () => {
  test = await openTestApi();
  await test.directory.users.upsert(SERVER, [{ id: 'ann' }, { id: 'ben' }, { id: 'cat' }]);
});

afterEach(async () => {
  vi.restoreAllMocks();
  await test.close();
});

/** Lets nobody connect until it is opened, and says who wants to. */
function gate() {
  const { users } = test.directory;
  const connect = users.connect.bind(users);
  const inside: string[] = [];
  let open = (): void => undefined;
  const opened = new Promise<void>(resolve => {
    open = resolve;
  });
  vi.spyOn(users, 'connect').mockImplementation(async (...given) => {
    inside.push(given[0].userId);
    await opened;
    return connect(...given);
  });
  return { inside, open };
}

const rename = (id: string, name: number) => test.as(id).users.connect({ user: { id, name: `${name}` } });

describe('a burst of calls of one user', () => {
  it('is carried out two at a time and in order, and others come between', async () => {
    const { inside, open } = gate();
    const burst = Array.from({ length: 40 }, (_, call) => rename('ann', call));
    const other = rename('ben', 0);
    const lookup = await test.as('cat').users.query({ filter: { id: 'ann' } });
    expect(lookup.users[0]).not.toHaveProperty('name');
    await vi.waitFor(() => expect(inside).toContain('ben'));
    expect([...inside].sort()).toEqual(['ann', 'ann', 'ben']);
    open();
    await other;
    const names = (await Promise.all(burst)).map(({ user }) => user.name);
    expect(names).toEqual(Array.from({ length: 40 }, (_, call) => `${call}`));
    expect(inside).toHaveLength(41);
  });

  it('is judged when its turn comes: what the user may do no more while it waits is refused', async () => {
    const { inside, open } = gate();
    const [first, second] = [rename('ann', 1), rename('ann', 2)];
    await vi.waitFor(() => expect(inside).toHaveLength(2));
    const blocked = refusal(test.as('ann').blocks.block({ id: 'ben' }));
    await test.directory.settings.update(SERVER, { grants: { user: ['update-own-user'] } });
    open();
    await Promise.all([first, second]);
    expect(await blocked).toMatchObject({ code: 'NOT_ALLOWED' });
  });

  it('keeps no call of a server token waiting, and no query', async () => {
    const { inside, open } = gate();
    const burst = Array.from({ length: 5 }, (_, call) => rename('ann', call));
    await vi.waitFor(() => expect(inside).toHaveLength(2));
    expect((await test.as('ann').users.query({ filter: { id: 'ben' } })).users).toHaveLength(1);
    const many = Array.from({ length: 20 }, () => test.as().blocks.list({ user_id: 'ben' }));
    expect(await Promise.all(many)).toHaveLength(20);
    open();
    await Promise.all(burst);
  });

  it('leaves the line when the caller is gone: what waits is not carried out', async () => {
    const { inside, open } = gate();
    const caller = new AbortController();
    const gone = appRouter.createCaller(test.contextOf(principalOf('ann')), { signal: caller.signal });
    const running = [rename('ann', 1), rename('ann', 2)];
    await vi.waitFor(() => expect(inside).toHaveLength(2));
    const waiting = Array.from({ length: 10 }, () =>
      refusal(gone.users.connect({ user: { id: 'ann', name: 'late' } })),
    );
    caller.abort();
    for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ code: 'UNAVAILABLE' });
    open();
    await Promise.all(running);
    expect(inside).toHaveLength(2);
  });
});
