import type { UserEvent } from '@rollcall/protocol';
import { deleteUsersSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { toUser } from '../../src/users/model/to-user.js';
import { tombstoneOf } from '../../src/users/tombstones.js';
import { StoredData } from '../support/life-cycle/stored-data.js';
import { openTestDirectory, refusal, SERVER, type TestDirectory } from '../support/test-directory.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const THEN = Date.parse('2024-05-06T07:08:09.010Z');
const BACK_END = { kind: 'server' } as const;

/** Somebody who has been through everything, as an export writes it. */
const JANE = {
  id: 'jane',
  name: 'Jane',
  role: 'admin',
  teams: ['red'],
  teams_role: { red: 'admin' },
  custom: { book: 'dune', nothing: null },
  invisible: true,
  banned: true,
  shadow_banned: true,
  ban_expires: Date.parse('2099-01-01T00:00:00Z'),
  blocked_user_ids: ['zoe', 'ben'],
  devices: [
    { id: 'phone', push_provider: 'firebase', push_provider_name: 'main', created_at: THEN + 2 },
    { id: 'pad', push_provider: 'apn', created_at: THEN + 1 },
  ],
  last_active: THEN + 5,
  created_at: THEN,
  deactivated_at: THEN + 6,
  revoke_tokens_issued_before: THEN + 7,
} as const;

describeOnEveryEngine('a user that is written as it is', engine => {
  let directory: TestDirectory;

  beforeEach(async () => {
    directory = await openTestDirectory(engine, { runTasks: true });
  });

  afterEach(() => directory.close());

  const write = (...users: unknown[]) => directory.users.upsert(SERVER, users, { asIs: true });
  const find = async (id: string) => {
    const [row] = await directory.users.find([id]);
    if (!row) throw new Error(`there is no ${id}`);
    return toUser(row, Date.parse('2026-01-02T00:00:00Z'));
  };
  const blocked = async (userId: string) => {
    const data = await StoredData.open(directory.url);
    const rows = await data.run(
      `SELECT blocked_user_id FROM blocks WHERE user_id = '${userId}' ORDER BY created_at, blocked_user_id`,
    );
    await data.close();
    return rows.map(row => row.blocked_user_id);
  };
  const erase = async (id: string) => {
    const hard = { user: 'hard', messages: 'hard', conversations: 'hard' };
    const task = await directory.lifeCycle.deleteUsers(
      SERVER,
      deleteUsersSchema.parse({ ids: [id], ...hard }),
    );
    expect(await directory.ended(task)).toMatchObject({ status: 'completed' });
  };

  it('comes back with everything that is read only otherwise, by one event', async () => {
    const { rows, counts } = await write(JANE);
    expect(counts).toEqual({ created: 1, updated: 0, unchanged: 0 });
    expect(await find('jane')).toMatchObject(JANE);
    expect(rows).toEqual(await directory.users.find(['jane']));
    expect(await blocked('jane')).toEqual(['zoe', 'ben']);
    const events = (await directory.newEvents()) as UserEvent[];
    // A ban has an event of its own, as for every user who comes into being with one.
    expect(events.map(event => event.type)).toEqual(['user.created', 'user.banned']);
    expect(events[0]?.user).toMatchObject({ ...JANE, revision: 1 });
  });

  it('is unchanged when it is written again, as an object that was read or as text', async () => {
    await write(JANE);
    await directory.newEvents();
    const iso = (at: number) => new Date(at).toISOString();
    const text = {
      ...JANE,
      created_at: iso(JANE.created_at),
      last_active: iso(JANE.last_active),
      deactivated_at: iso(JANE.deactivated_at),
      ban_expires: iso(JANE.ban_expires),
      devices: JANE.devices.map(device => ({
        ...device,
        user_id: 'jane',
        created_at: iso(device.created_at),
      })),
    };
    for (const again of [JANE, await find('jane'), text]) {
      expect((await write(again)).counts).toEqual({ created: 0, updated: 0, unchanged: 1 });
    }
    expect(await directory.newEvents()).toEqual([]);
  });

  it('tells each change of a stored user by the event that tells it otherwise', async () => {
    await directory.users.upsert(SERVER, [{ id: 'jane' }]);
    await directory.newEvents();
    expect((await write(JANE)).counts).toEqual({ created: 0, updated: 1, unchanged: 0 });
    const events = (await directory.newEvents()) as UserEvent[];
    expect(events.map(event => event.type).sort()).toEqual([
      'user.banned',
      'user.deactivated',
      'user.tokens.revoked',
      'user.updated',
    ]);
    const changed = Object.fromEntries(events.map(event => [event.type, Object.keys(event.changes ?? {})]));
    expect(changed['user.deactivated']).toEqual(['deactivated_at']);
    expect(changed['user.tokens.revoked']).toEqual(['revoke_tokens_issued_before']);
    expect(changed['user.updated']).toEqual(
      expect.arrayContaining(['created_at', 'devices', 'blocked_user_ids', 'name', 'role']),
    );
    expect(await find('jane')).toMatchObject({ ...JANE, revision: 2 });
    expect(await blocked('jane')).toEqual(['zoe', 'ben']);
  });

  it('keeps what the payload does not name, and clears what it sets to null', async () => {
    await write(JANE);
    await directory.newEvents();
    const { custom, name, role, teams, teams_role } = JANE;
    const profile = { id: 'jane', name, role, teams, teams_role, custom, invisible: true };
    expect((await write(profile)).counts).toEqual({ created: 0, updated: 0, unchanged: 1 });
    await write({
      ...profile,
      image: null,
      deactivated_at: null,
      revoke_tokens_issued_before: null,
      devices: null,
      blocked_user_ids: ['ben', 'carl'],
      banned: true,
      ban_expires: null,
    });
    const user = await find('jane');
    expect(user).toMatchObject({ banned: true, devices: [], blocked_user_ids: ['ben', 'carl'] });
    for (const field of ['ban_expires', 'deactivated_at', 'revoke_tokens_issued_before']) {
      expect(user).not.toHaveProperty(field);
    }
    expect(await blocked('jane')).toEqual(['ben', 'carl']);
    expect((await directory.newEvents()).map(event => event.type).sort()).toEqual([
      'user.banned',
      'user.reactivated',
      'user.tokens.revoked',
      'user.updated',
    ]);
  });

  it('was never less active than here', async () => {
    await write(JANE);
    await directory.newEvents();
    expect((await write({ ...JANE, last_active: THEN })).counts).toMatchObject({ unchanged: 1 });
    expect((await find('jane')).last_active).toBe(JANE.last_active);
    // When a user was last active is no change that is told.
    const later = { ...JANE, last_active: THEN + DAY_MS };
    const { rows, counts } = await write(later);
    expect([counts.updated, rows[0]?.last_active]).toEqual([1, THEN + DAY_MS]);
    expect((await find('jane')).last_active).toBe(THEN + DAY_MS);
    expect(await directory.newEvents()).toEqual([]);
  });

  it('may block users who come later, in the same batch and in another, in both directions', async () => {
    await write({ id: 'ann', blocked_user_ids: ['ben', 'carl'] }, { id: 'ben', blocked_user_ids: ['ann'] });
    await write({ id: 'carl', blocked_user_ids: ['ann'] });
    expect(await Promise.all(['ann', 'ben', 'carl'].map(blocked))).toEqual([
      ['ben', 'carl'],
      ['ann'],
      ['ann'],
    ]);
    const { blocks } = await directory.blocks.list(BACK_END, { userId: 'ann', limit: 100 });
    expect(blocks.map(block => block.blocked_user_id)).toEqual(['carl', 'ben']);
    await erase('carl');
    expect(await blocked('ann')).toEqual(['ben']);
    expect((await find('ann')).blocked_user_ids).toEqual(['ben']);
  });

  it('takes no lock that another batch waits for: batches that block each other go through together', async () => {
    const people = Array.from({ length: 40 }, (_, index) => `p-${index}`);
    const half = (from: number, blocks: (id: string) => string[]) =>
      people.slice(from, from + 20).map(id => ({ id, blocked_user_ids: blocks(id) }));
    await write(...people.map(id => ({ id })));
    for (let round = 0; round < 5; round++) {
      const others = (id: string) => people.filter(one => one !== id && (one.length + round) % 2 === 0);
      await Promise.all([write(...half(0, others)), write(...half(20, others).reverse())]);
    }
    for (const id of ['p-0', 'p-39']) expect(await blocked(id)).toEqual((await find(id)).blocked_user_ids);
  });

  it('brings back no id of a user who was erased, and makes no block of a deleted one', async () => {
    await directory.users.upsert(SERVER, [{ id: 'gone' }, { id: 'soft' }, { id: 'kept' }, { id: 'ann' }]);
    await write({ id: 'ann', blocked_user_ids: ['kept', 'gone'] });
    await directory.lifeCycle.deleteUsers(SERVER, deleteUsersSchema.parse({ ids: ['soft', 'kept'] }));
    await erase('gone');
    await write({ id: 'ann', blocked_user_ids: ['soft', 'kept', 'gone', 'later'] });
    expect((await find('ann')).blocked_user_ids).toEqual(['kept', 'later']);
    expect(await blocked('ann')).toEqual(['kept', 'later']);
    const data = await StoredData.open(directory.url);
    const named = Object.values(await data.dump()).flatMap(rows =>
      Object.values(rows).filter(row => JSON.stringify(row).includes('"gone"')),
    );
    await data.close();
    expect(named).toEqual([]);
  });

  it('is found by the erasure of somebody whom it blocked once', async () => {
    await write({ id: 'ann', blocked_user_ids: ['ben'] }, { id: 'ben' });
    await write({ id: 'ann', blocked_user_ids: [] });
    await erase('ben');
    const events = (await directory.newEvents()) as UserEvent[];
    const lists = events.flatMap(({ user, changes }) => [user?.blocked_user_ids, changes?.blocked_user_ids]);
    expect(JSON.stringify(lists)).toContain(tombstoneOf('ben'));
    expect(JSON.stringify(lists)).not.toContain('"ben"');
  });

  const SECONDS =
    'a time is epoch milliseconds or an ISO 8601 string with a zone, such as "2026-01-31T12:00:00Z", not before 1970; a number below 100,000,000,000 looks like seconds; multiply seconds by 1,000, or write a time before 1973 as text';

  it.each([
    ['a time in seconds', { created_at: 1_700_000_000 }, 'created_at', `created_at: ${SECONDS}`],
    ['a zero for none', { last_active: 0 }, 'last_active', `last_active: ${SECONDS}`],
    [
      'a time before there were users',
      { last_active: '1970-01-01T00:00:00Z' },
      'last_active',
      'last_active: a time is epoch milliseconds, and this would be before 1973; was it meant in seconds? If there is no such time, give null or leave it out',
    ],
    ['a zero time', { deactivated_at: '0001-01-01T00:00:00Z' }, 'deactivated_at'],
    ['a time without a zone', { created_at: '2026-01-31T12:00:00' }, 'created_at'],
    [
      'a time in the future',
      { created_at: Date.parse('2030-01-01T00:00:00Z') },
      'created_at',
      'created_at: this time lies in the future; a time is epoch milliseconds or an ISO 8601 string',
    ],
    [
      'a deleted user',
      { deleted_at: THEN },
      'deleted_at',
      'deleted_at: a deleted user cannot be written; leave the user out, or leave out the field',
    ],
    ['a block of itself', { blocked_user_ids: ['x'] }, 'blocked_user_ids'],
    ['a block of an id of the system', { blocked_user_ids: [tombstoneOf('y')] }, 'blocked_user_ids.0'],
    ['blocks that name a user twice', { blocked_user_ids: ['y', 'y'] }, 'blocked_user_ids'],
    ['blocks that are no list', { blocked_user_ids: 'y' }, 'blocked_user_ids'],
    [
      'a device with an unknown part',
      { devices: [{ id: 'd', push_provider: 'apn', disabled: true }] },
      'devices.0.disabled',
    ],
    [
      'a device of another provider',
      { devices: [{ id: 'd', push_provider: 'pigeon' }] },
      'devices.0.push_provider',
    ],
    [
      'too many devices',
      { devices: Array.from({ length: 26 }, (_, id) => ({ id: `d-${id}`, push_provider: 'apn' })) },
      'devices',
      'devices: a user has at most 25 devices',
    ],
    ['a role that does not exist', { role: 'ghost' }, 'role'],
    ['a field of a wrong kind', { banned: 'yes' }, 'banned'],
  ])('is refused with %s, and changes nothing', async (_, fields, field, message?: string) => {
    const error = await refusal(write({ id: 'ok' }, { id: 'x', ...fields }));
    expect(error).toMatchObject({ index: 1, field });
    if (message !== undefined) expect(error.message).toBe(message);
    expect(await directory.newEvents()).toEqual([]);
    expect(await directory.users.find(['ok', 'x'])).toEqual([]);
  });

  it('takes no id that is deleted or the system’s', async () => {
    await write({ id: 'soft' }, { id: 'gone' });
    await directory.lifeCycle.deleteUsers(SERVER, deleteUsersSchema.parse({ ids: ['soft'] }));
    await erase('gone');
    for (const id of ['soft', 'gone']) {
      expect(await refusal(write({ ...JANE, id }))).toMatchObject({
        code: 'USER_DELETED',
        index: 0,
        field: 'id',
      });
    }
    expect(await refusal(write({ ...JANE, id: tombstoneOf('y') }))).toMatchObject({
      code: 'INPUT_INVALID',
      field: 'id',
    });
  });

  it('is only asked for: an upsert ignores what is read only, or refuses who would be active, as it is told', async () => {
    const given = { id: 'jane', name: 'Jane', deactivated_at: THEN, created_at: THEN };
    const refused = (user: object) =>
      refusal(directory.users.upsert(SERVER, [{ id: 'ok' }, user], { refuseDeactivated: true }));
    expect(await refused(given)).toMatchObject({ code: 'INPUT_INVALID', index: 1, field: 'deactivated_at' });
    expect(await refused({ id: 'x', deleted_at: THEN })).toMatchObject({ index: 1, field: 'deleted_at' });
    expect(await directory.newEvents()).toEqual([]);
    await directory.users.upsert(SERVER, [given]);
    expect(await find('jane')).not.toHaveProperty('deactivated_at');
    expect(await refused(given)).toMatchObject({ field: 'deactivated_at' });
    await directory.users.deactivate(SERVER, 'jane');
    const stays = await directory.users.upsert(SERVER, [given], { refuseDeactivated: true });
    expect(stays.counts).toEqual({ created: 0, updated: 0, unchanged: 1 });
  });

  it('that is only tried out is checked and counted, and nothing is written', async () => {
    await write({ id: 'same' }, { id: 'other', blocked_user_ids: ['same'] });
    const data = await StoredData.open(directory.url);
    const before = await data.dump();
    const batch = [JANE, { id: 'same' }, { id: 'other', name: 'Other', blocked_user_ids: ['jane'] }];
    const tried = await directory.users.upsert(SERVER, batch, { asIs: true, dryRun: true });
    expect(tried.counts).toEqual({ created: 1, updated: 1, unchanged: 1 });
    const bad = directory.users.upsert(SERVER, [{ id: 'x', role: 'ghost' }], { dryRun: true });
    expect(await refusal(bad)).toMatchObject({ code: 'ROLE_NOT_FOUND', index: 0 });
    expect(await data.dump()).toEqual(before);
    await data.close();
    expect((await write(...batch)).counts).toEqual(tried.counts);
  });
});
