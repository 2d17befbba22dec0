/**
 * Every procedure that a user can call, with every column of a user in every place that an input might have for it: none
 * of them changes what is not the caller's to write. A new procedure is covered as soon as the router has it.
 */
import { USER_FIELD_NAMES, USER_FIELDS } from '@rollcall/protocol';
import { callTRPCProcedure } from '@trpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi, type TestApi } from '../test/support/test-api.js';
import { appRouter } from './app-router.js';

/** What a user writes about itself, and what follows from that. */
const OWN: readonly string[] = USER_FIELD_NAMES.filter(field => USER_FIELDS[field].write === 'anyone');
const FOLLOWING = ['name_key', 'name_words', 'updated_at', 'revision', 'last_active', 'online'];

/** What a procedure is there to change. */
const PURPOSE: Record<string, string> = {
  'blocks.block': 'blocked_user_ids',
  'blocks.unblock': 'blocked_user_ids',
};

/** Columns that are no fields, and fields; each with something that its owner would like to see there. */
const GREEDY: Record<string, unknown> = {
  ...Object.fromEntries(Object.keys(USER_FIELDS).map(field => [field, 4_000_000_000_000])),
  ...{ role: 'admin', teams: ['red'], teams_role: { red: 'admin' }, id: 'victim', deletion: 'soft' },
  ...{ banned: true, shadow_banned: true, blocked_user_ids: ['victim'], online: true, name_key: 'x' },
};

const PROCEDURES = Object.entries(
  (appRouter._def as unknown as { procedures: Record<string, { _def: { type: string } }> }).procedures,
).filter(([, procedure]) => procedure._def.type !== 'subscription');

let test: TestApi;
beforeAll(async () => {
  test = await openTestApi();
  await test.directory.users.upsert({ type: 'server' }, [
    { id: 'mallory' },
    { id: 'victim', teams: ['blue'] },
  ]);
});
afterAll(() => test.close());

function call(path: string, type: string, input: unknown): Promise<unknown> {
  const ctx = test.contextOf({ kind: 'user', userId: 'mallory' });
  return callTRPCProcedure({
    router: appRouter,
    path,
    type: type as 'query' | 'mutation',
    getRawInput: () => Promise.resolve(input),
    ctx,
    signal: undefined,
    batchIndex: 0,
  });
}

const stored = async (path: string) =>
  (await test.directory.users.find(['mallory', 'victim'])).map(row =>
    Object.entries(row).filter(([column]) => ![...OWN, ...FOLLOWING, PURPOSE[path]].includes(column)),
  );

describe.each(PROCEDURES.map(([path, { _def }]) => [path, _def.type] as const))('%s', (path, type) => {
  it('changes nothing of a user that is not its own to write', async () => {
    const before = await stored(path);
    for (const [column, value] of Object.entries(GREEDY)) {
      const one = { [column]: value };
      const inputs = [
        one,
        { id: 'mallory', ...one },
        { user_id: 'mallory', ...one },
        { user: { id: 'mallory', ...one } },
        { users: [{ id: 'mallory', ...one }] },
        { users: [{ id: 'mallory', set: one }] },
        { users: [{ id: 'victim', set: one }] },
      ];
      for (const input of inputs) {
        // Whether the answer is a refusal is for the matrix of permissions to say.
        await call(path, type, input).catch(() => undefined);
      }
    }
    expect(await stored(path)).toEqual(before);
  });
});

it('is asked of every procedure there is', () => {
  expect(PROCEDURES.length).toBeGreaterThan(40);
});
