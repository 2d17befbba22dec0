import { LIMITS } from '@rollcall/protocol';
import { addDeviceSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestDirectory, refusal, SERVER, type TestDirectory } from '../support/test-directory.js';

describeOnEveryEngine('a device', engine => {
  let directory: TestDirectory;

  beforeEach(async () => {
    directory = await openTestDirectory(engine);
    await directory.users.upsert(SERVER, [{ id: 'ann' }, { id: 'ben' }]);
    await directory.newEvents();
  });

  afterEach(() => directory.close());

  const add = (id: string, options: object = {}, userId = 'ann') =>
    directory.devices.add(SERVER, userId, { id, push_provider: 'apn', ...options });
  const ids = async (userId = 'ann') =>
    (await directory.users.find([userId]))[0]?.devices.map(device => device.id);

  it('is added and removed, each with an event to its user, and changes no revision', async () => {
    await add('phone', { push_provider: 'firebase', push_provider_name: 'main' });
    const device = {
      id: 'phone',
      push_provider: 'firebase',
      push_provider_name: 'main',
      created_at: expect.any(Number),
    };
    expect((await directory.users.find(['ann']))[0]).toMatchObject({ devices: [device], revision: 1 });
    await directory.devices.remove(SERVER, 'ann', 'phone');
    await directory.devices.remove(SERVER, 'ann', 'phone');
    expect(await directory.newEvents()).toMatchObject([
      { type: 'user.device.added', user: { id: 'ann', devices: [device] }, device },
      {
        type: 'user.device.removed',
        user: { id: 'ann', devices: [] },
        device,
        changes: { devices: { before: [device], after: [] } },
      },
    ]);
    expect(await ids()).toEqual([]);
  });

  it('that is added again changes nothing, and with other data keeps its place', async () => {
    for (const id of ['one', 'two']) await add(id);
    await directory.newEvents();
    await add('one');
    expect(await directory.newEvents()).toEqual([]);
    await add('one', { push_provider: 'xiaomi' });
    expect(await directory.newEventNames()).toEqual(['user.device.added ann']);
    expect(await ids()).toEqual(['one', 'two']);
    expect((await directory.users.find(['ann']))[0]?.devices[0]).toMatchObject({ push_provider: 'xiaomi' });
  });

  it('makes the oldest leave where there are 25, which is told first', async () => {
    for (let index = 0; index < LIMITS.devices; index++) await add(`device-${index}`);
    await directory.newEvents();
    await add('another');
    expect(await directory.newEvents()).toMatchObject([
      { type: 'user.device.removed', device: { id: 'device-0' } },
      { type: 'user.device.added', device: { id: 'another' } },
    ]);
    const left = await ids();
    expect([left?.length, left?.[0], left?.at(-1)]).toEqual([LIMITS.devices, 'device-1', 'another']);
  });

  it('can be at two users, and leaves one without the other', async () => {
    await add('shared');
    await add('shared', {}, 'ben');
    await directory.devices.remove(SERVER, 'ann', 'shared');
    expect([await ids('ann'), await ids('ben')]).toEqual([[], ['shared']]);
  });

  it('added in ten calls at once is there ten times over with different ids, and once with one', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `device-${index}`);
    await Promise.all(names.flatMap(name => [add(name), add('same')]));
    expect((await ids())?.sort()).toEqual([...names, 'same'].sort());
  });

  it('of nobody and of the deleted is refused', async () => {
    expect(await refusal(add('x', {}, 'nobody'))).toMatchObject({ code: 'USER_NOT_FOUND', field: 'user_id' });
    await directory.lifeCycle.deleteUsers(SERVER, { ids: ['ben'], user: 'soft' });
    expect(await refusal(add('x', {}, 'ben'))).toMatchObject({ code: 'USER_DELETED', field: 'user_id' });
    const removal = directory.devices.remove(SERVER, 'nobody', 'x');
    expect(await refusal(removal)).toMatchObject({ code: 'USER_NOT_FOUND' });
  });
});

describe('the form of a device', () => {
  const fits = (device: object) =>
    addDeviceSchema.safeParse({ id: 'x', push_provider: 'apn', ...device }).success;

  it('has an id of 1–255 characters and a known provider', () => {
    expect(fits({ id: 'x'.repeat(LIMITS.deviceIdLength) })).toBe(true);
    for (const id of ['', 'x'.repeat(LIMITS.deviceIdLength + 1), 'a\u0000b', 1])
      expect(fits({ id })).toBe(false);
    for (const push_provider of ['apn', 'firebase', 'huawei', 'xiaomi'])
      expect(fits({ push_provider })).toBe(true);
    for (const push_provider of ['APN', 'smoke', null]) expect(fits({ push_provider })).toBe(false);
  });
});
