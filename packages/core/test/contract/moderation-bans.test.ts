import { LIMITS } from '@rollcall/protocol';
import { banUserSchema, queryBannedSchema, shadowBanSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Moderator } from '../../src/moderation/change-ban.js';
import { openTestDirectory, refusal, SERVER, type TestDirectory } from '../support/test-directory.js';

const BACK_END: Moderator = { kind: 'server' };
const by = (userId: string): Moderator => ({ kind: 'user', userId });
const HOUR_MS = 60 * 60 * 1000;

describeOnEveryEngine('a ban', engine => {
  let directory: TestDirectory;

  beforeEach(async () => {
    directory = await openTestDirectory(engine);
    const users = [
      { id: 'ann' },
      { id: 'ben', role: 'admin' },
      { id: 'cat', role: 'admin' },
      { id: 'mod', name: 'Mod' },
    ];
    await directory.users.upsert(SERVER, users);
    await directory.newEvents();
  });

  afterEach(() => directory.close());

  const ban = (id: string, options: object = {}, moderator: Moderator = BACK_END) =>
    directory.moderation.ban(SERVER, moderator, banUserSchema.parse({ id, ...options }));
  const unban = (id: string, moderator: Moderator = BACK_END) =>
    directory.moderation.unban(SERVER, moderator, { id, shadow: false });
  const unshadow = (id: string) => directory.moderation.unban(SERVER, BACK_END, { id, shadow: true });
  const bans = async (viewer: Moderator = BACK_END, query: object = {}) =>
    (await directory.moderation.queryBanned(viewer, queryBannedSchema.parse(query))).bans;
  const user = async (id = 'ann') => (await directory.users.find([id]))[0];

  it('makes a user banned, is told with its reason and author, and ends when it is taken back', async () => {
    await ban('ann', { reason: 'spam', banned_by_id: 'mod' });
    expect(await user()).toMatchObject({ banned: true, shadow_banned: false, revision: 2 });
    expect(await user()).not.toHaveProperty('ban_expires');
    const [event, ...none] = await directory.newEvents();
    expect(none).toEqual([]);
    expect(event).toMatchObject({
      type: 'user.banned',
      actor: SERVER,
      user: { id: 'ann', banned: true },
      changes: { banned: { before: false, after: true } },
      reason: 'spam',
      banned_by_id: 'mod',
    });
    expect(await bans()).toEqual([
      { user_id: 'ann', reason: 'spam', banned_by_id: 'mod', shadow: false, created_at: expect.any(Number) },
    ]);
    await unban('ann');
    expect(await user()).toMatchObject({ banned: false, revision: 3 });
    expect(await bans()).toEqual([]);
    expect(await directory.newEventNames()).toEqual(['user.unbanned ann']);
  });

  it('that is repeated changes what differs, tells that and nothing else, and goes on from when it began', async () => {
    await ban('ann', { reason: 'spam', timeout: 60 });
    const [first] = await bans();
    const expires_at = first?.expires_at as number;
    await directory.newEvents();
    await ban('ann', { reason: 'spam', expires_at });
    expect(await directory.newEvents()).toEqual([]);
    await ban('ann', { reason: 'worse', expires_at });
    expect(await directory.newEvents()).toMatchObject([
      { type: 'user.banned', changes: {}, reason: 'worse' },
    ]);
    expect(await user()).toMatchObject({ revision: 2 });
    await ban('ann');
    expect(await directory.newEvents()).toMatchObject([
      { type: 'user.banned', changes: { ban_expires: { before: expires_at } } },
    ]);
    expect(await bans()).toEqual([{ user_id: 'ann', shadow: false, created_at: first?.created_at }]);
  });

  it('lasts for its minutes, or until its time, but not until one that is past', async () => {
    await ban('ann', { timeout: 5 });
    const [row] = await bans();
    expect((await user())?.ban_expires).toBe(row?.expires_at);
    expect((row?.expires_at as number) - (row?.created_at as number)).toBe(5 * 60_000);
    directory.clock.advance(HOUR_MS);
    expect(await bans()).toEqual([]);
    const past = await refusal(ban('ann', { expires_at: row?.expires_at }));
    expect(past).toMatchObject({ code: 'INPUT_INVALID', field: 'expires_at' });
  });

  it('in shadow is kept from those who follow the user, and stands beside an open one', async () => {
    await directory.moderation.ban(SERVER, BACK_END, {
      ...shadowBanSchema.parse({ id: 'ann', reason: 'odd' }),
      shadow: true,
    });
    expect(await user()).toMatchObject({ banned: false, shadow_banned: true, revision: 1 });
    expect(await bans()).toMatchObject([{ user_id: 'ann', shadow: true, reason: 'odd' }]);
    expect(await bans(by('mod'))).toEqual([]);
    await ban('ann');
    expect(await bans()).toMatchObject([{ user_id: 'ann', shadow: false }]);
    await directory.newEvents();
    await unban('ann');
    expect(await directory.newEventNames()).toEqual(['user.unbanned ann']);
    expect(await bans()).toMatchObject([{ user_id: 'ann', shadow: true }]);
    await unshadow('ann');
    await unshadow('ann');
    expect(await directory.newEventNames()).toEqual(['user.unbanned ann']);
    expect(await bans()).toEqual([]);
  });

  it('begins of its own beside a shadow ban, so that those who list open bans do not learn of that', async () => {
    for (const open of [
      () => ban('ann', {}),
      () => directory.users.upsert(SERVER, [{ id: 'ann', banned: true }]),
    ]) {
      await directory.users.upsert(SERVER, [{ id: 'ann' }]);
      await ban('ann', { shadow: true, reason: 'odd', banned_by_id: 'mod', timeout: 5 });
      const [shadow] = await bans();
      directory.clock.advance(1000);
      await open();
      const [seen, ...none] = await bans(by('mod'));
      expect(none).toEqual([]);
      expect(seen?.created_at).toBeGreaterThan((shadow?.created_at as number) + 999);
      expect(seen).not.toHaveProperty('reason');
      expect(seen).not.toHaveProperty('banned_by_id');
      await unban('ann');
      await unshadow('ann');
    }
  });

  it('by an upsert has its row, which survives upserts that do not name it', async () => {
    await directory.users.upsert(SERVER, [
      { id: 'ann', banned: true },
      { id: 'dan', shadow_banned: true, ban_expires: Date.parse('2030-01-01T00:00:00Z') },
    ]);
    expect((await bans()).map(({ user_id, shadow }) => [user_id, shadow])).toEqual([
      ['dan', true],
      ['ann', false],
    ]);
    await ban('ann', { reason: 'spam' });
    await directory.users.upsert(SERVER, [{ id: 'ann', name: 'Ann' }]);
    await directory.users.upsert(SERVER, [{ id: 'ann', ban_expires: Date.parse('2030-01-01T00:00:00Z') }]);
    expect(await bans()).toMatchObject([
      { user_id: 'dan' },
      { user_id: 'ann', reason: 'spam', expires_at: expect.any(Number) },
    ]);
    await directory.users.upsert(SERVER, [
      { id: 'ann', banned: false },
      { id: 'dan', shadow_banned: false },
    ]);
    expect(await bans()).toEqual([]);
  });

  it('is listed newest first, page by page, without users who are deleted', async () => {
    const ids = ['mod', 'ann', 'ben'];
    for (const id of ids) await ban(id);
    const first = await directory.moderation.queryBanned(BACK_END, { limit: 2 });
    expect(first.bans.map(({ user_id }) => user_id)).toEqual(['ben', 'ann']);
    await ban('cat');
    const second = await directory.moderation.queryBanned(BACK_END, { limit: 2, next: first.next as string });
    expect(second.bans.map(({ user_id }) => user_id)).toEqual(['mod']);
    expect(second.next).toBeUndefined();
    const wrong = directory.moderation.queryBanned(by('mod'), { limit: 2, next: first.next as string });
    expect(await refusal(wrong)).toMatchObject({ code: 'CURSOR_INVALID' });
    await directory.lifeCycle.deleteUsers(SERVER, { ids: ['ann'], user: 'soft' });
    expect((await bans()).map(({ user_id }) => user_id)).toEqual(['cat', 'ben', 'mod']);
  });

  it('of nobody, of the deleted, and in the name of nobody is refused', async () => {
    await directory.lifeCycle.deleteUsers(SERVER, { ids: ['ann'], user: 'soft' });
    expect(await refusal(ban('nobody'))).toMatchObject({ code: 'USER_NOT_FOUND', field: 'id' });
    expect(await refusal(ban('ann'))).toMatchObject({ code: 'USER_DELETED', field: 'id' });
    expect(await refusal(ban('mod', { banned_by_id: 'nobody' }))).toMatchObject({
      code: 'USER_NOT_FOUND',
      field: 'banned_by_id',
    });
    expect(await refusal(ban('mod', { banned_by_id: 'ann' }))).toMatchObject({ code: 'USER_DELETED' });
  });

  it('by a user is in its own name, never of itself, and of an admin by an admin only', async () => {
    await ban('ann', {}, by('mod'));
    expect(await bans()).toMatchObject([{ user_id: 'ann', banned_by_id: 'mod' }]);
    await unban('ann', by('mod'));
    const refused = [
      () => ban('ann', { banned_by_id: 'ben' }, by('mod')),
      () => ban('mod', {}, by('mod')),
      () => unban('mod', by('mod')),
      () => ban('ben', {}, by('mod')),
      () => unban('ben', by('mod')),
    ];
    for (const call of refused) expect(await refusal(call())).toMatchObject({ code: 'NOT_ALLOWED' });
    await ban('ben', {}, by('cat'));
    expect(await refusal(ban('ann', {}, by('ben')))).toMatchObject({ code: 'USER_BANNED' });
  });

  it('by a user reaches nobody of another tenant', async () => {
    await directory.users.upsert(SERVER, [
      { id: 'mod', teams: ['red'] },
      { id: 'red', teams: ['red'] },
    ]);
    await directory.settings.update(SERVER, { multi_tenant_enabled: true });
    expect(await refusal(ban('ann', {}, by('mod')))).toMatchObject({ code: 'USER_NOT_FOUND', field: 'id' });
    await ban('ann');
    await ban('red', {}, by('mod'));
    expect(await bans(by('mod'))).toMatchObject([{ user_id: 'red' }]);
    expect(await bans()).toMatchObject([{ user_id: 'red' }, { user_id: 'ann' }]);
  });

  it('keeps its user from writing content and from changing itself, and lets it connect', async () => {
    await ban('ann');
    const call = directory.chat.createChannel({ viewer: by('ann'), userId: 'ann', type: 'team', id: 'x' });
    expect(await refusal(call)).toMatchObject({ code: 'USER_BANNED' });
    const rights = { fields: 'user', authorise: () => undefined } as const;
    const rename = [{ id: 'ann', set: { name: 'A' } }];
    const change = directory.users.partialUpdate({ type: 'user', id: 'ann' }, rename, rights);
    expect(await refusal(change)).toMatchObject({ code: 'USER_BANNED' });
    const { row } = await directory.users.connect({ userId: 'ann' }, { id: 'ann' });
    expect(row).toMatchObject({ id: 'ann', banned: true });
  });
});

describe('the form of a ban', () => {
  const problem = (input: object) =>
    banUserSchema.safeParse({ id: 'ann', ...input }).error?.issues[0]?.path.join('.');

  it('names one end at most, within its limits', () => {
    expect(problem({ timeout: 1, expires_at: Date.now() })).toBe('expires_at');
    expect(problem({ timeout: 1 })).toBeUndefined();
    expect(problem({ timeout: LIMITS.banMinutes })).toBeUndefined();
    for (const timeout of [0, 1.5, LIMITS.banMinutes + 1]) expect(problem({ timeout })).toBe('timeout');
    expect(problem({ reason: 'x'.repeat(LIMITS.banReasonLength) })).toBeUndefined();
    for (const reason of ['', 'x'.repeat(LIMITS.banReasonLength + 1)])
      expect(problem({ reason })).toBe('reason');
    expect(problem({ expires_at: '2030-01-01T00:00:00Z' })).toBeUndefined();
    expect(problem({ forever: true })).toBe('');
  });
});
