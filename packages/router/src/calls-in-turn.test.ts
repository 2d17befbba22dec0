import { RollcallError } from '@rollcall/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openTestApi, principalOf, refusal, type TestApi } from '../test/support/test-api.js';
import { appRouter } from './app-router.js';
import { callerKeyOf } from './caller-key.js';
import type { CallContext } from './context.js';

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

describe('callers who have not said who they are', () => {
  const from = (address: string, authentication: CallContext['authentication']) =>
    appRouter.createCaller({ ...test.contextOf(principalOf()), address, authentication });
  const nobody = { error: new RollcallError('TOKEN_MISSING', 'the call carries no token') };

  it('have guests made two at a time for an address, whatever token comes along, and others come between', async () => {
    await test.directory.settings.update(SERVER, { guests_enabled: true });
    const { users } = test.directory;
    const connectGuest = users.connectGuest.bind(users);
    let inside = 0;
    let open = (): void => undefined;
    const opened = new Promise<void>(resolve => {
      open = resolve;
    });
    vi.spyOn(users, 'connectGuest').mockImplementation(async given => {
      inside += 1;
      await opened;
      return connectGuest(given);
    });
    const make = (address: string, authentication: CallContext['authentication'] = nobody) =>
      from(address, authentication).users.connectGuest({ user: {} });
    const burst = [
      ...Array.from({ length: 8 }, () => make('192.0.2.1')),
      make('192.0.2.1', { principal: principalOf('ann') }),
      make('192.0.2.1', { principal: { kind: 'anonymous' } }),
    ];
    await vi.waitFor(() => expect(inside).toBe(2));
    burst.push(make('192.0.2.2'));
    await vi.waitFor(() => expect(inside).toBe(3));
    open();
    expect(new Set((await Promise.all(burst)).map(({ user }) => user.id)).size).toBe(11);
  });

  it('are refused at once for a bad token, however many calls of their address wait, and nothing is read', async () => {
    const context = test.contextOf({ kind: 'anonymous' });
    const budget = context.budgets.of(callerKeyOf(context));
    let open = (): void => undefined;
    const opened = new Promise<void>(resolve => {
      open = resolve;
    });
    const held = [1, 2, 3].map(() => budget.runCall(() => opened));
    const access = vi.spyOn(test.directory.users, 'access');
    const error = new RollcallError('TOKEN_INVALID', 'the token is not valid');
    const bad = from(context.address, { error });
    expect(await refusal(bad.users.query({}))).toMatchObject({ code: 'TOKEN_INVALID' });
    expect(await refusal(bad.blocks.list({}))).toMatchObject({ code: 'TOKEN_INVALID' });
    expect(access).not.toHaveBeenCalled();
    open();
    await Promise.all(held);
  });
});
