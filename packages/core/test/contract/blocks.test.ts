import { LIMITS } from '@rollcall/protocol';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
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
  const blocked = async (userId: string, viewer: Viewer = BACK_END) =>
    (await directory.blocks.list(viewer, userId)).blocks.map(one => one.blocked_user_id);
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
    const { blocks, users } = await directory.blocks.list(BACK_END, 'ann');
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
    for (let start = 0; start < ids.length; start += 100) {
      await directory.users.upsert(
        SERVER,
        ids.slice(start, start + 100).map(id => ({ id })),
      );
    }
    const data = await StoredData.open(directory.url);
    const rows = ids.slice(1).map((id, index) => `('ann', '${id}', ${index})`);
    await data.run(`INSERT INTO blocks (user_id, blocked_user_id, created_at) VALUES ${rows.join(', ')}`);
    const list = JSON.stringify(ids.slice(1));
    await data.run(`UPDATE users SET blocked_user_ids = '${list}' WHERE id = 'ann'`);
    await data.close();
    await block('ann', ids[0] as string);
    expect(await refusal(block('ann', 'ben'))).toMatchObject({ code: 'INPUT_INVALID', field: 'id' });
    await unblock('ann', 'user-500');
    await block('ann', 'ben');
    expect(await blocked('ann')).toHaveLength(LIMITS.blockedUsers);
    expect((await user('ann'))?.blocked_user_ids).toEqual((await blocked('ann')).reverse());
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
