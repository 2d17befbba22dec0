import type { DeleteUsersOptions, JsonObject } from '@rollcall/protocol';
import { deleteUsersSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Directory } from '../../src/directory.js';
import { BookmarksFixture, bookmarkOf, bookmarks } from '../support/products/bookmarks-fixture.js';
import { refusal, SERVER } from '../support/test-directory.js';

/** More than one step of a task changes. */
const MANY = 450;

describeOnEveryEngine("an operator's own product", engine => {
  let fixture: BookmarksFixture;
  let directory: Directory;

  beforeEach(async () => {
    fixture = await BookmarksFixture.open(engine, [
      ...Array.from({ length: MANY }, (_, number) => bookmarkOf('ann', number)),
      { ...bookmarkOf('ann', MANY), deleted_at: 5000, deleted_with: 'bookmark' },
      bookmarkOf('ben', 1),
    ]);
    directory = await fixture.directory();
    await directory.users.upsert(SERVER, [{ id: 'ann' }, { id: 'ben' }]);
  });

  afterEach(() => fixture.close());

  /** What the task of ann tells of her content once it has ended. */
  async function details(taskId: string): Promise<JsonObject | undefined> {
    for await (const task of directory.tasks.watch(taskId, AbortSignal.timeout(30_000))) {
      if (task.status === 'completed') return Object.values(task.result?.users ?? {})[0]?.details;
      if (task.status === 'failed' || task.status === 'cancelled') throw new Error(JSON.stringify(task));
    }
    throw new Error('the task did not end');
  }
  const deletion = (modes: DeleteUsersOptions) => deleteUsersSchema.parse({ ids: ['ann'], ...modes });
  const exported = async (id = 'ann') => (await directory.exports.exportUser(id)).records.bookmark ?? [];
  const inSight = async () => (await exported()).filter(one => one.deleted_at === undefined).length;

  it('follows a deactivation and its end, and is counted under its name', async () => {
    const before = await exported();
    expect(before).toHaveLength(MANY + 1);
    expect(await details(await directory.lifeCycle.deactivateUsers(SERVER, ['ann'], true))).toEqual({
      bookmarks: { bookmarks: MANY },
    });
    expect(await inSight()).toBe(0);
    expect(await details(await directory.lifeCycle.reactivateUsers(SERVER, ['ann'], true))).toEqual({
      bookmarks: { bookmarks: MANY },
    });
    expect(await exported()).toEqual(before);
  });

  it('follows a soft deletion, which the preview foretells, and its end', async () => {
    const before = await exported();
    const soft = deletion({ user: 'soft', messages: 'soft' });
    expect((await directory.lifeCycle.previewDeletion(soft)).products).toEqual({
      bookmarks: { bookmarks: MANY },
    });
    expect(await details(await directory.lifeCycle.deleteUsers(SERVER, soft))).toEqual({
      bookmarks: { bookmarks: MANY },
    });
    expect(await inSight()).toBe(0);
    expect(await details(await directory.lifeCycle.restoreUsers(SERVER, ['ann'], true))).toEqual({
      bookmarks: { bookmarks: MANY },
    });
    expect(await exported()).toEqual(before);
  });

  it('is left as it is by a deletion that does not name its mode', async () => {
    const before = await exported();
    const calls = deletion({ user: 'soft', calls: 'hard' });
    expect((await directory.lifeCycle.previewDeletion(calls)).products).toEqual({});
    expect(await details(await directory.lifeCycle.deleteUsers(SERVER, calls))).toBeUndefined();
    expect(await exported()).toEqual(before);
  });

  it('keeps nothing of a user who goes for ever, and everything of the others', async () => {
    const hard = deletion({ user: 'hard', messages: 'hard', conversations: 'hard' });
    const all = { bookmarks: { bookmarks: MANY + 1 } };
    expect((await directory.lifeCycle.previewDeletion(hard)).products).toEqual(all);
    expect(await details(await directory.lifeCycle.deleteUsers(SERVER, hard))).toEqual(all);
    expect(await fixture.rows()).toEqual([bookmarkOf('ben', 1)]);
  });

  it('stands in the file of an export', async () => {
    const taskId = await directory.exports.exportUsers(SERVER, ['ann', 'ben']);
    await details(taskId);
    let text = '';
    for await (const chunk of (await directory.exports.file(taskId))?.chunks ?? []) text += chunk;
    const records = text
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as JsonObject);
    const own = records.filter(({ kind }) => kind === 'bookmark');
    expect(own.filter(({ user_id }) => user_id === 'ann')).toHaveLength(MANY + 1);
    expect(own.at(-1)).toEqual({ kind: 'bookmark', ...bookmarkOf('ben', 1) });
  });

  it('may be taken away again, and come back to its rows', async () => {
    await fixture.close();
    directory = await fixture.directory([]);
    expect(await exported()).toEqual([]);
    expect(await details(await directory.lifeCycle.deactivateUsers(SERVER, ['ann'], true))).toBeUndefined();
    await fixture.close();
    directory = await fixture.directory();
    expect(await inSight()).toBe(MANY);
  });
});

describeOnEveryEngine("the name of an operator's own product", engine => {
  it.each(['chat', 'video', 'feeds', 'Bookmarks', '1st', '', 'a b', 'x'.repeat(33)])(
    'is refused before anything is opened: %j',
    async name => {
      const fixture = BookmarksFixture.over(await engine.freshUrl());
      const error = await refusal(fixture.directory([{ ...bookmarks, name }]));
      expect(error).toMatchObject({ code: 'INPUT_INVALID', field: 'products' });
      expect(error.message).toContain(JSON.stringify(name));
    },
  );

  it('is refused when two have it', async () => {
    const fixture = BookmarksFixture.over(await engine.freshUrl());
    expect((await refusal(fixture.directory([bookmarks, bookmarks]))).message).toContain('"bookmarks"');
  });
});
