import { describeOnEveryDialect } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDirectory } from '../../src/directory.js';
import { openTestDirectory, refusal, SERVER, type TestDirectory } from '../support/test-directory.js';

describeOnEveryDialect('unique usernames', engine => {
  let directory: TestDirectory;

  beforeEach(async () => {
    directory = await openTestDirectory(engine);
  });

  afterEach(() => directory.close());

  const upsert = (...users: unknown[]) => directory.users.upsert(SERVER, users);
  const enforce = (scope: string) => directory.settings.update(SERVER, { enforce_unique_usernames: scope });
  const TAKEN = { code: 'USERNAME_TAKEN', field: 'name' };

  it('are not asked for by default', async () => {
    await upsert({ id: 'a', name: 'John Doe' }, { id: 'b', name: 'john.doe' });
  });

  it('hold within the app: case, spaces and punctuation make no difference', async () => {
    await enforce('app');
    await upsert({ id: 'a', name: 'John Doe' });
    expect(await refusal(upsert({ id: 'ok', name: 'x' }, { id: 'b', name: 'john.doe' }))).toMatchObject({
      ...TAKEN,
      index: 1,
    });
    expect(
      await refusal(directory.users.connect({ userId: 'c' }, { id: 'c', name: 'JOHN DOE' })),
    ).toMatchObject(TAKEN);
    expect(await directory.users.find(['ok', 'b', 'c'])).toEqual([]);
  });

  it('let the second of two in one batch be the error', async () => {
    await enforce('app');
    const error = await refusal(
      upsert({ id: 'a', name: 'Jo' }, { id: 'b', name: 'jo' }, { id: 'c', name: 'JO' }),
    );
    expect(error.issues?.map(issue => issue.index)).toEqual([1, 2]);
  });

  it('hold within a team, and users without a team share one', async () => {
    await enforce('team');
    await upsert({ id: 'a', name: 'Jo', teams: ['red', 'blue'] }, { id: 'b', name: 'Jo', teams: ['green'] });
    await upsert({ id: 'c', name: 'Jo' });
    expect(await refusal(upsert({ id: 'd', name: 'jo', teams: ['blue', 'white'] }))).toMatchObject(TAKEN);
    expect(await refusal(upsert({ id: 'd', name: 'jo' }))).toMatchObject(TAKEN);
    await upsert({ id: 'd', name: 'jo', teams: ['white'] });
    expect(await refusal(upsert({ id: 'd', name: 'jo', teams: ['white', 'green'] }))).toMatchObject(TAKEN);
  });

  it('hold going forward only: a duplicate may be written as long as its name stays', async () => {
    await upsert({ id: 'a', name: 'Jo' }, { id: 'b', name: 'Jo' });
    await enforce('app');
    await upsert({ id: 'b', name: 'Jo', language: 'en' });
    await upsert({ id: 'b', name: 'Bo' });
    expect(await refusal(upsert({ id: 'b', name: 'Jo' }))).toMatchObject(TAKEN);
  });

  it('let two users swap names inside one batch', async () => {
    await enforce('app');
    await upsert({ id: 'a', name: 'Ann' }, { id: 'b', name: 'Bob' });
    await upsert({ id: 'a', name: 'Bob' }, { id: 'b', name: 'Ann' });
    expect((await directory.users.find(['a', 'b'])).map(row => row.name)).toEqual(['Bob', 'Ann']);
  });

  it('are kept by a deactivated user', async () => {
    await enforce('app');
    await upsert({ id: 'a', name: 'Ann' });
    await directory.users.deactivate(SERVER, 'a');
    expect(await refusal(upsert({ id: 'b', name: 'Ann' }))).toMatchObject(TAKEN);
  });

  it('let exactly one of many writers at the same moment win', async () => {
    await enforce('app');
    // On PostgreSQL a second directory stands for a second process; an embedded database has only one.
    const other =
      engine.name === 'postgres' ? await openDirectory({ databaseUrl: directory.url }) : undefined;
    for (let round = 0; round < 20; round++) {
      const writes = Array.from({ length: 6 }, (_, index) => {
        const users = index % 2 && other ? other.users : directory.users;
        return users.upsert(SERVER, [{ id: `u-${round}-${index}`, name: `Name ${round}` }]);
      });
      const ended = await Promise.allSettled(writes);
      expect(ended.filter(one => one.status === 'fulfilled')).toHaveLength(1);
      for (const one of ended) if (one.status === 'rejected') expect(one.reason).toMatchObject(TAKEN);
    }
    await other?.close();
  });
});
