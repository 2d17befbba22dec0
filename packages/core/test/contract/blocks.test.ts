import { LIMITS, type UserEvent, type UserInput } from '@rollcall/protocol';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BlockList } from '../../src/blocks/list-blocks.js';
import type { Viewer } from '../../src/users/viewer.js';
import { StoredData } from '../support/life-cycle/stored-data.js';
import { openTestDirectory, refusal, SERVER, type TestDirectory } from '../support/test-directory.js';

const BACK_END: Viewer = { kind: 'server' };
const ANN: Viewer = { kind: 'user', userId: 'ann' };

describeOnEveryEngine('a block', engine => {
  let directory: TestDirectory;

  beforeEach(async () => {
    directory = await openTestDirectory(engine);
    await directory.users.upsert(SERVER, [{ id: 'ann' }, { id: 'ben' }, { id: 'cat' }]);
    await directory.newEvents();
  });

  afterEach(() => directory.close());

  const block = (userId: string, id: string, viewer: Viewer = BACK_END) =>
    directory.blocks.block({ type: 'user', id: userId }, viewer, { userId, id });
  const unblock = (userId: string, id: string) =>
    directory.blocks.unblock({ type: 'user', id: userId }, { userId, id });
  /** All pages of the blocks of a user. */
  const pagesOf = async (userId: string, viewer: Viewer = BACK_END, limit = 100) => {
    const pages = [await directory.blocks.list(viewer, { userId, limit })];
    for (let { next } = pages[0] as BlockList; next !== undefined; next = pages.at(-1)?.next) {
      pages.push(await directory.blocks.list(viewer, { userId, limit, next }));
    }
    return pages;
  };
  const blocked = async (userId: string, viewer: Viewer = BACK_END) =>
    (await pagesOf(userId, viewer)).flatMap(page => page.blocks.map(one => one.blocked_user_id));
  /** Lets ann have blocked users that exist, as if one after the other. */
  const storeBlocks = async (ids: readonly string[]) => {
    const data = await StoredData.open(directory.url);
    const rows = ids.map((id, index) => `('ann', '${id}', ${index})`);
    await data.run(`INSERT INTO blocks (user_id, blocked_user_id, created_at) VALUES ${rows.join(', ')}`);
    await data.run(`UPDATE users SET blocked_user_ids = '${JSON.stringify(ids)}' WHERE id = 'ann'`);
    await data.close();
  };
  const addUsers = async (users: readonly UserInput[]) => {
    for (let start = 0; start < users.length; start += 100) {
      await directory.users.upsert(SERVER, users.slice(start, start + 100));
    }
  };
  const user = async (id: string) => (await directory.users.find([id]))[0];

  it('is told to the user who blocks, stands in that user, and in its list newest first', async () => {
    await block('ann', 'cat');
    expect(await directory.newEvents()).toMatchObject([
      {
        type: 'user.blocked',
        actor: { type: 'user', id: 'ann' },
        user: { id: 'ann', blocked_user_ids: ['cat'], revision: 1 },
        target_id: 'cat',
        changes: { blocked_user_ids: { before: [], after: ['cat'] } },
      },
    ]);
    await block('ann', 'ben');
    expect(await user('ann')).toMatchObject({ blocked_user_ids: ['cat', 'ben'], revision: 1 });
    expect(await blocked('ann')).toEqual(['ben', 'cat']);
    const { blocks, users } = await directory.blocks.list(BACK_END, { userId: 'ann', limit: 100 });
    expect(blocks[0]?.created_at).toBeGreaterThan(blocks[1]?.created_at as number);
    expect([...users.keys()].sort()).toEqual(['ben', 'cat']);
    expect(await blocked('ben')).toEqual([]);
  });

  it('changes nothing when it is repeated, and ends when it is taken back', async () => {
    await block('ann', 'ben');
    await directory.newEvents();
    await block('ann', 'ben');
    await unblock('ann', 'cat');
    expect(await directory.newEvents()).toEqual([]);
    await unblock('ann', 'ben');
    await unblock('ann', 'ben');
    expect(await directory.newEvents()).toMatchObject([
      {
        type: 'user.unblocked',
        target_id: 'ben',
        changes: { blocked_user_ids: { before: ['ben'], after: [] } },
      },
    ]);
    expect([await blocked('ann'), (await user('ann'))?.blocked_user_ids]).toEqual([[], []]);
  });

  it('of oneself, of nobody and of the deleted is refused; one of a user who is deleted later can be taken back', async () => {
    await block('ann', 'ben');
    expect(await refusal(block('ann', 'ann'))).toMatchObject({ code: 'INPUT_INVALID', field: 'id' });
    expect(await refusal(block('ann', 'nobody'))).toMatchObject({ code: 'USER_NOT_FOUND', field: 'id' });
    expect(await refusal(block('nobody', 'ann'))).toMatchObject({ code: 'USER_NOT_FOUND', field: 'user_id' });
    await directory.lifeCycle.deleteUsers(SERVER, { ids: ['ben'], user: 'soft' });
    expect(await refusal(block('cat', 'ben'))).toMatchObject({ code: 'USER_DELETED', field: 'id' });
    expect(await blocked('ann')).toEqual(['ben']);
    await unblock('ann', 'ben');
    expect(await blocked('ann')).toEqual([]);
  });

  it('is one of 1,000 at most', async () => {
    const ids = Array.from({ length: LIMITS.blockedUsers }, (_, index) => `user-${index}`);
    await addUsers(ids.map(id => ({ id })));
    await storeBlocks(ids.slice(1));
    await block('ann', ids[0] as string);
    expect(await refusal(block('ann', 'ben'))).toMatchObject({ code: 'INPUT_INVALID', field: 'id' });
    await unblock('ann', 'user-500');
    await block('ann', 'ben');
    expect(await blocked('ann')).toHaveLength(LIMITS.blockedUsers);
    expect((await user('ann'))?.blocked_user_ids).toEqual((await blocked('ann')).reverse());
  });

  it('is listed in pages, cut where the users become long, and in all of them everybody is there once', async () => {
    const teams = Array.from({ length: 40 }, (_, index) => `${index}`.padEnd(250, 't'));
    const ids = Array.from({ length: 150 }, (_, index) => `user-${index}`);
    await addUsers(ids.map(id => ({ id, teams, custom: { text: 'x'.repeat(5000) } })));
    await storeBlocks(ids);
    const pages = await pagesOf('ann');
    const lengths = pages.map(page => JSON.stringify([...page.users.values()]).length);
    expect(Math.max(...lengths)).toBeLessThan(LIMITS.pageContentBytes);
    expect(Math.min(...pages.map(page => page.blocks.length))).toBeGreaterThan(0);
    expect(await blocked('ann')).toEqual([...ids].reverse());
    expect((await pagesOf('ann', BACK_END, 40)).map(page => page.blocks.length)).toEqual([40, 40, 40, 30]);
    const cursor = pages[0]?.next as string;
    const others = directory.blocks.list(BACK_END, { userId: 'ben', limit: 1, next: cursor });
    expect(await refusal(others)).toMatchObject({ code: 'CURSOR_INVALID', field: 'next' });
  });

  it('of users whom the viewer may not see makes no empty page with another behind it', async () => {
    const ids = Array.from({ length: 30 }, (_, index) => `user-${index}`);
    await addUsers(ids.map((id, index) => ({ id, ...(index > 1 && { teams: ['red'] }) })));
    await storeBlocks(ids);
    await directory.settings.update(SERVER, { multi_tenant_enabled: true });
    const pages = await pagesOf('ann', ANN, 10);
    expect(pages.map(page => page.blocks.map(one => one.blocked_user_id))).toEqual([['user-1', 'user-0']]);
  });

  it('makes no event as long as the list, however many the user has blocked, and is told all the same', async () => {
    const ids = Array.from({ length: LIMITS.blockedUsers }, (_, index) => `${index}`.padEnd(255, 'x'));
    await addUsers(ids.map(id => ({ id })));
    await storeBlocks(ids.slice(0, -20));
    await directory.newEvents();
    const data = await StoredData.open(directory.url);
    const log = async () => {
      const [events] = await data.run('SELECT sum(length(data)) AS n FROM events');
      const [mentions] = await data.run('SELECT count(*) AS n FROM event_mentions');
      return { bytes: Number(events?.n), mentions: Number(mentions?.n) };
    };
    const before = await log();
    for (const id of ids.slice(-20)) await block('ann', id);
    await directory.users.upsert(SERVER, [{ id: 'ann', name: 'Ann' }]);
    for (const id of ids.slice(-20)) await unblock('ann', id);
    const after = await log();
    await data.close();
    expect(after.bytes - before.bytes).toBeLessThan(41 * 2000);
    expect(after.mentions - before.mentions).toBe(40);
    const events = (await directory.newEvents()) as UserEvent[];
    expect(events.map(({ type, target_id }) => [type, target_id])).toEqual([
      ...ids.slice(-20).map(id => ['user.blocked', id]),
      ['user.updated', undefined],
      ...ids.slice(-20).map(id => ['user.unblocked', id]),
    ]);
    expect(events.filter(({ user }) => 'blocked_user_ids' in user)).toEqual([]);
    expect(events[0]?.changes).toEqual({ blocked_user_ids: {} });
    expect(events[20]?.changes).toEqual({ name: { after: 'Ann' } });
    expect((await user('ann'))?.blocked_user_ids).toHaveLength(LIMITS.blockedUsers - 20);
  });

  it('of two who block each other at the same moment is there twice', async () => {
    await Promise.all([block('ann', 'ben'), block('ben', 'ann'), block('ann', 'cat'), block('cat', 'ann')]);
    expect((await blocked('ann')).sort()).toEqual(['ben', 'cat']);
    expect([await blocked('ben'), await blocked('cat')]).toEqual([['ann'], ['ann']]);
    expect((await directory.newEventNames()).sort()).toEqual([
      'user.blocked ann',
      'user.blocked ann',
      'user.blocked ben',
      'user.blocked cat',
    ]);
  });

  it('keeps the two from a 1:1 channel, whichever of them blocked, until it is taken back', async () => {
    const open = (userId: string, other: string) =>
      directory.chat.createChannel({ viewer: BACK_END, userId, type: 'messaging', members: [other] });
    await block('ann', 'ben');
    expect(await refusal(open('ann', 'ben'))).toMatchObject({ code: 'NOT_ALLOWED' });
    expect(await refusal(open('ben', 'ann'))).toMatchObject({ code: 'NOT_ALLOWED' });
    await unblock('ann', 'ben');
    expect((await open('ben', 'ann')).channels).toHaveLength(1);
  });

  it('reaches, and shows, nobody of another tenant', async () => {
    await block('ann', 'ben');
    await directory.users.upsert(SERVER, [
      { id: 'ben', teams: ['red'] },
      { id: 'dan', teams: ['red'] },
    ]);
    await directory.settings.update(SERVER, { multi_tenant_enabled: true });
    expect(await refusal(block('ann', 'dan', ANN))).toMatchObject({ code: 'USER_NOT_FOUND' });
    expect([await blocked('ann', ANN), await blocked('ann')]).toEqual([[], ['ben']]);
  });

  it('can be made by a banned user, and stays when the user is written', async () => {
    await directory.users.upsert(SERVER, [{ id: 'ann', banned: true }]);
    await block('ann', 'ben');
    await directory.users.upsert(SERVER, [{ id: 'ann', name: 'Ann', blocked_user_ids: [] }]);
    expect(await user('ann')).toMatchObject({ name: 'Ann', blocked_user_ids: ['ben'] });
  });
});
