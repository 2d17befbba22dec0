import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { toUser } from '../../src/users/model/to-user.js';
import { openTestDirectory, refusal, SERVER, type TestDirectory } from '../support/test-directory.js';

describeOnEveryEngine('partial update', engine => {
  let directory: TestDirectory;

  beforeEach(async () => {
    directory = await openTestDirectory(engine);
    await directory.users.upsert(SERVER, [
      { id: 'jane', name: 'Jane', field: { unset: 1, kept: 2 }, field2: { other: true }, text: 'plain' },
    ]);
    await directory.newEvents();
  });

  afterEach(() => directory.close());

  const update = (...users: unknown[]) =>
    directory.users.partialUpdate(SERVER, users, { fields: 'server', authorise: () => undefined });
  const jane = async () => {
    const [row] = await directory.users.find(['jane']);
    if (!row) throw new Error('jane is gone');
    return toUser(row, Date.now());
  };

  it('sets and unsets dotted paths as the guide shows', async () => {
    await update({
      id: 'jane',
      set: { role: 'admin', field: { text: 'value' }, 'field2.subfield': 'test' },
      unset: ['text'],
    });
    expect(await jane()).toMatchObject({
      name: 'Jane',
      role: 'admin',
      custom: { field: { text: 'value' }, field2: { other: true, subfield: 'test' } },
      revision: 2,
    });
    expect((await jane()).custom).not.toHaveProperty('text');
    await update({ id: 'jane', unset: ['field.text', 'name'] });
    expect((await jane()).custom.field).toEqual({});
    expect(await jane()).not.toHaveProperty('name');
    expect(await directory.newEventNames()).toEqual(['user.updated jane', 'user.updated jane']);
  });

  it('makes the objects on the way that are missing', async () => {
    await update({ id: 'jane', set: { 'custom.a.b.c': 1 } });
    expect((await jane()).custom.a).toEqual({ b: { c: 1 } });
  });

  it.each([
    ['an unknown user', { id: 'nobody', set: { name: 'x' } }, 'USER_NOT_FOUND', 'id'],
    ['a read-only field', { id: 'jane', set: { created_at: 1 } }, 'INPUT_INVALID', 'created_at'],
    ['the id', { id: 'jane', set: { id: 'other' } }, 'INPUT_INVALID', 'id'],
    [
      'an intermediate that is no object',
      { id: 'jane', set: { 'text.inner': 1 } },
      'INPUT_INVALID',
      'text.inner',
    ],
    [
      'overlapping paths',
      { id: 'jane', set: { 'field.a': 1 }, unset: ['field'] },
      'INPUT_INVALID',
      'field.a',
    ],
    ['equal paths', { id: 'jane', set: { 'custom.field': 1 }, unset: ['field'] }, 'INPUT_INVALID', 'field'],
    ['a name with a space', { id: 'jane', set: { 'a b': 1 } }, 'INPUT_INVALID', 'a b'],
    [
      'a value the field does not take',
      { id: 'jane', set: { invisible: 'yes' } },
      'INPUT_INVALID',
      'invisible',
    ],
    ['a role that does not exist', { id: 'jane', set: { role: 'ghost' } }, 'ROLE_NOT_FOUND', 'role'],
    [
      'a part that its field does not have',
      { id: 'jane', set: { 'privacy_settings.x': 1 } },
      'INPUT_INVALID',
      'privacy_settings',
    ],
  ])('refuses %s and changes nothing', async (_, change, code, field) => {
    const before = await jane();
    expect(await refusal(update({ id: 'jane', set: { name: 'Other' } }, change))).toMatchObject({
      code: expect.any(String),
    });
    const error = await refusal(update(change));
    expect(error).toMatchObject({ code, index: 0 });
    expect(error.field).toBe(field);
    expect(await jane()).toEqual(before);
    expect(await directory.newEvents()).toEqual([]);
  });

  it('changes a part of a built-in object and leaves the rest', async () => {
    await update({
      id: 'jane',
      set: { 'privacy_settings.read_receipts.enabled': false, 'teams_role.a.b': 'admin' },
    });
    await update({ id: 'jane', set: { 'privacy_settings.typing_indicators': { enabled: true } } });
    expect(await jane()).toMatchObject({
      privacy_settings: { read_receipts: { enabled: false }, typing_indicators: { enabled: true } },
      teams_role: { 'a.b': 'admin' },
    });
  });

  it('reads times in both forms', async () => {
    await update({ id: 'jane', set: { banned: true, ban_expires: '2099-01-01T00:00:00Z' } });
    expect(await jane()).toMatchObject({ ban_expires: Date.parse('2099-01-01T00:00:00Z') });
  });

  it('keeps server-only fields from a user', async () => {
    const call = directory.users.partialUpdate(
      { type: 'user', id: 'jane' },
      [{ id: 'jane', set: { role: 'admin' } }],
      {
        fields: 'user',
        authorise: () => undefined,
      },
    );
    expect(await refusal(call)).toMatchObject({ code: 'NOT_ALLOWED', field: 'role', index: 0 });
  });
});
