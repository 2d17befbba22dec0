import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Principal } from '../../src/access/tokens.js';
import { openTestDirectory, SERVER, type TestDirectory } from '../support/test-directory.js';

describeOnEveryEngine('the access of a principal', engine => {
  let directory: TestDirectory;

  beforeEach(async () => {
    directory = await openTestDirectory(engine, { runTasks: true });
  });

  afterEach(() => directory.close());

  const user = (userId: string): Principal => ({ kind: 'user', userId });

  it('says who is stored, who never was, and who was erased', async () => {
    await directory.users.upsert(SERVER, [{ id: 'ann' }, { id: 'soft' }, { id: 'erased' }]);
    await directory.lifeCycle.deleteUsers(SERVER, { ids: ['soft'], user: 'soft' });
    const hard = { user: 'hard', messages: 'hard', conversations: 'hard' } as const;
    await directory.ended(await directory.lifeCycle.deleteUsers(SERVER, { ids: ['erased'], ...hard }));
    const ids = ['ann', 'soft', 'erased', 'nobody'];
    const accesses = await Promise.all(ids.map(id => directory.users.access(user(id))));
    expect(accesses.map(({ user: row, erased }) => [row?.id, row?.deleted_at !== undefined, erased])).toEqual(
      [
        ['ann', false, false],
        ['soft', true, false],
        [undefined, false, true],
        [undefined, false, false],
      ],
    );
  });

  it('has the grants of the role, for the whole app and within teams; without a user, those of "anonymous"', async () => {
    const teams = { teams: ['red'], teams_role: { red: 'admin' } };
    await directory.users.upsert(SERVER, [{ id: 'gus', role: 'guest', ...teams }]);
    await directory.settings.update(SERVER, {
      grants: { guest: ['read-users'], anonymous: ['query-users'] },
    });
    const gus = await directory.users.access(user('gus'));
    expect(gus.grants).toEqual(['read-users']);
    expect(gus.teamGrants.get('red')).toContain('ban-user');
    expect((await directory.users.access({ kind: 'anonymous' })).grants).toEqual(['query-users']);
    expect((await directory.users.access(user('nobody'))).grants).toEqual([]);
    expect((await directory.users.access({ kind: 'server' })).grants).toEqual([]);
  });

  it('is as it is when it is asked for, for everyone who asks at the same moment', async () => {
    await directory.users.upsert(SERVER, [{ id: 'ann' }]);
    const before = Array.from({ length: 600 }, (_, index) => directory.users.access(user(`user-${index}`)));
    await directory.users.deactivate(SERVER, 'ann');
    const after = await Promise.all([directory.users.access(user('ann')), ...before]);
    expect(after[0]?.user?.deactivated_at).toBeTypeOf('number');
    expect(after.slice(1).every(access => access.user === undefined)).toBe(true);
  });
});
