import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { judge } from '../../src/access/judge.js';
import type { UserRow } from '../../src/users/model/user-table.js';
import { openTestDirectory, refusal, SERVER, type TestDirectory } from '../support/test-directory.js';

const BEFORE = Date.parse('2025-12-31T00:00:00Z');

describeOnEveryEngine('the revocation of tokens', engine => {
  let directory: TestDirectory;

  beforeEach(async () => {
    directory = await openTestDirectory(engine);
    await directory.users.upsert(SERVER, [{ id: 'ann' }, { id: 'ben' }]);
    await directory.newEvents();
  });

  afterEach(() => directory.close());

  const user = async (id: string) => (await directory.users.find([id]))[0] as UserRow;

  /** The code with which a call is refused; undefined when it is let in. */
  const judged = async (userId: string, issuedAt: number | undefined) => {
    const principal = { kind: 'user', userId, issuedAt } as const;
    return judge(principal, await directory.users.access(principal), 'call')?.code;
  };

  it('refuses a token of a user that was issued before the time, or does not say when, and no other', async () => {
    await directory.tokens.revoke(SERVER, { ids: ['ann'], before: BEFORE });
    expect(await judged('ann', BEFORE)).toBeUndefined();
    for (const issuedAt of [BEFORE - 1, undefined]) {
      expect(await judged('ann', issuedAt)).toBe('TOKEN_REVOKED');
      const again = directory.users.connect({ userId: 'ann', issuedAt }, { id: 'ann' });
      expect(await refusal(again)).toMatchObject({ code: 'TOKEN_REVOKED' });
    }
    await directory.users.connect({ userId: 'ann', issuedAt: BEFORE }, { id: 'ann' });
    expect(await judged('ben', undefined)).toBeUndefined();
  });

  it('is told once for each user whom it changes, moves no revision, and null undoes it', async () => {
    await directory.tokens.revoke(SERVER, { ids: ['ann', 'ben'], before: BEFORE });
    await directory.tokens.revoke(SERVER, { ids: ['ann', 'ben'], before: BEFORE });
    expect(await directory.newEventNames()).toEqual(['user.tokens.revoked ann', 'user.tokens.revoked ben']);
    expect(await user('ann')).toMatchObject({ revision: 1, revoke_tokens_issued_before: BEFORE });
    await directory.tokens.revoke(SERVER, { ids: ['ann'], before: null });
    expect(await directory.newEvents()).toMatchObject([
      {
        type: 'user.tokens.revoked',
        user: { id: 'ann' },
        changes: { revoke_tokens_issued_before: { before: BEFORE } },
      },
    ]);
    expect(await judged('ann', undefined)).toBeUndefined();
  });

  it('names every user that it cannot be about, and changes nobody then', async () => {
    await directory.lifeCycle.deleteUsers(SERVER, { ids: ['ben'], user: 'soft' });
    await directory.newEvents();
    const error = await refusal(
      directory.tokens.revoke(SERVER, { ids: ['ann', 'ben', 'eve'], before: BEFORE }),
    );
    expect(error).toMatchObject({ code: 'USER_DELETED', index: 1, field: 'ids' });
    expect(error.issues).toMatchObject([
      { code: 'USER_DELETED', index: 1 },
      { code: 'USER_NOT_FOUND', index: 2 },
    ]);
    expect((await user('ann')).revoke_tokens_issued_before).toBeUndefined();
    expect(await directory.newEvents()).toEqual([]);
  });

  it('of the whole app is shown by the settings, survives their updates, and is undone by null', async () => {
    await directory.tokens.revoke(SERVER, { before: BEFORE });
    await directory.settings.update(SERVER, { multi_tenant_enabled: true });
    expect((await directory.settings.get()).revoke_tokens_issued_before).toBe(BEFORE);
    expect(await directory.tokens.revokedBefore()).toBe(BEFORE);
    expect(
      await refusal(directory.settings.update(SERVER, { revoke_tokens_issued_before: null })),
    ).toMatchObject({ code: 'INPUT_INVALID' });
    const stranger = directory.users.connect({ userId: 'new', issuedAt: BEFORE - 1 }, { id: 'new' });
    expect(await refusal(stranger)).toMatchObject({ code: 'TOKEN_REVOKED' });
    await directory.tokens.revoke(SERVER, { before: null });
    expect(await directory.tokens.revokedBefore()).toBeNull();
    expect(await directory.newEventNames()).toEqual(['app.updated', 'app.updated', 'app.updated']);
  });

  it('of the whole app never reaches into the future, where nobody could undo it', async () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    await directory.tokens.revoke(SERVER, { before: now + 20_000 });
    expect(await directory.tokens.revokedBefore()).toBeLessThan(now + 1000);
    const error = await refusal(directory.tokens.revoke(SERVER, { before: now + 60_000 }));
    expect(error).toMatchObject({ code: 'INPUT_INVALID', field: 'before' });
  });

  it('is not lost between settings that change at the same moment', async () => {
    await Promise.all([
      directory.settings.update(SERVER, { max_custom_bytes: 2048 }),
      directory.tokens.revoke(SERVER, { before: BEFORE }),
      directory.settings.update(SERVER, { guests_enabled: true }),
      directory.settings.update(SERVER, { event_retention_days: 7 }),
    ]);
    expect(await directory.settings.get()).toMatchObject({
      max_custom_bytes: 2048,
      revoke_tokens_issued_before: BEFORE,
      guests_enabled: true,
      event_retention_days: 7,
    });
  });
});
