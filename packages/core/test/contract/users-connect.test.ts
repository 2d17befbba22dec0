import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { toUser } from '../../src/users/model/to-user.js';
import { openTestDirectory, refusal, SERVER, type TestDirectory } from '../support/test-directory.js';

describeOnEveryEngine('connect', engine => {
  let directory: TestDirectory;

  beforeEach(async () => {
    directory = await openTestDirectory(engine);
  });

  afterEach(() => directory.close());

  const connect = (raw: { id: string; [key: string]: unknown }) =>
    directory.users.connect({ userId: 'jane' }, raw);
  const jane = async () => {
    const [row] = await directory.users.find(['jane']);
    return row && toUser(row, Date.now());
  };

  it('creates the user at the first connect, as the user itself', async () => {
    const { row, position } = await connect({ id: 'jane', name: 'Jane', book: 'dune' });
    expect(row).toMatchObject({ name: 'Jane', custom: { book: 'dune' }, role: 'user' });
    const [event] = await directory.newEvents();
    expect(event).toMatchObject({ type: 'user.created', actor: { type: 'user', id: 'jane' } });
    expect(event?.id).toBe(position.replace(/\d+$/, '1'));
  });

  it('merges what is given and removes nothing', async () => {
    await directory.users.upsert(SERVER, [
      { id: 'jane', name: 'Jane', language: 'en', custom: { a: 1, b: 2 } },
    ]);
    await connect({ id: 'jane', name: 'Janet', custom: { b: 3, c: 4 } });
    expect(await jane()).toMatchObject({
      name: 'Janet',
      language: 'en',
      custom: { a: 1, b: 3, c: 4 },
      revision: 2,
    });
  });

  it('does not touch the profile when only an id is given', async () => {
    await directory.users.upsert(SERVER, [{ id: 'jane', name: 'Jane', role: 'admin', book: 'dune' }]);
    const before = await jane();
    await directory.newEvents();
    await connect({ id: 'jane' });
    expect(await jane()).toEqual(before);
    expect(await directory.newEvents()).toEqual([]);
  });

  it.each([
    ['a role that differs', { role: 'admin' }, 'role'],
    ['teams that differ', { teams: ['red'] }, 'teams'],
    ['a ban that differs', { banned: true }, 'banned'],
    ['another id', { id: 'john' }, 'id'],
  ])('refuses %s, for a user who exists and for one who does not', async (_, fields, field) => {
    expect(await refusal(connect({ id: 'jane', name: 'x', ...fields }))).toMatchObject({
      code: 'NOT_ALLOWED',
      field,
    });
    expect(await jane()).toBeUndefined();
    await directory.users.upsert(SERVER, [{ id: 'jane', name: 'Jane' }]);
    expect(await refusal(connect({ id: 'jane', name: 'x', ...fields }))).toMatchObject({
      code: 'NOT_ALLOWED',
      field,
    });
    expect(await jane()).toMatchObject({ name: 'Jane', role: 'user' });
  });

  it('accepts server-only fields that say what is stored already', async () => {
    await directory.users.upsert(SERVER, [{ id: 'jane', role: 'admin', teams: ['red'] }]);
    await connect({ id: 'jane', role: 'admin', teams: ['red'], name: 'Jane' });
    expect(await jane()).toMatchObject({ role: 'admin', teams: ['red'], name: 'Jane' });
  });

  it('refuses a deactivated user', async () => {
    await directory.users.upsert(SERVER, [{ id: 'jane' }]);
    await directory.users.deactivate(SERVER, 'jane');
    expect(await refusal(connect({ id: 'jane' }))).toMatchObject({ code: 'USER_DEACTIVATED' });
  });

  it('lets a role without the grant connect, and change nothing', async () => {
    await directory.settings.update(SERVER, { grants: { guest: ['read-users'] } });
    await directory.users.upsert(SERVER, [{ id: 'jane', role: 'guest', name: 'Jane' }]);
    await connect({ id: 'jane', name: 'Jane' });
    expect(await refusal(connect({ id: 'jane', name: 'Other' }))).toMatchObject({ code: 'NOT_ALLOWED' });
  });
});
