/** What a user may say about itself never reaches a column that is not its own to write. */
import { USER_FIELDS } from '@rollcall/protocol';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type UserRow, userTable } from '../../src/users/model/user-table.js';
import { openTestDirectory, SERVER, type TestDirectory } from '../support/test-directory.js';

/** What users write themselves, and what follows from that; everything else is for servers, or for nobody. */
const OWN = ['name', 'image', 'language', 'custom', 'invisible', 'privacy_settings', 'push_notifications'];
const FOLLOWING = ['name_key', 'name_words', 'updated_at', 'revision'];

const GREEDY = { text: 'admin', json: ['red'], boolean: true, integer: 4_000_000_000_000 } as const;

const foreign = (row: UserRow | undefined) =>
  Object.entries(row ?? {}).filter(([column]) => ![...OWN, ...FOLLOWING].includes(column));

it('is decided by one table: what a user may write is what is listed here', () => {
  const writable = Object.entries(USER_FIELDS).filter(([, { write }]) => write === 'anyone');
  expect(writable.map(([field]) => field).sort()).toEqual([...OWN].sort());
});

describeOnEveryEngine('a user who writes about itself', engine => {
  let directory: TestDirectory;
  beforeAll(async () => {
    directory = await openTestDirectory(engine);
    await directory.users.upsert(SERVER, [{ id: 'mallory', name: 'Mallory' }]);
  });
  afterAll(() => directory.close());

  const actor = { type: 'user', id: 'mallory' } as const;
  const stored = async () => foreign((await directory.users.find(['mallory']))[0]);
  const attempts = {
    connect: (field: string, value: unknown) =>
      directory.users.connect({ userId: 'mallory' }, { id: 'mallory', [field]: value }),
    'partial update': (field: string, value: unknown) =>
      directory.users.partialUpdate(actor, [{ id: 'mallory', set: { [field]: value } }], {
        fields: 'user',
        authorise: () => undefined,
      }),
    'partial update that unsets': (field: string) =>
      directory.users.partialUpdate(actor, [{ id: 'mallory', unset: [field] }], {
        fields: 'user',
        authorise: () => undefined,
      }),
  };

  describe.each(Object.entries(attempts))('by %s', (_, attempt) => {
    const columns = userTable.columns.filter(({ name }) => !OWN.includes(name));

    it.each(columns.map(({ name, kind }) => [name, GREEDY[kind]] as const))(
      'cannot reach the column %s',
      async (column, value) => {
        const before = await stored();
        expect(before.length).toBeGreaterThan(8);
        for (const greedy of [value, null, { constructor: value }]) {
          await attempt(column, greedy).catch((error: { code?: string }) => {
            expect(['INPUT_INVALID', 'NOT_ALLOWED', 'ROLE_NOT_FOUND']).toContain(error.code);
          });
          expect(await stored()).toEqual(before);
        }
      },
    );
  });

  it('cannot make itself another one', async () => {
    await expect(
      directory.users.connect({ userId: 'mallory' }, { id: 'admin', role: 'admin' }),
    ).rejects.toMatchObject({ code: 'NOT_ALLOWED', field: 'id' });
    await expect(
      directory.users.connect({ userId: 'newcomer' }, { id: 'newcomer', role: 'admin' }),
    ).rejects.toMatchObject({ code: 'NOT_ALLOWED', field: 'role' });
    expect(await directory.users.find(['admin', 'newcomer'])).toEqual([]);
  });
});
