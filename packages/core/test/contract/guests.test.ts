import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTestDirectory, refusal, SERVER, type TestDirectory } from '../support/test-directory.js';

describeOnEveryEngine('a guest', engine => {
  let directory: TestDirectory;

  beforeEach(async () => {
    directory = await openTestDirectory(engine, { runTasks: true });
    await directory.settings.update(SERVER, { guests_enabled: true });
    await directory.newEvents();
  });

  afterEach(() => directory.close());

  it('comes into being with the role of guests, an id of its own, and the profile that it gives', async () => {
    const { row } = await directory.users.connectGuest({ name: 'Gill', colour: 'red' });
    expect(row).toMatchObject({ role: 'guest', name: 'Gill', custom: { colour: 'red' }, revision: 1 });
    expect(row.id).toMatch(/^guest-[0-9a-f-]{36}$/);
    const { row: named } = await directory.users.connectGuest({ id: 'visitor-1' });
    expect(named).toMatchObject({ id: 'visitor-1', role: 'guest' });
    expect(await directory.newEvents()).toMatchObject([
      { type: 'user.created', user: { id: row.id }, actor: { type: 'user', id: row.id } },
      { type: 'user.created', user: { id: 'visitor-1' } },
    ]);
    expect(await directory.users.find([row.id])).toEqual([row]);
  });

  it('cannot take the id that somebody has, or had, nor learn which of the two it is', async () => {
    await directory.users.upsert(
      SERVER,
      ['ann', 'off', 'soft', 'hard'].map(id => ({ id })),
    );
    await directory.users.deactivate(SERVER, 'off');
    await directory.lifeCycle.deleteUsers(SERVER, { ids: ['soft'], user: 'soft' });
    const whole = { user: 'hard', messages: 'hard', conversations: 'hard' } as const;
    await directory.ended(await directory.lifeCycle.deleteUsers(SERVER, { ids: ['hard'], ...whole }));
    await directory.newEvents();
    const errors = await Promise.all(
      ['ann', 'off', 'soft', 'hard'].map(async id => {
        const { code, message, field } = await refusal(directory.users.connectGuest({ id }));
        return { code, field, message: message.replace(`"${id}"`, '…') };
      }),
    );
    expect(new Set(errors.map(error => JSON.stringify(error))).size).toBe(1);
    expect(errors[0]).toMatchObject({ code: 'NOT_ALLOWED', field: 'id' });
    expect(await directory.newEvents()).toEqual([]);
  });

  it('is made once when two ask for the same id at the same moment', async () => {
    const both = await Promise.allSettled([1, 2].map(() => directory.users.connectGuest({ id: 'same' })));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await directory.newEventNames()).toEqual(['user.created same']);
  });

  it.each([
    { role: 'admin' },
    { role: 'user' },
    { teams: ['red'] },
    { banned: true },
    { teams_role: { red: 'admin' } },
  ])('gives itself nothing that is for servers to give: %j', async fields => {
    const error = await refusal(directory.users.connectGuest({ id: 'sly', ...fields }));
    expect(error.code).toBe('NOT_ALLOWED');
    expect(await directory.users.find(['sly'])).toEqual([]);
  });

  it.each([null, 'sly', [], { id: 7 }, { id: 'not an id' }])('is not %j', async raw => {
    expect(await refusal(directory.users.connectGuest(raw))).toMatchObject({ code: 'INPUT_INVALID' });
  });

  it('comes in only where the setting, or else the host, says so', async () => {
    for (const guests_enabled of [false, null]) {
      await directory.settings.update(SERVER, { guests_enabled });
      expect(await refusal(directory.users.connectGuest({}))).toMatchObject({ code: 'NOT_ALLOWED' });
    }
  });
});
