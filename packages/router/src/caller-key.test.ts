/** Who is the same caller, for everything that is counted for callers and every line in which they wait. */
import type { Principal } from '@rollcall/core';
import { type BudgetLimits, CALLER_BUDGETS, DEFAULT_GRANTS } from '@rollcall/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openTestApi, type TestApi } from '../test/support/test-api.js';
import { appRouter } from './app-router.js';
import { CallerBudgets } from './caller-budget.js';
import { type CallerKey, callerKeyOf } from './caller-key.js';

/** How long somebody who waits in no line may take to begin, on a busy machine. */
const PROMPT_MS = 300;

const user = (userId: string): Principal => ({ kind: 'user', userId });
const guest = (userId: string): Principal => ({ kind: 'user', userId, guest: true });
const from = (principal: Principal, tokenDigest: string, address = '192.0.2.1') => ({
  authentication: { principal, tokenDigest },
  address,
});

const SERVER: Principal = { kind: 'server' };
const ANONYMOUS = from({ kind: 'anonymous' }, 'a');

type Origin = ReturnType<typeof from>;

/** Two who call, and whether they are the same caller. */
const PAIRS: readonly [pair: string, one: Origin, other: Origin, same: boolean][] = [
  ['two tokens of a user', from(user('ann'), 'a'), from(user('ann'), 'b'), true],
  ['a user at two addresses', from(user('ann'), 'a'), from(user('ann'), 'a', '192.0.2.2'), true],
  ['two users of an address', from(user('ann'), 'a'), from(user('ben'), 'b'), false],
  ['two guests of an address', from(guest('gil'), 'a'), from(guest('gus'), 'b'), true],
  ['a guest at two addresses', from(guest('gil'), 'a'), from(guest('gil'), 'a', '192.0.2.2'), false],
  ['guests whose tokens do not say so', from(user('gil'), 'a'), from(user('gus'), 'b'), true],
  ['one whose token says so, and one whose does not', from(guest('gil'), 'a'), from(user('gus'), 'b'), true],
  ['a guest and an anonymous caller', from(user('gil'), 'a'), ANONYMOUS, true],
  ['an anonymous caller and a user', ANONYMOUS, from(user('ann'), 'a'), false],
  ['anonymous callers of two addresses', ANONYMOUS, { ...ANONYMOUS, address: '192.0.2.2' }, false],
  ['a server token at two addresses', from(SERVER, 'a'), from(SERVER, 'a', '192.0.2.2'), true],
  ['two server tokens', from(SERVER, 'a'), from(SERVER, 'b'), false],
  ['a server token and a user', from(SERVER, 'a'), from(user('ann'), 'b'), false],
];

let test: TestApi;
let budgets: CallerBudgets;

/** From now on every caller, a server token too, may have this much and no more. */
function limitAll(limits: Partial<BudgetLimits>): void {
  const all = { ...CALLER_BUDGETS.client, ...limits };
  budgets = new CallerBudgets({ client: all, server: all });
}

beforeAll(async () => {
  test = await openTestApi();
  await test.directory.users.upsert({ type: 'server' }, [
    ...['ann', 'ben'].map(id => ({ id })),
    ...['gil', 'gus'].map(id => ({ id, role: 'guest' })),
  ]);
  const grants = { guest: ['read-users', 'query-users'], anonymous: ['read-users', 'query-users'] } as const;
  await test.directory.settings.update(
    { type: 'server' },
    { grants: { ...DEFAULT_GRANTS, guest: [...grants.guest], anonymous: [...grants.anonymous] } },
  );
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => test.close());

function as({ authentication, address }: Origin, signal = new AbortController().signal) {
  return appRouter.createCaller({ ...test.contextOf(SERVER), authentication, address, budgets }, { signal });
}

/** Whether another one may not subscribe while one does, since that is all that a caller may have. */
async function shareSubscriptions(one: Origin, other: Origin): Promise<boolean> {
  const ended = new AbortController();
  const begin = async (who: Origin, colour: string) => {
    const pages = await as(who, ended.signal).live.events({ filter: { colour } });
    await pages[Symbol.asyncIterator]().next();
  };
  try {
    await begin(one, 'red');
    const refused = await begin(other, 'blue').then(
      () => undefined,
      (error: Error) => error,
    );
    if (refused) expect(refused).toMatchObject({ code: 'RATE_LIMITED' });
    return refused !== undefined;
  } finally {
    ended.abort();
  }
}

/**
 * Whether another one does not begin while as many of one run as may.
 * @param expected what should come of it: who is not to wait gets the time that a busy machine needs.
 */
async function shareTurns(
  running: number,
  begin: (who: Origin) => Promise<unknown>,
  { pair, expected }: { pair: [Origin, Origin]; expected: boolean },
) {
  let open = (): void => undefined;
  const opened = new Promise<void>(resolve => {
    open = resolve;
  });
  const inside = { number: 0 };
  const { users } = test.directory;
  for (const name of ['query', 'partialUpdate'] as const) {
    vi.spyOn(users, name).mockImplementation(async () => {
      inside.number += 1;
      await opened;
      throw new Error('it has run');
    });
  }
  const [one, other] = pair;
  const calls = Array.from({ length: running }, () => begin(one));
  await vi.waitFor(() => expect(inside.number).toBe(running));
  calls.push(begin(other));
  const began = vi.waitFor(() => expect(inside.number).toBe(running + 1), {
    timeout: expected ? PROMPT_MS : 20 * PROMPT_MS,
  });
  const waits = await began.then(
    () => false,
    () => true,
  );
  open();
  for (const outcome of await Promise.allSettled(calls)) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'it has run' } });
  }
  return waits;
}

describe.each(PAIRS)('%s', (_pair, one, other, same) => {
  const words = same ? 'share' : 'do not share';

  it(`${words} their subscriptions`, async () => {
    limitAll({ subscriptions: 1 });
    expect(await shareSubscriptions(one, other)).toBe(same);
  });

  it(`${words} their live filters`, async () => {
    limitAll({ liveFilters: 1 });
    expect(await shareSubscriptions(one, other)).toBe(same);
  });

  it(`${words} the turn of their queries`, async () => {
    limitAll({ runningQueries: 1 });
    const pair: [Origin, Origin] = [one, other];
    expect(await shareTurns(1, who => as(who).users.query({}), { pair, expected: same })).toBe(same);
  });

  it(`${one.authentication.principal.kind === 'server' ? 'do not share' : words} the turn of their other calls`, async () => {
    limitAll({});
    // Those of a server token do not wait.
    const expected = same && one.authentication.principal.kind !== 'server';
    const begin = (who: Origin) => as(who).users.partialUpdate({ users: [] });
    expect(await shareTurns(2, begin, { pair: [one, other], expected })).toBe(expected);
  });

  it(`${words} everything else that is counted once their roles are read`, () => {
    const keyOf = (origin: Origin): CallerKey => {
      const { principal } = origin.authentication;
      const role = principal.kind === 'user' && principal.userId.startsWith('g') ? 'guest' : undefined;
      return callerKeyOf(origin, { role });
    };
    expect(keyOf(one) === keyOf(other)).toBe(same);
  });
});

describe('before a role is read', () => {
  it('a guest whose token does not say so is a caller of its own', () => {
    expect(callerKeyOf(from(user('gil'), 'a'))).toBe('user gil');
    expect(callerKeyOf(from(guest('gil'), 'a'))).toBe('address 192.0.2.1');
  });

  it('a caller without a good token, or of a procedure that looks at no token, is the address', () => {
    expect(callerKeyOf({ authentication: {}, address: '192.0.2.1' })).toBe('address 192.0.2.1');
    expect(callerKeyOf(from(user('ann'), 'a'), { tokenless: true })).toBe('address 192.0.2.1');
    expect(callerKeyOf(ANONYMOUS)).toBe('address 192.0.2.1');
  });
});
