import {
  type PartialUserUpdate,
  type RollcallEvent,
  USER_FIELDS,
  type UserFieldRule,
} from '@rollcall/protocol';
import { banUserSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTestDirectory, SERVER, type TestDirectory } from '../support/test-directory.js';

const BACK_END = { kind: 'server' } as const;
const HOUR_MS = 60 * 60 * 1000;

describeOnEveryEngine('updated_at and revision', engine => {
  let directory: TestDirectory;

  beforeEach(async () => {
    directory = await openTestDirectory(engine);
    await directory.users.upsert(SERVER, [{ id: 'ann' }, { id: 'ben' }]);
    await directory.newEvents();
  });

  afterEach(() => directory.close());

  const set = (values: NonNullable<PartialUserUpdate['set']>) =>
    directory.users.partialUpdate(SERVER, [{ id: 'ann', set: values }], {
      fields: 'server',
      authorise: () => undefined,
    });
  const ban = (options: object) =>
    directory.moderation.ban(SERVER, BACK_END, banUserSchema.parse({ id: 'ann', ...options }));
  const marks = async () => {
    const [row] = await directory.users.find(['ann']);
    return { updated_at: row?.updated_at, revision: row?.revision };
  };

  /** Changes that nobody but the user itself and servers can see, with the event that tells each of them. */
  const PRIVATE_CHANGES: readonly [event: RollcallEvent['type'], change: () => Promise<unknown>][] = [
    ['user.updated', () => set({ invisible: true })],
    ['user.updated', () => set({ invisible: false })],
    ['user.updated', () => set({ privacy_settings: { read_receipts: { enabled: false } } })],
    ['user.updated', () => set({ push_notifications: { disabled: true } })],
    ['user.banned', () => set({ shadow_banned: true })],
    ['user.banned', () => ban({ shadow: true, timeout: 90 })],
    ['user.unbanned', () => directory.moderation.unban(SERVER, BACK_END, { id: 'ann', shadow: true })],
    ['user.blocked', () => directory.blocks.block(SERVER, BACK_END, { userId: 'ann', id: 'ben' })],
    ['user.unblocked', () => directory.blocks.unblock(SERVER, { userId: 'ann', id: 'ben' })],
    ['user.device.added', () => directory.devices.add(SERVER, 'ann', { id: 'one', push_provider: 'apn' })],
    ['user.device.removed', () => directory.devices.remove(SERVER, 'ann', 'one')],
    ['user.tokens.revoked', () => directory.tokens.revoke(SERVER, { ids: ['ann'], before: 1000 })],
    ['user.tokens.revoked', () => directory.tokens.revoke(SERVER, { ids: ['ann'], before: null })],
  ];

  it('stay where only what is private changes', async () => {
    const before = await marks();
    for (const [event, change] of PRIVATE_CHANGES) {
      await change();
      const events = await directory.newEvents();
      expect(events.map(({ type }) => type)).toEqual([event]);
      expect(events[0]).toMatchObject({ user: before });
      expect(await marks(), `after ${event} by ${change}`).toEqual(before);
    }
  });

  it('stay when a shadow ban runs out, and move when an open ban does', async () => {
    const before = await marks();
    await ban({ shadow: true, timeout: 30 });
    directory.clock.advance(HOUR_MS);
    await set({ privacy_settings: { read_receipts: { enabled: false } } });
    expect(await directory.newEventNames()).toEqual([
      'user.banned ann',
      'user.unbanned ann',
      'user.updated ann',
    ]);
    expect(await marks()).toEqual(before);
    await ban({ timeout: 30 });
    const banned = await marks();
    expect(banned.revision).toBe(2);
    directory.clock.advance(HOUR_MS);
    await set({ privacy_settings: { read_receipts: { enabled: true } } });
    const after = await marks();
    expect(after.revision).toBe(3);
    expect(after.updated_at).toBeGreaterThan(banned.updated_at as number);
  });

  it('move together, once, with each change that others can see', async () => {
    const changes = [
      () => set({ name: 'Ann' }),
      () => set({ book: 'dune', invisible: true }),
      () => ban({}),
      () => directory.moderation.unban(SERVER, BACK_END, { id: 'ann', shadow: false }),
      () => directory.users.deactivate(SERVER, 'ann'),
    ];
    for (const change of changes) {
      const before = await marks();
      await change();
      const after = await marks();
      expect(after.revision, `${change}`).toBe((before.revision as number) + 1);
      expect(after.updated_at, `${change}`).toBeGreaterThan(before.updated_at as number);
    }
  });

  it('are covered for every private field that an event tells of', () => {
    const told = new Set(PRIVATE_CHANGES.map(([event]) => event));
    for (const rule of Object.values<UserFieldRule>(USER_FIELDS)) {
      if (rule.seenBy === 'all') continue;
      const events = typeof rule.changes === 'string' ? [rule.changes] : rule.changes;
      for (const event of events) expect(told).toContain(event);
    }
  });
});
