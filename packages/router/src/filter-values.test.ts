import type { Principal } from '@rollcall/core';
import { CALLER_BUDGETS, type Filter } from '@rollcall/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi, type TestApi } from '../test/support/test-api.js';

const JANE: Principal = { kind: 'user', userId: 'jane' };
const MOST = { client: 10, server: 30 };

let test: TestApi;
const as = (principal: Principal) => test.as(principal);

beforeAll(async () => {
  const { client, server } = CALLER_BUDGETS;
  test = await openTestApi({
    budgets: {
      client: { ...client, filterValues: MOST.client },
      server: { ...server, filterValues: MOST.server },
    },
  });
  await test.directory.users.upsert({ type: 'server' }, [{ id: 'jane', role: 'admin' }]);
});

afterAll(() => test.close());

/** A filter of two lists with so many values together. */
function listing(count: number): Filter {
  const ids = Array.from({ length: count }, (_, index) => `u${index}`);
  return { $or: [{ id: { $in: ids.slice(0, 5) } }, { 'custom.friend': { $in: ids.slice(5) } }] };
}

/** Runs a subscription to its first page, or to its refusal. */
async function begin(filter: Filter, principal: Principal): Promise<void> {
  const stream = await as(principal).live.events({ filter });
  const reader = (stream as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  await reader.next();
  await reader.return?.();
}

describe.each<['client' | 'server', Principal]>([
  ['client', JANE],
  ['server', { kind: 'server', issuedAt: Date.now() }],
])('a filter with more values than the budget of a %s', (kind, principal) => {
  const most = MOST[kind];
  const refused = { code: 'INPUT_INVALID', message: expect.stringContaining(`at most ${most} values`) };

  it('is refused in a query', async () => {
    await expect(as(principal).users.query({ filter: listing(most) })).resolves.toBeDefined();
    const refusal = as(principal).users.query({ filter: listing(most + 1) });
    await expect(refusal).rejects.toMatchObject({ cause: refused });
  });

  it('is refused in a subscription', async () => {
    await expect(begin(listing(most), principal)).resolves.toBeUndefined();
    await expect(begin(listing(most + 1), principal)).rejects.toMatchObject(refused);
  });
});

describe('a filter with an operand that is undefined', () => {
  const filter = { role: undefined } as Filter;
  const refused = { code: 'INPUT_INVALID', field: 'role' };

  it('finds nobody and follows nobody', async () => {
    await expect(as(JANE).users.query({ filter })).rejects.toMatchObject({ cause: refused });
    await expect(begin(filter, JANE)).rejects.toMatchObject(refused);
  });
});
