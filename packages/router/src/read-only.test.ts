/** A token that may only read: every procedure of the router, by its type and nothing else. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestApi, refusal, type TestApi } from '../test/support/test-api.js';
import { appRouter } from './app-router.js';
import { kindOfProcedure } from './procedure-kinds.js';

type Procedures = Record<string, (input: unknown) => Promise<unknown>>;

let test: TestApi;
beforeAll(async () => {
  test = await openTestApi({ guestsByDefault: true });
});
afterAll(() => test.close());

const NAMES = Object.keys(appRouter._def.procedures);

/** Calls a procedure as a back end that may only read. */
function call(name: string, input: unknown): Promise<unknown> {
  const [noun = '', verb = ''] = name.split('.');
  const reader = test.as({ kind: 'server', readOnly: true }) as unknown as Record<string, Procedures>;
  return Promise.resolve().then(() => reader[noun]?.[verb]?.(input));
}

it.each(NAMES.filter(name => kindOfProcedure(name)?.type === 'mutation'))(
  '%s is refused before its input is looked at, and says why',
  async name => {
    const error = await refusal(call(name, { nonsense: true }));
    expect(error).toMatchObject({ code: 'NOT_ALLOWED' });
    expect(error.message).toBe(
      `${name} changes something, and this server token may only read (it says read_only); sign in with one that does not`,
    );
  },
);

it.each(NAMES.filter(name => kindOfProcedure(name)?.type === 'query'))(
  '%s is not refused for that',
  async name => {
    const refused = await call(name, {}).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(refused).not.toContain('read_only');
  },
);

it('a back end that may do everything is refused nothing for it', async () => {
  await test.as({ kind: 'server' }).roles.create({ name: 'editor' });
  expect((await test.as({ kind: 'server', readOnly: true }).roles.list()).roles).toContainEqual(
    expect.objectContaining({ name: 'editor' }),
  );
});
