/** What a call may do is decided when it is its turn: what its caller loses while it waits, it has lost. */
import { DEFAULT_GRANTS } from '@rollcall/protocol';
import { deleteUsersSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appRouter } from '../src/app-router.js';
import { callerKeyOf } from '../src/caller-key.js';
import { openTestApi, type TestApi } from './support/test-api.js';

const SERVER = { type: 'server' } as const;

const ANN = { kind: 'user', userId: 'ann', issuedAt: Date.now() - 60_000 } as const;

/** Ann before she loses anything: she finds Ben by his address, and may change him and see it. */
const EVERYTHING = { query: ['ben'], call: ['ben@example.org'] };

type Kind = 'query' | 'call';

interface Loss {
  loss: string;
  lose: (test: TestApi) => Promise<unknown>;
  /** What comes of a query that waited meanwhile, and of another call. */
  after: Record<Kind, unknown>;
}

const refused = (code: string) => ({ query: code, call: code });

const LOSSES: readonly Loss[] = [
  {
    loss: 'a revoked token',
    lose: ({ as }) => as().tokens.revoke({ ids: ['ann'], before: new Date().toISOString() }),
    after: refused('TOKEN_REVOKED'),
  },
  {
    loss: 'a deactivated user',
    lose: ({ as }) => as().users.deactivate({ id: 'ann' }),
    after: refused('USER_DEACTIVATED'),
  },
  {
    loss: 'a deleted user',
    lose: ({ directory }) =>
      directory.lifeCycle.deleteUsers(
        SERVER,
        deleteUsersSchema.parse({ ids: ['ann'], user: 'soft', messages: 'soft' }),
      ),
    after: refused('USER_DELETED'),
  },
  {
    loss: 'a grant that is taken away',
    lose: ({ directory }) => directory.settings.update(SERVER, { grants: { ...DEFAULT_GRANTS, user: [] } }),
    after: refused('NOT_ALLOWED'),
  },
  {
    loss: 'another tenant',
    lose: ({ directory }) => directory.users.upsert(SERVER, [{ id: 'ann', teams: ['blue'] }]),
    after: { query: [], call: 'USER_NOT_FOUND' },
  },
  {
    loss: 'a field that becomes private',
    lose: ({ directory }) => directory.settings.update(SERVER, { private_custom_fields: ['email'] }),
    after: { query: 'NOT_ALLOWED', call: [undefined] },
  },
];

describeOnEveryEngine('what waits for its turn', engine => {
  let test: TestApi;

  beforeEach(async () => {
    test = await openTestApi({ databaseUrl: await engine.freshUrl() });
    await test.directory.settings.update(SERVER, {
      multi_tenant_enabled: true,
      grants: { ...DEFAULT_GRANTS, user: ['query-users', 'update-any-user'] },
    });
    await test.directory.users.upsert(SERVER, [
      { id: 'ann', teams: ['red'] },
      { id: 'ben', teams: ['red'], email: 'ben@example.org' },
    ]);
  });
  afterEach(() => test.close());

  /** Takes all turns that Ann's calls of a kind have. @returns what gives them back. */
  async function takeTurns(kind: Kind): Promise<() => Promise<unknown>> {
    const context = test.contextOf(ANN);
    const budget = context.budgets.of(callerKeyOf(context));
    let open = (): void => undefined;
    const opened = new Promise<void>(resolve => {
      open = resolve;
    });
    const held =
      kind === 'query'
        ? [budget.runQuery(() => opened)]
        : [budget.runCall(() => opened), budget.runCall(() => opened)];
    return () => {
      open();
      return Promise.all(held);
    };
  }

  /** What comes of a call of Ann: what she sees, or the code of the refusal. */
  async function outcomeOf(kind: Kind): Promise<unknown> {
    const ann = appRouter.createCaller(test.contextOf(ANN));
    try {
      if (kind === 'query') {
        const { users } = await ann.users.query({ filter: { email: 'ben@example.org' } });
        return users.map(({ id }) => id);
      }
      const { users } = await ann.users.partialUpdate({ users: [{ id: 'ben', set: { name: 'Ben' } }] });
      return [users.ben?.custom?.email];
    } catch (error) {
      return ((error as Error).cause as { code?: string } | undefined)?.code ?? error;
    }
  }

  describe.each(['query', 'call'] as const)('a %s', kind => {
    it('does what its caller may, when nothing changes', async () => {
      const giveBack = await takeTurns(kind);
      const waiting = outcomeOf(kind);
      await giveBack();
      expect(await waiting).toEqual(EVERYTHING[kind]);
    });

    it.each(LOSSES.map(row => [row.loss, row] as const))(
      'is judged by %s, which came while it waited',
      async (_loss, { lose, after }) => {
        const giveBack = await takeTurns(kind);
        const waiting = outcomeOf(kind);
        // What is read before its turn has been read by then.
        await new Promise(resolve => setTimeout(resolve, 100));
        await lose(test);
        await giveBack();
        expect(await waiting).toEqual(after[kind]);
      },
    );
  });
});
