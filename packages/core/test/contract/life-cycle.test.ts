import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTestDirectory, refusal, SERVER, type TestDirectory } from '../support/test-directory.js';

describeOnEveryEngine('deactivation', engine => {
  let directory: TestDirectory;

  beforeEach(async () => {
    directory = await openTestDirectory(engine);
    await directory.users.upsert(SERVER, [{ id: 'jane', name: 'Jane' }]);
    await directory.newEvents();
  });

  afterEach(() => directory.close());

  it('is done at once, told by its event, and done once', async () => {
    const row = await directory.users.deactivate(SERVER, 'jane');
    expect(row.deactivated_at).toEqual(expect.any(Number));
    expect(await directory.users.deactivate(SERVER, 'jane')).toEqual(row);
    expect(await directory.newEventNames()).toEqual(['user.deactivated jane']);
  });

  it('is undone, with another name where one is given', async () => {
    await directory.users.deactivate(SERVER, 'jane');
    await directory.newEvents();
    const row = await directory.users.reactivate(SERVER, { id: 'jane', name: 'Janet' });
    expect(row.deactivated_at).toBeUndefined();
    expect(row.name).toBe('Janet');
    expect(await directory.newEventNames()).toEqual(['user.reactivated jane', 'user.updated jane']);
  });

  it('keeps the user writable by a server, and deactivated', async () => {
    await directory.users.deactivate(SERVER, 'jane');
    const { rows } = await directory.users.upsert(SERVER, [{ id: 'jane', name: 'Other' }]);
    expect(rows[0]).toMatchObject({ name: 'Other', deactivated_at: expect.any(Number) });
  });

  it('refuses an unknown user', async () => {
    expect(await refusal(directory.users.deactivate(SERVER, 'nobody'))).toMatchObject({
      code: 'USER_NOT_FOUND',
    });
  });

  it('of many is refused as a whole when one of them is unknown', async () => {
    const error = await refusal(directory.lifeCycle.deactivateUsers(SERVER, ['jane', 'nobody'], false));
    expect(error).toMatchObject({ code: 'USER_NOT_FOUND', index: 1, field: 'ids' });
    expect(await directory.newEvents()).toEqual([]);
  });
});
