import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { toUser } from '../../src/users/model/to-user.js';
import { openTestDirectory, refusal, SERVER, type TestDirectory } from '../support/test-directory.js';

describeOnEveryEngine('partial update', engine => {
  let directory: TestDirectory;

  beforeEach(async () => {
    directory = await openTestDirectory(engine);
    await directory.users.upsert(SERVER, [
      {
        id: 'jane',
        name: 'Jane',
        field: { unset: 1, kept: 2 },
        field2: { other: true, list: [{ a: 1 }] },
        text: 'plain',
        tags: ['a', 'b'],
      },
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
      custom: { field: { text: 'value' }, field2: { other: true, list: [{ a: 1 }], subfield: 'test' } },
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
    [
      'to set an element of a list',
      { id: 'jane', set: { 'tags.1': 'x' } },
      'INPUT_INVALID',
      'tags.1',
      'tags.1: tags is a list, and a path names no element of a list; set tags as a whole',
    ],
    [
      'to unset an element of a list',
      { id: 'jane', unset: ['tags.1'] },
      'INPUT_INVALID',
      'tags.1',
      'tags.1: tags is a list, and a path names no element of a list; set tags as a whole',
    ],
    [
      'to unset something in an element of a list',
      { id: 'jane', unset: ['custom.field2.list.0.a'] },
      'INPUT_INVALID',
      'custom.field2.list.0.a',
      'custom.field2.list.0.a: field2.list is a list, and a path names no element of a list; set field2.list as a whole',
    ],
    [
      'to unset what is within a text',
      { id: 'jane', unset: ['text.inner'] },
      'INPUT_INVALID',
      'text.inner',
      'text.inner: text is no object, so nothing can be unset within it',
    ],
    ['to unset a team of the list', { id: 'jane', unset: ['teams.0'] }, 'INPUT_INVALID', 'teams.0'],
    [
      'a revision that no user can have',
      { id: 'jane', set: { name: 'x' }, if_revision: 0 },
      'INPUT_INVALID',
      'if_revision',
    ],
    [
      'an update that was made for another revision',
      { id: 'jane', set: { name: 'x' }, if_revision: 7 },
      'REVISION_CONFLICT',
      'if_revision',
      'if_revision: the write expects revision 7, but the user is at revision 1 now; read it again',
    ],
    ['a role that does not exist', { id: 'jane', set: { role: 'ghost' } }, 'ROLE_NOT_FOUND', 'role'],
    [
      'a part that its field does not have',
      { id: 'jane', set: { 'privacy_settings.x': 1 } },
      'INPUT_INVALID',
      'privacy_settings.x',
    ],
  ])('refuses %s and changes nothing', async (_, change, code, field, message?: string) => {
    const before = await jane();
    expect(await refusal(update({ id: 'jane', set: { name: 'Other' } }, change))).toMatchObject({
      code: expect.any(String),
    });
    const error = await refusal(update(change));
    expect(error).toMatchObject({ code, index: 0 });
    expect(error.field).toBe(field);
    if (message !== undefined) expect(error.message).toBe(message);
    expect(await jane()).toEqual(before);
    expect(await directory.newEvents()).toEqual([]);
  });

  it('unsets nothing where nothing is, and counts the user as unchanged', async () => {
    const { counts } = await update({ id: 'jane', unset: ['nothing', 'nowhere.at.all', 'field.nothing'] });
    expect(counts).toEqual({ created: 0, updated: 0, unchanged: 1 });
    expect(await directory.newEvents()).toEqual([]);
  });

  it('holds the whole batch against the revisions that it names', async () => {
    await directory.users.upsert(SERVER, [{ id: 'john' }, { id: 'jim' }]);
    await directory.newEvents();
    const batch = (jim: number) => [
      { id: 'jane', set: { name: 'Janet' }, if_revision: 1 },
      { id: 'john', set: { name: 'John' } },
      { id: 'jim', set: { name: 'Jim' }, if_revision: jim },
    ];
    expect(await refusal(update(...batch(2)))).toMatchObject({
      code: 'REVISION_CONFLICT',
      index: 2,
      field: 'if_revision',
      issues: [{ index: 2 }],
    });
    expect(await directory.newEvents()).toEqual([]);
    expect((await update(...batch(1))).counts).toEqual({ created: 0, updated: 3, unchanged: 0 });
    expect((await jane()).revision).toBe(2);
  });

  it('lets one of two writers who read the same revision win', async () => {
    const ended = await Promise.allSettled(
      ['one', 'two'].map(name => update({ id: 'jane', set: { name }, if_revision: 1 })),
    );
    const [lost, ...others] = ended.filter(one => one.status === 'rejected');
    expect([lost?.reason, others]).toMatchObject([{ code: 'REVISION_CONFLICT' }, []]);
    expect(await directory.newEventNames()).toEqual(['user.updated jane']);
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
