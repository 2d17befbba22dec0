import type { AppSettings } from '@rollcall/client/server';
import { APP_SETTINGS } from '@rollcall/client/tables';
import { describe, expect, it } from 'vitest';
import { type MayQuestion, mayOf } from './may.js';

const defaults = Object.fromEntries(
  Object.entries(APP_SETTINGS).map(([name, rule]) => [name, rule.default]),
) as unknown as AppSettings;

const SETTINGS: AppSettings = {
  ...defaults,
  grants: { ...defaults.grants, moderator: ['ban-user'], mute: [] },
};

const ask = (
  role: string,
  deed: MayQuestion['deed'],
  target: MayQuestion['target'] = 'mate',
  { settings = SETTINGS, team_role }: { settings?: AppSettings; team_role?: string } = {},
) => mayOf(settings, { role, deed, target, ...(team_role !== undefined && { team_role }) });

describe('may this role do this to that?', () => {
  it('is answered by the grant that there is, or that is missing', () => {
    expect(ask('moderator', 'ban')).toMatchObject({
      may: true,
      reason: 'The role `moderator` has the grant `ban-user`.',
    });
    expect(ask('user', 'ban')).toMatchObject({ may: false });
    expect(ask('user', 'ban').reason).toContain('The role `user` lacks the grant `ban-user`.');
  });

  it('takes a role that the settings do not list for one like user, and says so', () => {
    expect(ask('guide', 'query')).toMatchObject({ may: true });
    expect(ask('guide', 'query').reason).toContain('which is like `user`');
    expect(ask('mute', 'query').may).toBe(false);
  });

  it('counts the role within a team for the users of that team, and for nobody else', () => {
    const team = { team_role: 'moderator' };
    expect(ask('user', 'ban', 'mate', team).may).toBe(true);
    expect(ask('user', 'ban', 'stranger', team).may).toBe(false);
    expect(ask('mute', 'update', 'self', { team_role: 'admin' }).may).toBe(false);
    expect(ask('mute', 'query', 'mate', { team_role: 'admin' }).may).toBe(false);
    expect(ask('mute', 'channel', 'stranger', { team_role: 'user' }).may).toBe(true);
  });

  it('changes itself by either of two grants', () => {
    expect(ask('user', 'update', 'self').may).toBe(true);
    const settings = { ...SETTINGS, grants: { ...SETTINGS.grants, editor: ['update-any-user' as const] } };
    expect(ask('editor', 'update', 'self', { settings }).may).toBe(true);
    expect(ask('mute', 'update', 'self').may).toBe(false);
  });

  it('is no where no grant helps', () => {
    expect(ask('moderator', 'ban', 'self').may).toBe(false);
    expect(ask('moderator', 'ban', 'admin').may).toBe(false);
    expect(ask('admin', 'ban', 'admin').may).toBe(true);
    expect(ask('user', 'block', 'self').may).toBe(false);
    for (const deed of ['delete', 'promote', 'administer'] as const)
      expect(ask('admin', deed).may).toBe(false);
  });

  it('knows that somebody anonymous reads by its grants, and writes nothing', () => {
    const settings = { ...SETTINGS, grants: { ...SETTINGS.grants, anonymous: defaults.grants.admin ?? [] } };
    expect(ask('anonymous', 'query', 'stranger').may).toBe(false);
    expect(ask('anonymous', 'query', 'stranger', { settings }).may).toBe(true);
    for (const deed of ['update', 'ban', 'list_bans', 'block', 'channel', 'activity'] as const)
      expect(ask('anonymous', deed, 'stranger', { settings }).may, deed).toBe(false);
  });

  it('keeps tenants apart', () => {
    const settings = { ...SETTINGS, multi_tenant_enabled: true };
    expect(ask('user', 'query', 'mate', { settings }).may).toBe(true);
    for (const deed of [
      'query',
      'follow',
      'update',
      'ban',
      'block',
      'channel',
      'call',
      'activities',
    ] as const)
      expect(ask('admin', deed, 'stranger', { settings }).may, deed).toBe(false);
    expect(ask('user', 'message', 'stranger', { settings }).conditions.join(' ')).toContain(
      'only a back end',
    );
  });

  it('says what else has to hold', () => {
    const settings = { ...SETTINGS, private_custom_fields: ['email'] };
    expect(ask('user', 'query', 'mate', { settings }).conditions).toEqual([
      'Without what is private: `email`.',
    ]);
    expect(ask('user', 'query', 'self', { settings }).conditions).toEqual([]);
    expect(ask('admin', 'update', 'mate', { settings }).conditions.join(' ')).toContain('private parts');
    expect(ask('user', 'message').conditions).toContain('It is not banned.');
    expect(ask('user', 'block').conditions).not.toContain('It is not banned.');
  });

  it('lets everybody hear what is about itself', () => {
    expect(ask('mute', 'follow', 'self').may).toBe(true);
    expect(ask('mute', 'follow', 'mate').may).toBe(false);
  });
});
