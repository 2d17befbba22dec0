import { LoggedEvent, tombstoneOf } from '@rollcall/core';
import { type EventType, type Filter, parseFilter, type User, type UserEvent } from '@rollcall/protocol';
import { describe, expect, it } from 'vitest';
import type { Caller } from './caller.js';
import { EventViewer } from './event-viewer.js';

const SERVER: Caller = { kind: 'server', actor: { type: 'server' } };
const JANE: Caller = {
  kind: 'user',
  userId: 'jane',
  role: 'user',
  actor: { type: 'user', id: 'jane' },
  grants: [],
};

/** An entry of the log about a user. */
function entry(
  user: Partial<User> & { id: string },
  changes?: UserEvent['changes'],
  type: EventType = 'user.updated',
) {
  const data = JSON.stringify({ user: { teams: [], custom: {}, ...user }, changes });
  return new LoggedEvent('e', { seq: 1, type, at: 1000, actor_type: 'server', user_id: user.id, data });
}

const filtered = (caller: Caller, filter: Filter) =>
  new EventViewer(caller, { filter: parseFilter(filter, { server: caller.kind === 'server' }) });

describe('a listener with a filter', () => {
  it('is not told by it what it may not see', () => {
    const hidden = entry(
      { id: 'john', invisible: true, online: true, name: 'b' },
      { name: { before: 'a', after: 'b' } },
    );
    expect(filtered(SERVER, { online: true }).see(hidden)).toMatchObject({
      matched: { before: true, after: true },
    });
    expect(filtered(JANE, { online: true }).see(hidden)).toBeUndefined();
  });

  it('learns who enters the set and who leaves it', () => {
    const viewer = filtered(SERVER, { name: 'in' });
    const change = (before: string, after: string) =>
      viewer.see(entry({ id: 'john', name: after }, { name: { before, after } }));
    expect(change('out', 'in')).toMatchObject({ matched: { before: false, after: true } });
    expect(change('in', 'out')).toMatchObject({ matched: { before: true, after: false } });
    expect(change('out', 'away')).toBeUndefined();
  });

  it('hears of a user who comes into being as of one who was not there before', () => {
    const created = entry({ id: 'john', name: 'in' }, undefined, 'user.created');
    expect(filtered(SERVER, { name: 'in' }).see(created)).toMatchObject({
      matched: { before: false, after: true },
    });
  });

  const AT = 1000;

  it.each([
    ['a soft deletion', 'user.deleted', { deleted_at: AT }, { deleted_at: { after: AT } }, [true, false]],
    ['a restoration', 'user.restored', {}, { deleted_at: { before: 1 } }, [false, true]],
    [
      'a deactivation',
      'user.deactivated',
      { deactivated_at: AT },
      { deactivated_at: { after: AT } },
      [true, false],
    ],
    ['a reactivation', 'user.reactivated', {}, { deactivated_at: { before: 1 } }, [false, true]],
    [
      'a deletion whose user was erased',
      'user.deleted',
      { deleted_at: AT, name: 'gone' },
      undefined,
      [true, false],
    ],
    ['a restoration whose user was erased', 'user.restored', { deleted_at: AT }, undefined, undefined],
    ['a deletion that goes further', 'user.deleted', { deleted_at: 1 }, undefined, undefined],
    ['a change of a deleted user', 'user.updated', { deleted_at: 1 }, { image: { after: 'x' } }, undefined],
    [
      'a deactivated user who is deleted',
      'user.deleted',
      { deactivated_at: 1, deleted_at: AT },
      { deleted_at: { after: AT } },
      undefined,
    ],
  ] as const)('learns of it what a query would find: %s', (_, type, fields, changes, matched) => {
    const event = entry({ id: 'john', name: 'in', ...fields }, changes, type);
    for (const caller of [SERVER, JANE]) {
      const seen = filtered(caller, { name: 'in' }).see(event);
      if (!matched) expect(seen).toBeUndefined();
      else expect(seen).toMatchObject({ type, matched: { before: matched[0], after: matched[1] } });
    }
  });
});

describe('an entry that this version does not understand', () => {
  const log = (type: string, data: object) =>
    new LoggedEvent('e', {
      seq: 1,
      type,
      at: 1,
      actor_type: 'server',
      user_id: 'jane',
      data: JSON.stringify(data),
    });
  const secret = { push_notifications: { disabled: true } };

  it.each([
    ['of a type that a newer process logs', log('user.teleported', { user: { id: 'jane', ...secret } })],
    ['whose type is a name that objects inherit', log('constructor', { user: { id: 'jane' } })],
    ['about a user that has lost the user', log('user.updated', { 'deleted-x': { id: 'jane', ...secret } })],
    [
      'about a channel that has lost its users',
      log('channel.deleted', { channel: {}, 'deleted-x': ['jane'] }),
    ],
  ])('is for servers only: %s', (_, entry) => {
    for (const selection of [{}, { userIds: new Set(['jane']) }]) {
      expect(new EventViewer(SERVER, { ...selection }).see(entry)).toMatchObject({ type: entry.type });
      for (const userId of ['jane', 'john']) {
        const viewer = new EventViewer({ ...JANE, userId } as Caller, selection);
        expect(viewer.see(entry)).toBeUndefined();
        expect(viewer.selects(entry)).toBe(false);
      }
    }
    expect(filtered(SERVER, { name: 'in' }).see(entry)).toBeUndefined();
  });

  it('does not become an event about a user by a field called so', () => {
    const task = log('task.created', { task: {}, user: { id: 'jane' } });
    expect(new EventViewer(JANE, { userIds: new Set(['jane']) }).see(task)).toBeUndefined();
    expect(filtered(SERVER, { name: { $exists: false } }).see(task)).toBeUndefined();
  });
});

describe('a user', () => {
  const watching = new EventViewer(JANE, { userIds: new Set(['john']) });

  it('sees private fields and their changes of itself only', () => {
    const fields = {
      privacy_settings: { read_receipts: { enabled: false } },
      push_notifications: { disabled: true },
      invisible: true,
    };
    for (const [field, value] of Object.entries(fields)) {
      const changes = { [field]: { after: value } };
      const of = (id: string) => watching.see(entry({ id, [field]: value }, changes));
      expect(of('jane')).toMatchObject({ changes, user: { [field]: value } });
      expect(of('john')).toBeUndefined();
      const renamed = entry({ id: 'john', [field]: value, name: 'J' }, { ...changes, name: { after: 'J' } });
      expect(watching.see(renamed)).toMatchObject({ changes: { name: { after: 'J' } } });
      expect(JSON.stringify(watching.see(renamed))).not.toContain(field);
    }
    const banned = { banned: true, ban_expires: 2000, name: 'J' };
    const renamed = (id: string) => watching.see(entry({ id, ...banned }, { name: { after: 'J' } }));
    expect(renamed('jane')).toMatchObject({ user: { banned: true, ban_expires: 2000 } });
    expect(renamed('john')).toMatchObject({ user: { banned: true } });
    expect(JSON.stringify(renamed('john'))).not.toContain('ban_expires');
  });

  it('sees nothing of the presence of others who are invisible', () => {
    const user = { invisible: true, online: true, last_active: 1, name: 'J' };
    const of = (id: string) => watching.see(entry({ id, ...user }, { name: { after: 'J' } }));
    expect(of('jane')).toMatchObject({ user: { online: true, last_active: 1 } });
    expect(of('john')).toMatchObject({ user: { online: false } });
    expect(JSON.stringify(of('john'))).not.toContain('last_active');
  });

  it('sees nothing of a shadow ban, not of its own either', () => {
    const ban_expires = 2000;
    const changes = { shadow_banned: { before: false, after: true }, ban_expires: { after: ban_expires } };
    const seen = (type: EventType, user: object, all: UserEvent['changes'] = changes) =>
      ['jane', 'john'].map(id => watching.see(entry({ id, ...user }, all, type)));
    const inShadow = { banned: false, shadow_banned: true, ban_expires };
    expect(seen('user.banned', inShadow)).toEqual([undefined, undefined]);
    expect(seen('user.banned', inShadow, {})).toEqual([undefined, undefined]);
    const ended = { shadow_banned: { before: true, after: false }, ban_expires: { before: ban_expires } };
    const free = { banned: false, shadow_banned: false };
    expect(seen('user.unbanned', free, ended)).toEqual([undefined, undefined]);
    for (const event of [
      ...seen('user.updated', { ...inShadow, name: 'J' }, { name: { after: 'J' } }),
      watching.see(entry({ id: 'jane', ...inShadow }, undefined, 'user.created')),
    ]) {
      expect(event).toBeDefined();
      expect(JSON.stringify(event)).not.toMatch(/shadow|ban_expires/);
    }
  });

  it('is told who did something only where a user did it to itself', () => {
    const by = (actor_id: string, user: string, type: EventType = 'user.updated') =>
      new LoggedEvent('e', {
        seq: 1,
        type,
        at: 1000,
        actor_type: 'user',
        actor_id,
        user_id: user,
        data: JSON.stringify({ user: { id: user }, changes: { banned: { before: false, after: true } } }),
      });
    const both = new EventViewer(JANE, { userIds: new Set(['jane', 'john']) });
    for (const type of ['user.banned', 'user.updated', 'user.deactivated', 'user.deleted'] as const) {
      for (const user of ['jane', 'john']) {
        expect(both.see(by('mod', user, type))?.actor).toEqual({ type: 'user' });
        expect(both.see(by(user, user, type))?.actor).toEqual({ type: 'user', id: user });
        expect(new EventViewer(SERVER, {}).see(by('mod', user, type))?.actor).toEqual({
          type: 'user',
          id: 'mod',
        });
      }
    }
    const channel = new LoggedEvent('e', {
      seq: 1,
      type: 'channel.deleted',
      at: 1000,
      actor_type: 'user',
      actor_id: 'mod',
      data: JSON.stringify({ channel: { cid: 'm:x' }, user_ids: ['jane', 'john'] }),
    });
    expect(both.see(channel)?.actor).toEqual({ type: 'user' });
    expect(new EventViewer(SERVER, {}).see(channel)?.actor).toEqual({ type: 'user', id: 'mod' });
  });

  it('is not told how much went with a user: flags, 1:1 channels and hidden messages count, too', () => {
    const counts = { chat: { messages: 5, flags: 1, channels: 1 } };
    for (const type of ['user.messages.deleted', 'user.messages.restored'] as const) {
      for (const id of ['jane', 'john']) {
        const data = JSON.stringify({ user: { id, teams: [], custom: {} }, mode: 'hard', counts });
        const gone = new LoggedEvent('e', {
          seq: 1,
          type,
          at: 1000,
          actor_type: 'server',
          user_id: id,
          data,
        });
        const seen = watching.see(gone);
        expect(seen).toMatchObject({ type, mode: 'hard', user: { id } });
        expect(seen).not.toHaveProperty('counts');
        expect(new EventViewer(SERVER, {}).see(gone)).toMatchObject({ counts });
      }
    }
  });

  it('hears of its open ban the same, whether or not there is a shadow ban beside it', () => {
    const open = { banned: { before: false, after: true } };
    const until = { before: 1500, after: 2000 };
    const beside = { id: 'jane', banned: true, shadow_banned: true, ban_expires: 2000 };
    const { shadow_banned: _, ...alone } = beside;
    const seen = (user: typeof alone, changes: UserEvent['changes']) =>
      watching.see(entry(user, changes, 'user.banned'));
    expect(seen(beside, { ...open, ban_expires: until })).toEqual(
      seen(alone, { ...open, ban_expires: { after: 2000 } }),
    );
    expect(seen(beside, { ...open, ban_expires: until })).toMatchObject({
      changes: { ban_expires: { after: 2000 } },
    });
    const lifted = { id: 'jane', banned: false, shadow_banned: true, ban_expires: 2000 };
    const event = watching.see(entry(lifted, { banned: { before: true, after: false } }, 'user.unbanned'));
    expect(event).toMatchObject({
      changes: { banned: { after: false }, ban_expires: { before: 2000 } },
    });
    expect(event).not.toHaveProperty('user.ban_expires');
  });

  it('is not told of a change that was erased, because nobody knows any more who could see it', () => {
    for (const type of ['user.updated', 'user.banned', 'user.unbanned'] as const) {
      expect(watching.see(entry({ id: 'john' }, undefined, type))).toBeUndefined();
    }
  });

  it('receives nothing about users it does not follow, and nothing that is for servers', () => {
    expect(watching.see(entry({ id: 'jim' }))).toBeUndefined();
    for (const type of ['user.blocked', 'user.device.added', 'user.tokens.revoked'] as const) {
      expect(watching.selects(entry({ id: 'jane' }, {}, type))).toBe(true);
      expect(watching.selects(entry({ id: 'john' }, {}, type))).toBe(false);
    }
    const task = new LoggedEvent('e', {
      seq: 1,
      type: 'task.created',
      at: 1,
      actor_type: 'server',
      data: '{"task":{}}',
    });
    expect(watching.see(task)).toBeUndefined();
    expect(new EventViewer(SERVER, {}).see(task)).toMatchObject({ type: 'task.created' });
  });
});

describe('with several tenants, a user', () => {
  const red: Caller = { ...JANE, kind: 'user', userId: 'jane', role: 'user', tenant: ['red'] };
  const moved = (before: string[], after: string[]) =>
    entry({ id: 'john', name: 'John', teams: after }, { teams: { before, after }, name: { after: 'John' } });
  const named = new EventViewer(red, { userIds: new Set(['john']) });
  const inRed = filtered(red, { name: 'John' });

  it('receives the events of its own tenant whole, and of others none', () => {
    expect(named.see(moved(['red'], ['red', 'blue']))).toMatchObject({
      changes: { name: { after: 'John' } },
    });
    expect(named.see(moved([], ['blue']))).toBeUndefined();
    expect(inRed.see(moved(['blue'], []))).toBeUndefined();
  });

  it('sees a user who joins as one who was not there, and not what was before', () => {
    const seen = named.see(moved(['blue'], ['red']));
    expect(seen).toMatchObject({ type: 'user.updated', user: { id: 'john', name: 'John' } });
    expect(seen).not.toHaveProperty('changes');
    expect(inRed.see(moved(['blue'], ['red']))).toMatchObject({ matched: { before: false, after: true } });
  });

  it('learns once that a user has left, and nothing of where to', () => {
    const seen = named.see(moved(['red'], ['blue']));
    expect(seen).toMatchObject({ type: 'user.updated', user: { id: 'john', teams: [], revision: 0 } });
    expect(JSON.stringify(seen)).not.toMatch(/blue|John/);
    const byTeam = filtered(red, { teams: { $contains: 'red' } });
    expect(byTeam.see(moved(['red'], ['blue']))).toMatchObject({ matched: { before: true, after: false } });
    expect(filtered(red, { name: 'Jim' }).see(moved(['red'], ['blue']))).toBeUndefined();
  });

  it('hears of itself whatever its teams were and are', () => {
    const own = entry({ id: 'jane', teams: ['blue'] }, { teams: { before: ['red'], after: ['blue'] } });
    expect(named.see(own)).toMatchObject({ changes: { teams: { after: ['blue'] } } });
  });

  it('without teams sees those without teams', () => {
    const none = new EventViewer({ ...red, tenant: [] }, { userIds: new Set(['john']) });
    expect(none.see(moved([], []))).toBeDefined();
    expect(none.see(moved(['red'], ['blue']))).toBeUndefined();
  });
});

describe('somebody anonymous', () => {
  const anonymous: Caller = {
    kind: 'anonymous',
    role: 'anonymous',
    actor: { type: 'user' },
    grants: ['read-users'],
  };

  it('receives what is public of the users whom it names, and nothing that is own or for servers', () => {
    const viewer = new EventViewer(anonymous, { userIds: new Set(['john']) });
    const changes = { name: { after: 'x' } };
    expect(viewer.see(entry({ id: 'john', devices: [] }, changes))).toMatchObject({ user: { id: 'john' } });
    expect(viewer.see(entry({ id: 'jim' }, changes))).toBeUndefined();
    expect(viewer.see(entry({ id: 'john' }, undefined, 'user.tokens.revoked'))).toBeUndefined();
  });
});

describe('a user who was erased while a listener was away', () => {
  const deleted = (type: EventType = 'user.deleted') => entry({ id: tombstoneOf('john') }, undefined, type);

  it.each([
    ['a user', JANE],
    ['a server', SERVER],
  ])('is reported under its id to %s that names the id', (_, caller) => {
    const viewer = new EventViewer(caller, { userIds: new Set(['jack', 'john']) });
    expect(viewer.see(deleted())).toMatchObject({ type: 'user.deleted', user: { id: 'john' } });
  });

  it('is not reported to a listener that names another user, nor by an event that only the user itself received', () => {
    expect(new EventViewer(JANE, { userIds: new Set(['jack']) }).see(deleted())).toBeUndefined();
    const viewer = new EventViewer(JANE, { userIds: new Set(['john']) });
    expect(viewer.see(deleted('user.tokens.revoked'))).toBeUndefined();
  });

  it('keeps its tombstone for a listener that names nobody', () => {
    expect(new EventViewer(SERVER, {}).see(deleted())).toMatchObject({ user: { id: tombstoneOf('john') } });
  });
});
