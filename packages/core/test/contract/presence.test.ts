import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDirectory } from '../../src/directory.js';
import { openTestDirectory, SERVER, type TestDirectory } from '../support/test-directory.js';

describeOnEveryEngine('presence', engine => {
  let directory: TestDirectory;

  beforeEach(async () => {
    directory = await openTestDirectory(engine);
    await directory.users.upsert(SERVER, [{ id: 'jane' }]);
    await directory.newEvents();
  });

  const jane = async () => (await directory.users.find(['jane']))[0];
  const isOnline = (online: boolean) =>
    expect.poll(async () => (await jane())?.online, { timeout: 10_000 }).toBe(online);

  it('is online with at least one connection, and offline after the last', async () => {
    directory.presence.connected('jane');
    directory.presence.connected('jane');
    await isOnline(true);
    directory.presence.disconnected('jane');
    directory.presence.disconnected('jane');
    await isOnline(false);
  });

  it('is no change of the user: no event, no revision, and a write beside it keeps it', async () => {
    const before = await jane();
    directory.presence.connected('jane');
    await isOnline(true);
    expect(await jane()).toMatchObject({ revision: before?.revision, updated_at: before?.updated_at });
    expect((await jane())?.last_active).toEqual(expect.any(Number));
    expect(await directory.newEvents()).toEqual([]);
    await directory.users.upsert(SERVER, [{ id: 'jane', name: 'Jane' }]);
    expect(await jane()).toMatchObject({ online: true, last_active: expect.any(Number) });
  });

  it('remembers the first live connection of a user, whatever comes after it', async () => {
    expect(await jane()).not.toHaveProperty('listens_since');
    directory.presence.connected('jane');
    await isOnline(true);
    const first = (await jane())?.listens_since;
    expect(first).toEqual((await jane())?.last_active);
    directory.presence.disconnected('jane');
    await isOnline(false);
    directory.clock.advance(60_000);
    directory.presence.connected('jane');
    await isOnline(true);
    await directory.users.upsert(SERVER, [{ id: 'jane', name: 'Jane' }]);
    await directory.users.deactivate(SERVER, 'jane');
    expect((await jane())?.last_active).toBeGreaterThan(first as number);
    expect((await jane())?.listens_since).toBe(first);
  });

  it.each([
    ['deactivated', () => directory.lifeCycle.deactivateUser(SERVER, { id: 'jane' })],
    ['deleted', () => directory.lifeCycle.deleteUsers(SERVER, { ids: ['jane'], user: 'soft' })],
  ])('never comes for a user who is %s before it is written', async (_, end) => {
    const told: (boolean | undefined)[] = [];
    const stop = directory.presenceWatch.watch(new Set(['jane']), (__, rows) => {
      told.push(rows.get('jane')?.online);
    });
    directory.presence.connected('jane');
    await end();
    // Writes what is noted, at once.
    await directory.presence.renew();
    expect(await jane()).toMatchObject({ online: false, last_active: expect.any(Number) });
    directory.presence.disconnected('jane');
    await expect.poll(() => told.length).toBeGreaterThan(0);
    expect(told).not.toContain(true);
    stop();
  });

  it('comes when the user is activated again while it is still connected', async () => {
    directory.presence.connected('jane');
    await directory.lifeCycle.deactivateUser(SERVER, { id: 'jane' });
    await directory.presence.renew();
    await directory.lifeCycle.reactivateUser(SERVER, { id: 'jane' });
    await isOnline(true);
    directory.presence.disconnected('jane');
    await isOnline(false);
  });

  it('ends with the directory', async () => {
    directory.presence.connected('jane');
    await isOnline(true);
    await directory.close();
    const again = await openDirectory({ databaseUrl: directory.url, runTasks: false });
    expect((await again.users.find(['jane']))[0]?.online).toBe(false);
    await again.close();
  });

  afterEach(() => directory.close());
});
