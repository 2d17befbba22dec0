import type { RollcallError } from '@rollcall/protocol';
import { describeOnEveryDialect } from '@rollcall/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDirectory } from '../../src/directory.js';
import { openEarlierDatabase } from '../support/earlier-database.js';
import { runs } from '../support/query/arbitraries.js';
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

  it('blame nobody for a user of the same batch who is refused', async () => {
    await enforce('app');
    const named = async (...users: unknown[]) =>
      (await refusal(upsert(...users))).issues?.map(({ index, code }) => `${index} ${code}`);
    const ghost = { id: 'a', name: 'Jo', role: 'ghost' };
    const tooLate = ['0 ROLE_NOT_FOUND', '2 USERNAME_TAKEN'];
    expect(await named(ghost, { id: 'b', name: 'jo' }, { id: 'c', name: 'JO' })).toEqual(tooLate);
    await upsert({ id: 'a', name: 'Jo' });
    // Who is refused keeps the name that it wanted to give up.
    const kept = ['0 USERNAME_TAKEN', '1 ROLE_NOT_FOUND'];
    expect(await named({ id: 'b', name: 'jo' }, { ...ghost, name: 'Bo' })).toEqual(kept);
    await upsert({ id: 'b', name: 'Kim' }, { id: 'd', name: 'Lee' });
    const chain = [
      { id: 'c', name: 'Jo' },
      { id: 'a', name: 'Kim' },
      { id: 'b', name: 'Lee' },
    ];
    const taken = ['0 USERNAME_TAKEN', '1 USERNAME_TAKEN', '2 USERNAME_TAKEN'];
    expect(await named(...chain)).toEqual(taken);
  });

  it('leave a name with a user who is refused for something else, also when the name it asked for is free', async () => {
    await enforce('team');
    await upsert(
      { id: 'a', name: 'Noa', teams: ['blue'] },
      { id: 'b', name: 'Lee', teams: ['red'] },
      { id: 'z', name: 'Max', teams: ['red'] },
    );
    const error = await refusal(
      upsert(
        { id: 'c', name: 'Lee', teams: ['red', 'blue'] },
        { id: 'a', name: 'Lee', teams: ['blue'], role: 'ghost' },
        { id: 'b', name: 'Max', teams: ['red'] },
        { id: 'd', name: 'Noa', teams: ['blue'] },
      ),
    );
    // "z" is "Max", so "b" stays "Lee", so "c" cannot be: "Lee" is free in blue. "a" has no such role, and stays "Noa".
    expect(error.issues?.map(({ index, code }) => `${index} ${code}`)).toEqual([
      '0 USERNAME_TAKEN',
      '1 ROLE_NOT_FOUND',
      '2 USERNAME_TAKEN',
      '3 USERNAME_TAKEN',
    ]);
  });

  it('give a name to the first who can have it in the end, and name those who meet that one', async () => {
    await enforce('team');
    await upsert({ id: 'd', name: 'Max', teams: ['red'] }, { id: 'f', name: 'Jo', teams: ['red'] });
    // "d" is "Max" until "f" gives "Jo" up, and "f" is "Jo" while "a" is "Max": one of "a" and "f" cannot have what it asks.
    const error = await refusal(
      upsert(
        { id: 'a', name: 'Max', teams: ['red', 'blue'] },
        { id: 'd', name: 'Jo', teams: ['red'] },
        { id: 'f', name: 'Max', teams: ['blue'] },
        { id: 'c', name: 'Jo', teams: ['red'] },
      ),
    );
    expect(error.issues?.map(({ index }) => index)).toEqual([0, 3]);
    await upsert({ id: 'd', name: 'Jo', teams: ['red'] }, { id: 'f', name: 'Max', teams: ['blue'] });
  });

  it('name exactly those who stand in the way: all others of any batch can be written together', async () => {
    let refusals = 0;
    const person = fc.record({
      id: fc.constantFrom(...'abcdefghijkl'),
      name: fc.constantFrom('Jo', 'Kim', 'Lee', 'Max', 'Noa', 'Ona'),
      teams: fc.constantFrom([], ['red'], ['blue'], ['red', 'blue']),
      role: fc.constantFrom('user', 'user', 'user', 'ghost'),
    });
    const batch = fc.uniqueArray(person, { minLength: 1, maxLength: 10, selector: ({ id }) => id });
    const check = fc.asyncProperty(fc.constantFrom('app', 'team'), batch, async (scope, users) => {
      await enforce(scope);
      const error = await upsert(...users).then(
        () => undefined,
        (cause: RollcallError) => cause,
      );
      if (!error) return;
      refusals += 1;
      const named = new Set(error.issues?.map(issue => issue.index));
      const others = users.filter((_, index) => !named.has(index));
      if (others.length > 0) await upsert(...others);
    });
    await fc.assert(check, runs(200));
    expect(refusals).toBeGreaterThan(20);
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

  it('hold for names that look the same: invisible characters make no difference, and the name stays as given', async () => {
    await enforce('app');
    const given = '\u202BAnna \u2764\uFE0F \u{1F469}\u200D\u{1F680}';
    await upsert({ id: 'a', name: given }, { id: 'b', name: 'John' });
    expect((await directory.users.find(['a']))[0]?.name).toBe(given);
    for (const name of [
      'Jo\u034Fhn',
      'John\uFE0F',
      'Joh\u{E0100}n',
      '\u3164John',
      'J\u200Bohn',
      'an\u2060na',
    ]) {
      expect(await refusal(upsert({ id: 'c', name })), JSON.stringify(name)).toMatchObject(TAKEN);
    }
  });

  it.each(['', ' ', '\u200B\u200B', '\u3164'])('do not hold for %j, which is no name', async name => {
    await enforce('app');
    await upsert({ id: 'a', name }, { id: 'b', name }, { id: 'c', name: 'Cat' });
    await upsert({ id: 'b', name });
    const { row } = await directory.users.connect({ userId: 'c' }, { id: 'c', name });
    expect(row.name).toBe('Cat');
    const rights = { fields: 'server', authorise: () => undefined } as const;
    await directory.newEvents();
    await directory.users.partialUpdate(SERVER, [{ id: 'a', set: { name } }], rights);
    expect(await directory.newEvents()).toEqual([]);
    await directory.users.partialUpdate(SERVER, [{ id: 'c', set: { name } }], rights);
    expect(await directory.newEvents()).toMatchObject([{ changes: { name: { before: 'Cat' } } }]);
    for (const user of await directory.users.find(['a', 'b', 'c'])) expect(user).not.toHaveProperty('name');
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

describeOnEveryDialect('usernames that were stored with invisible characters', engine => {
  it('are met by the same names after the upgrade, and the names themselves stay', async () => {
    const url = await engine.freshUrl();
    const source = await openEarlierDatabase(url, 8);
    const stored = [
      ['ann', 'Ann \u2764\uFE0F', 'ann\uFE0F'],
      ['bob', 'Bob', 'bob'],
      ['eve', '', ''],
      ...Array.from({ length: 1200 }, (_, index) => [
        `u-${index}`,
        `User \uFE0F${index}`,
        `user\uFE0F${index}`,
      ]),
    ];
    const rows = stored.map(
      ([id, name, key]) =>
        `('${id}', ' ${id}', '${name}', '${key}', 'user', '[]', '{}', false, false, false, '[]', '[]', false, 1, 1, 1)`,
    );
    await source.query(`INSERT INTO users (id, id_words, name, name_key, role, teams, custom, invisible, banned,
      shadow_banned, blocked_user_ids, devices, online, created_at, updated_at, revision) VALUES ${rows.join()}`);
    await source.destroy();

    const directory = await openTestDirectory(engine, { url });
    await directory.settings.update(SERVER, { enforce_unique_usernames: 'app' });
    const names = ['Ann \u2764\uFE0F', 'ANN', 'Bo\u034Fb', 'user 0', 'User \uFE0F1199'];
    for (const name of names) {
      const error = await refusal(directory.users.upsert(SERVER, [{ id: 'new', name }]));
      expect(error, JSON.stringify(name)).toMatchObject({ code: 'USERNAME_TAKEN' });
    }
    await directory.users.upsert(SERVER, [{ id: 'new', name: '' }]);
    const found = await directory.users.find(['ann', 'bob', 'eve']);
    expect(found.map(({ name }) => name)).toEqual(['Ann \u2764\uFE0F', 'Bob', '']);
    await directory.close();
  });
});
