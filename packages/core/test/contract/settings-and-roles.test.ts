import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTestDirectory, refusal, SERVER, type TestDirectory } from '../support/test-directory.js';

describeOnEveryEngine('settings and roles', engine => {
  let directory: TestDirectory;

  beforeEach(async () => {
    directory = await openTestDirectory(engine);
  });

  afterEach(() => directory.close());

  it('changes the settings that are named and says so once', async () => {
    const before = await directory.settings.get();
    expect(before.enforce_unique_usernames).toBe('no');
    const after = await directory.settings.update(SERVER, { enforce_unique_usernames: 'team' });
    expect(after).toEqual({ ...before, enforce_unique_usernames: 'team' });
    expect(await directory.settings.get()).toEqual(after);
    await directory.settings.update(SERVER, { enforce_unique_usernames: 'team' });
    const events = await directory.newEvents();
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      type: 'app.updated',
      changes: { enforce_unique_usernames: { before: 'no', after: 'team' } },
    });
  });

  it('refuses an unknown setting and changes nothing', async () => {
    const error = await refusal(
      directory.settings.update(SERVER, { event_retention_days: 7, colour: 'red' }),
    );
    expect(error.code).toBe('INPUT_INVALID');
    expect(error.message).toContain('colour');
    expect((await directory.settings.get()).event_retention_days).toBe(30);
    expect(await directory.newEvents()).toEqual([]);
  });

  it('makes roles, gives them to users, and keeps those that are in use', async () => {
    await directory.roles.create(SERVER, 'moderator');
    expect(await refusal(directory.roles.create(SERVER, 'moderator'))).toMatchObject({ code: 'ROLE_IN_USE' });
    await directory.users.upsert(SERVER, [{ id: 'jane', teams: ['red'], teams_role: { red: 'moderator' } }]);
    expect(await refusal(directory.roles.delete(SERVER, 'moderator'))).toMatchObject({ code: 'ROLE_IN_USE' });
    await directory.users.upsert(SERVER, [{ id: 'jane', role: 'moderator' }]);
    expect(await refusal(directory.roles.delete(SERVER, 'moderator'))).toMatchObject({ code: 'ROLE_IN_USE' });
    await directory.users.upsert(SERVER, [{ id: 'jane' }]);
    await directory.roles.delete(SERVER, 'moderator');
    expect(await refusal(directory.roles.delete(SERVER, 'moderator'))).toMatchObject({
      code: 'ROLE_NOT_FOUND',
    });
    expect(await directory.newEventNames()).toEqual([
      'role.created',
      'user.created jane',
      'user.updated jane',
      'user.updated jane',
      'role.deleted',
    ]);
    expect((await directory.roles.list()).map(role => role.name)).toEqual([
      'user',
      'admin',
      'guest',
      'anonymous',
    ]);
  });

  it('names the first who has a role, by id, whichever was written last', async () => {
    await directory.roles.create(SERVER, 'moderator');
    for (const id of ['zoe', 'ben', 'ann']) {
      await directory.users.upsert(SERVER, [{ id, role: 'moderator' }]);
    }
    await directory.users.upsert(SERVER, [{ id: 'ann', role: 'moderator', name: 'Ann' }]);
    const error = await refusal(directory.roles.delete(SERVER, 'moderator'));
    expect(error.message).toBe('the user "ann" has the role "moderator"; give it another one first');
  });

  it.each(['user', 'admin', 'guest', 'anonymous'])('keeps the built-in role %s', async name => {
    expect(await refusal(directory.roles.create(SERVER, name))).toMatchObject({ code: 'ROLE_IN_USE' });
    expect(await refusal(directory.roles.delete(SERVER, name))).toMatchObject({ code: 'ROLE_IN_USE' });
  });
});
