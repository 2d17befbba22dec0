import { LoggedEvent } from '@rollcall/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi, refusal, type TestApi } from '../test/support/test-api.js';
import { EventViewer } from './event-viewer.js';

let test: TestApi;
const api = (userId?: string) => test.as(userId);

beforeAll(async () => {
  test = await openTestApi();
  const { directory } = test;
  const server = { type: 'server' } as const;
  await directory.roles.create(server, 'captain');
  await directory.users.upsert(server, [
    { id: 'ann', teams: ['red'] },
    { id: 'ben', teams: ['blue'] },
    { id: 'admin', role: 'admin' },
    { id: 'captain', teams: ['red'], teams_role: { red: 'captain' } },
    { id: 'mute', role: 'guest' },
  ]);
  await directory.settings.update(server, { grants: { captain: ['ban-user'], guest: [] } });
});

afterAll(() => test.close());

describe('moderation', () => {
  it('takes the grant ban-user of users, which admins have and users have not', async () => {
    const { moderation } = api('ann');
    const calls = [
      () => moderation.ban({ id: 'ben' }),
      () => moderation.unban({ id: 'ben' }),
      () => moderation.shadowBan({ id: 'ben' }),
      () => moderation.removeShadowBan({ id: 'ben' }),
      () => moderation.queryBanned(),
    ];
    for (const call of calls) expect(await refusal(call())).toMatchObject({ code: 'NOT_ALLOWED' });
    const { user } = await api('admin').moderation.ban({ id: 'ben', reason: 'spam' });
    expect(user).toMatchObject({ id: 'ben', banned: true });
    expect(user).not.toHaveProperty('shadow_banned');
    expect((await api('admin').moderation.queryBanned()).bans).toMatchObject([
      { user_id: 'ben', user: { id: 'ben' }, banned_by: { id: 'admin' }, reason: 'spam', shadow: false },
    ]);
    expect((await api('admin').moderation.unban({ id: 'ben' })).user.banned).toBe(false);
  });

  it('takes the grant within a team for the users of that team', async () => {
    const { moderation } = api('captain');
    expect((await moderation.ban({ id: 'ann', timeout: 5 })).user.banned).toBe(true);
    await moderation.unban({ id: 'ann' });
    expect(await refusal(moderation.ban({ id: 'ben' }))).toMatchObject({ code: 'NOT_ALLOWED' });
    expect(await refusal(moderation.ban({ id: 'nobody' }))).toMatchObject({ code: 'NOT_ALLOWED' });
  });

  it('shows shadow bans to back ends only', async () => {
    await api().moderation.shadowBan({
      id: 'ben',
      expires_at: '2100-01-01T00:00:00Z',
      banned_by_id: 'admin',
    });
    expect((await api('admin').moderation.queryBanned({})).bans).toEqual([]);
    expect((await api().moderation.queryBanned({ limit: 1 })).bans).toMatchObject([
      { user_id: 'ben', shadow: true, expires_at: Date.parse('2100-01-01T00:00:00Z') },
    ]);
    expect((await api().moderation.removeShadowBan({ id: 'ben' })).user.shadow_banned).toBe(false);
  });

  it('tells why and by whom to back ends only', () => {
    const data = JSON.stringify({
      user: { id: 'ann', teams: [], custom: {}, banned: true },
      changes: { banned: { before: false, after: true } },
      reason: 'spam',
      banned_by_id: 'admin',
    });
    const entry = new LoggedEvent('e', {
      seq: 1,
      type: 'user.banned',
      at: 1,
      actor_type: 'server',
      user_id: 'ann',
      data,
    });
    const seenBy = (userId: string) =>
      new EventViewer(
        { kind: 'user', userId, role: 'user', actor: { type: 'user', id: userId }, grants: [] },
        { userIds: new Set(['ann']) },
      ).see(entry);
    const server = new EventViewer({ kind: 'server', actor: { type: 'server' } }, {});
    expect(server.see(entry)).toMatchObject({ reason: 'spam', banned_by_id: 'admin' });
    for (const userId of ['ann', 'ben']) {
      expect(seenBy(userId)).toMatchObject({ type: 'user.banned', changes: { banned: { after: true } } });
      expect(seenBy(userId)).not.toHaveProperty('reason');
      expect(seenBy(userId)).not.toHaveProperty('banned_by_id');
    }
  });
});

describe('blocks and devices', () => {
  it('are of the caller, and of whom a back end names', async () => {
    const { user } = await api('ann').blocks.block({ id: 'ben' });
    expect(user.blocked_user_ids).toEqual(['ben']);
    const { blocks } = await api('ann').blocks.list();
    expect(blocks).toMatchObject([{ user_id: 'ben', user: { id: 'ben' }, created_at: expect.any(Number) }]);
    expect(blocks[0]?.user).not.toHaveProperty('blocked_user_ids');
    expect((await api().blocks.list({ user_id: 'ann' })).blocks).toHaveLength(1);
    await api().blocks.unblock({ id: 'ben', user_id: 'ann' });
    expect((await api('ann').blocks.list()).blocks).toEqual([]);

    const phone = { id: 'phone', push_provider: 'apn' } as const;
    expect((await api('ann').devices.add(phone)).devices).toMatchObject([phone]);
    expect((await api().devices.list({ user_id: 'ann' })).devices).toMatchObject([phone]);
    expect((await api('ann').devices.remove({ id: 'phone' })).devices).toEqual([]);
    expect(await refusal(api().devices.list({ user_id: 'nobody' }))).toMatchObject({
      code: 'USER_NOT_FOUND',
    });
  });

  it('of somebody else are refused to users, and of nobody to back ends', async () => {
    const phone = { id: 'phone', push_provider: 'apn' } as const;
    const calls = (userId?: string) => {
      const named = userId === undefined ? {} : { user_id: 'ben' };
      const { blocks, devices } = api(userId);
      return [
        () => blocks.block({ id: 'admin', ...named }),
        () => blocks.unblock({ id: 'admin', ...named }),
        () => blocks.list(named),
        () => devices.add({ ...phone, ...named }),
        () => devices.list(named),
        () => devices.remove({ id: 'phone', ...named }),
      ];
    };
    for (const call of calls('ann')) {
      expect(await refusal(call())).toMatchObject({ code: 'NOT_ALLOWED', field: 'user_id' });
    }
    for (const call of calls()) {
      expect(await refusal(call())).toMatchObject({ code: 'INPUT_INVALID', field: 'user_id' });
    }
  });

  it('need the grant block-user, and for devices none', async () => {
    const { blocks, devices } = api('mute');
    expect(await refusal(blocks.block({ id: 'ann' }))).toMatchObject({ code: 'NOT_ALLOWED' });
    expect(await refusal(blocks.unblock({ id: 'ann' }))).toMatchObject({ code: 'NOT_ALLOWED' });
    expect((await devices.add({ id: 'x', push_provider: 'huawei' })).devices).toHaveLength(1);
  });
});

describe('the history of a user', () => {
  it('is for back ends', async () => {
    expect(await refusal(api('admin').users.history({ user_id: 'ann' }))).toMatchObject({
      code: 'NOT_ALLOWED',
    });
    const { events, next } = await api().users.history({ user_id: 'ann', limit: 1 });
    expect(events).toMatchObject([{ type: 'user.device.removed', actor: { type: 'user', id: 'ann' } }]);
    expect((await api().users.history({ user_id: 'ann', limit: 1, next })).events).toMatchObject([
      { type: 'user.device.added' },
    ]);
  });
});
