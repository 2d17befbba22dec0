import type { UserEvent } from '@rollcall/protocol';
import { describeOnEveryDialect } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { toUser } from '../../src/users/model/to-user.js';
import { collectStatementTexts } from '../support/statement-texts.js';
import { openTestDirectory, refusal, SERVER, type TestDirectory } from '../support/test-directory.js';
import { emptyUser } from '../support/users/user-row.js';

describeOnEveryDialect('upsert', engine => {
  let directory: TestDirectory;

  beforeEach(async () => {
    directory = await openTestDirectory(engine);
  });

  afterEach(() => directory.close());

  const upsert = (...users: unknown[]) => directory.users.upsert(SERVER, users);
  const find = async (id: string) => {
    const [row] = await directory.users.find([id]);
    return row && toUser(row, Date.now());
  };

  it('creates a user from only an id, with every default', async () => {
    await upsert({ id: 'jane' });
    const user = await find('jane');
    expect(user).toEqual({
      id: 'jane',
      role: 'user',
      ...emptyUser(),
      created_at: expect.any(Number),
      updated_at: user?.created_at,
      revision: 1,
    });
    expect(await directory.newEventNames()).toEqual(['user.created jane']);
  });

  it('takes keys that are no fields as custom data, and forgets them when a replacing write lacks them', async () => {
    await upsert({ id: 'jane', role: 'admin', book: 'dune' });
    expect(await find('jane')).toMatchObject({ role: 'admin', custom: { book: 'dune' }, revision: 1 });
    await upsert({ id: 'jane', role: 'admin' });
    expect(await find('jane')).toMatchObject({ role: 'admin', custom: {}, revision: 2 });
  });

  it('stores every field and gives it back as it was', async () => {
    const given = {
      id: 'A@z_-9',
      name: 'Ἀγαθὴ 😀 \u0301',
      image: 'https://images.example.com/a.png?x=1',
      role: 'admin',
      teams: ['red', 'team with spaces, and "quotes"'],
      teams_role: { red: 'admin' },
      language: 'pt-BR',
      invisible: true,
      privacy_settings: { typing_indicators: { enabled: false } },
      push_notifications: { disabled: true, disabled_until: 1_900_000_000_000 },
      banned: true,
      ban_expires: 1_900_000_000_000,
      custom: { n: -0.5, big: 1e21, nothing: null, list: [1, 'two', { three: [] }], deep: { a: { b: {} } } },
    };
    await upsert(given);
    expect(await find('A@z_-9')).toMatchObject(given);
  });

  it('resets the profile, and keeps moderation and life cycle, when the payload does not name them', async () => {
    await upsert({
      id: 'jane',
      name: 'Jane',
      role: 'admin',
      teams: ['red'],
      language: 'en',
      banned: true,
      invisible: true,
    });
    await directory.users.deactivate(SERVER, 'jane');
    await upsert({ id: 'jane' });
    const user = await find('jane');
    expect(user).toMatchObject({ role: 'user', teams: [], invisible: false, banned: true });
    expect(user?.name).toBeUndefined();
    expect(user?.language).toBeUndefined();
    expect(user?.deactivated_at).toEqual(expect.any(Number));
  });

  it('writes nothing when nothing changes: no event, no new time, no new revision', async () => {
    await upsert({ id: 'jane', name: 'Jane', custom: { a: 1, b: { c: [1, 2] } } }, { id: 'john' });
    const before = await find('jane');
    await directory.newEvents();
    await upsert({ id: 'jane', name: 'Jane', custom: { b: { c: [1, 2] }, a: 1 } }, { id: 'john' });
    expect(await find('jane')).toEqual(before);
    expect(await directory.newEvents()).toEqual([]);
  });

  it('counts whom it created, whom it updated, and who stayed as it was', async () => {
    const first = await upsert({ id: 'jane', name: 'Jane' }, { id: 'john' });
    expect(first.counts).toEqual({ created: 2, updated: 0, unchanged: 0 });
    const second = await upsert({ id: 'jane', name: 'Janet' }, { id: 'john' }, { id: 'jim' });
    expect(second.counts).toEqual({ created: 1, updated: 1, unchanged: 1 });
    // A change that only the user itself sees is one, too.
    const third = await upsert({ id: 'jane', name: 'Janet', invisible: true }, { id: 'john' });
    expect(third.counts).toEqual({ created: 0, updated: 1, unchanged: 1 });
  });

  it('takes back an object that was read, ignoring its read-only fields', async () => {
    await upsert({ id: 'jane', name: 'Jane', book: 'dune', teams: ['red'] });
    await directory.newEvents();
    await upsert(await find('jane'));
    expect(await directory.newEvents()).toEqual([]);
  });

  it('counts a revision for what others can see, and none for what is private', async () => {
    await upsert({ id: 'jane', name: 'Jane' });
    await upsert({ id: 'jane', name: 'Jane', privacy_settings: { read_receipts: { enabled: false } } });
    expect(await find('jane')).toMatchObject({
      revision: 1,
      privacy_settings: { read_receipts: { enabled: false } },
    });
    await upsert({ id: 'jane', name: 'Janet' });
    expect(await find('jane')).toMatchObject({ revision: 2 });
  });

  it('says in its event which paths changed, before and after', async () => {
    await upsert({ id: 'jane', name: 'Jane', custom: { kept: 1, gone: true, deep: { a: 1, b: 2 } } });
    await directory.newEvents();
    await upsert({ id: 'jane', language: 'en', custom: { kept: 1, deep: { a: 1, b: 3 }, new: { x: 1 } } });
    const [event, ...others] = (await directory.newEvents()) as UserEvent[];
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      type: 'user.updated',
      actor: { type: 'server' },
      user: { id: 'jane', revision: 2 },
    });
    expect(event?.changes).toEqual({
      name: { before: 'Jane' },
      language: { after: 'en' },
      'custom.gone': { before: true },
      'custom.deep.b': { before: 2, after: 3 },
      'custom.new': { after: { x: 1 } },
    });
  });

  it('takes 100 users and refuses the 101st, changing nothing', async () => {
    const users = Array.from({ length: 101 }, (_, index) => ({ id: `user-${index}` }));
    const error = await refusal(upsert(...users));
    expect(error).toMatchObject({ code: 'INPUT_INVALID', field: 'users' });
    expect(error.message).toContain('101');
    expect(await directory.newEvents()).toEqual([]);
    const { rows } = await upsert(...users.slice(0, 100));
    expect(rows.map(row => row.id)).toEqual(users.slice(0, 100).map(user => user.id));
    expect(await directory.newEventNames()).toEqual(rows.map(row => `user.created ${row.id}`));
  });

  it('names every user of a refused batch, however much is wrong with each', async () => {
    const bad = (index: number) => ({
      id: `user-${index}`,
      role: 'ghost',
      image: 'no url',
      custom: { 'a b': 1, 'c d': 2 },
    });
    const error = await refusal(upsert(...Array.from({ length: 100 }, (_, index) => bad(index))));
    expect(error).toMatchObject({ index: 0, issues: { length: 100 }, more_issues: 200 });
    expect(error.issues?.map(issue => issue.index)).toEqual(Array.from({ length: 100 }, (_, index) => index));
    const three = await refusal(upsert(...Array.from({ length: 50 }, (_, index) => bad(index))));
    expect(three.issues).toHaveLength(100);
    expect(new Set(three.issues?.map(issue => issue.index)).size).toBe(50);
    expect(three.issues?.slice(0, 3).map(issue => issue.index)).toEqual([0, 0, 0]);
  });

  it('changes nothing when one user of a batch is wrong, and names the first error in input order and all of them', async () => {
    const error = await refusal(
      upsert(
        { id: 'good' },
        { id: 'jane', role: 'nobody-made-this' },
        { id: 'bad id' },
        { id: 'good' },
        { id: 'x', image: 'ftp://x' },
      ),
    );
    expect(error).toMatchObject({ code: 'ROLE_NOT_FOUND', index: 1, field: 'role' });
    expect(error.issues?.map(({ code, index, field }) => [code, index, field])).toEqual([
      ['ROLE_NOT_FOUND', 1, 'role'],
      ['INPUT_INVALID', 2, 'id'],
      ['INPUT_INVALID', 3, 'id'],
      ['INPUT_INVALID', 4, 'image'],
    ]);
    expect(await find('good')).toBeUndefined();
    expect(await directory.newEvents()).toEqual([]);
  });

  it('refuses a stale if_revision, and a revision for a user who does not exist', async () => {
    await upsert({ id: 'jane', name: 'one', if_revision: 0 });
    await upsert({ id: 'jane', name: 'two', if_revision: 1 });
    expect(await refusal(upsert({ id: 'jane', name: 'three', if_revision: 1 }))).toMatchObject({
      code: 'REVISION_CONFLICT',
      index: 0,
      field: 'if_revision',
    });
    expect(await refusal(upsert({ id: 'new', if_revision: 1 }))).toMatchObject({ code: 'REVISION_CONFLICT' });
    expect(await find('jane')).toMatchObject({ name: 'two', revision: 2 });
  });

  it('lets exactly one of many writers of one revision win', async () => {
    await upsert({ id: 'jane' });
    const writes = Array.from({ length: 10 }, (_, index) =>
      upsert({ id: 'jane', name: `n${index}`, if_revision: 1 }),
    );
    const ended = await Promise.allSettled(writes);
    expect(ended.filter(one => one.status === 'fulfilled')).toHaveLength(1);
    expect(await find('jane')).toMatchObject({ revision: 2 });
  });

  it('writes overlapping batches in any order without waiting for ever', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => ({ id: `user-${index}` }));
    const batches = Array.from({ length: 8 }, (_, round) =>
      upsert(...(round % 2 ? ids : [...ids].reverse()).map(user => ({ ...user, round }))),
    );
    await Promise.all(batches);
    expect((await directory.newEvents()).filter(event => event.type === 'user.created')).toHaveLength(40);
  });

  it('tells of a ban with its own event, and of its end', async () => {
    await upsert({ id: 'jane', banned: true });
    expect(await directory.newEventNames()).toEqual(['user.created jane', 'user.banned jane']);
    await upsert({ id: 'jane', name: 'Jane', banned: false });
    expect(await directory.newEventNames()).toEqual(['user.unbanned jane', 'user.updated jane']);
  });

  it('reads a ban that has run out as no ban', async () => {
    const end = Date.parse('2026-02-01T00:00:00Z');
    await upsert({ id: 'jane', banned: true, ban_expires: end });
    const [row] = await directory.users.find(['jane']);
    expect(row && toUser(row, end - 1)).toMatchObject({ banned: true, ban_expires: end });
    expect(row && toUser(row, end)).toMatchObject({ banned: false });
    expect(row && toUser(row, end).ban_expires).toBeUndefined();
  });

  it('limits custom data by the setting', async () => {
    const custom = (bytes: number) => ({ text: 'x'.repeat(bytes - '{"text":""}'.length) });
    await upsert({ id: 'jane', custom: custom(5120) });
    expect(await refusal(upsert({ id: 'john', custom: custom(5121) }))).toMatchObject({
      code: 'INPUT_INVALID',
      field: 'custom',
      index: 0,
    });
    await directory.settings.update(SERVER, { max_custom_bytes: 6000 });
    await upsert({ id: 'john', custom: custom(6000) });
  });

  it('writes no columns but those that change, in whatever order an engine keeps custom data', async () => {
    const user = { id: 'jane', language: 'en', custom: { zebra: [1], ab: { long_name: 1, x: 2 } } };
    await upsert(user);
    const texts = collectStatementTexts();
    await upsert({ ...user, language: 'is' });
    texts.stop();
    const columns = [...texts.taken()].flatMap(text => /UPDATE users SET ([^)]*) FROM/.exec(text)?.[1] ?? []);
    expect(columns.map(list => [...list.matchAll(/(\w+) = /g)].map(([, name]) => name))).toEqual([
      ['language', 'updated_at', 'revision'],
    ]);
  });
});
