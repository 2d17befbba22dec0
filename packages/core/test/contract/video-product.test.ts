import { createCallSchema, queryCallsSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { callMemberTable, callTable } from '../../src/products/video/call-table.js';
import { Video } from '../../src/products/video/video.js';
import { type CascadeOptions, ContentFixture } from '../support/products/content-fixture.js';

describeOnEveryEngine('the calls of a user', engine => {
  let fixture: ContentFixture;
  let video: Video;

  beforeEach(async () => {
    fixture = await ContentFixture.open(engine);
    video = new Video(fixture.unitOfWork);
    await fixture.addUsers('ann', 'ben', 'cat', 'dan');
    await create('alone', 'ann', []);
    for (const id of ['p1', 'p2', 'p3', 'p4', 'p5']) await create(id, 'ann', ['ben']);
    await create('group', 'ann', ['ben', 'cat']);
    await create('others', 'ben', ['cat']);
  });

  afterEach(() => fixture.close());

  const create = (id: string, user_id: string, members: string[]) =>
    video.createCall(
      { kind: 'user', userId: user_id },
      { ...createCallSchema.parse({ type: 'audio', id, members, custom: { about: id } }), user_id },
    );
  const cascade = (operation: 'delete' | 'restore', userId: string, options: CascadeOptions = {}) =>
    fixture.cascade(video.product, operation, { userId, ...options });
  const stored = async () => ({
    calls: await fixture.rows(callTable),
    members: await fixture.rows(callMemberTable),
  });
  const inSight = async () => {
    const { calls } = await video.queryCalls({ kind: 'server' }, queryCallsSchema.parse({}));
    return calls.map(({ row }) => row.id).sort();
  };
  const event = (type: string, id: string, more: object = {}) => ({
    type,
    actor_id: 'admin',
    call: { cid: `audio:${id}`, type: 'audio', id },
    user_ids: ['ann', 'ben'],
    ...more,
  });
  const pairs = ['p1', 'p2', 'p3', 'p4', 'p5'];

  for (const limit of [2, 5, 100]) {
    it(`of two are hidden and come back exactly as they were, in batches of ${limit}`, async () => {
      const before = await stored();
      expect(await fixture.count(video.product, { userId: 'ann', modes: { calls: 'soft' } })).toEqual({
        calls: 5,
      });
      expect(await cascade('delete', 'ann', { modes: { calls: 'soft' }, limit })).toEqual({ calls: 5 });
      expect(await inSight()).toEqual(['alone', 'group', 'others']);
      const hidden = await stored();
      const isPair = ({ cid }: { cid: string }) => cid.startsWith('audio:p');
      expect(hidden).toEqual({
        calls: before.calls.map(call =>
          isPair(call) ? { ...call, deleted_at: expect.any(Number), deleted_with: 'deletion' } : call,
        ),
        members: before.members.map(member =>
          isPair(member) && member.user_id === 'ann' ? { ...member, deleted: true } : member,
        ),
      });
      expect(await fixture.newEvents()).toEqual(pairs.map(id => event('call.deleted', id, { mode: 'soft' })));

      expect(await cascade('delete', 'ann', { modes: { calls: 'soft' }, limit })).toEqual({});
      expect(await stored()).toEqual(hidden);
      expect(await fixture.newEvents()).toEqual([]);

      expect(await cascade('restore', 'ann', { limit })).toEqual({ calls: 5 });
      expect(await stored()).toEqual(before);
      expect(await fixture.newEvents()).toEqual(pairs.map(id => event('call.restored', id)));
      expect(await cascade('restore', 'ann', { limit })).toEqual({});
      expect(await fixture.newEvents()).toEqual([]);
    });

    it(`of two go for ever with their members, hidden ones too, in batches of ${limit}`, async () => {
      const { calls, members } = await stored();
      await cascade('delete', 'ben', { modes: { calls: 'soft' } });
      await fixture.newEvents();
      const hard = { modes: { calls: 'hard' }, limit } as const;
      expect(await fixture.count(video.product, { userId: 'ann', ...hard })).toEqual({ calls: 5 });
      expect(await cascade('delete', 'ann', hard)).toEqual({ calls: 5 });
      const isLeft = ({ cid }: { cid: string }) => cid === 'audio:alone' || cid === 'audio:group';
      const left = await stored();
      expect(left.calls.filter(isLeft)).toEqual(calls.filter(isLeft));
      expect(left.members.filter(isLeft)).toEqual(members.filter(isLeft));
      expect(left.calls.map(call => call.id)).toEqual(['alone', 'group', 'others']);
      expect(left.members).toHaveLength(6);
      expect(await fixture.newEvents()).toEqual(pairs.map(id => event('call.deleted', id, { mode: 'hard' })));
      expect(await cascade('delete', 'ann', hard)).toEqual({});
      expect(await stored()).toEqual(left);
      expect(await fixture.newEvents()).toEqual([]);
    });

    it(`name a user who goes for ever no more, and a new owner has what it made, in batches of ${limit}`, async () => {
      const before = await stored();
      const forget = { eraseUser: true, limit };
      expect(await fixture.count(video.product, { userId: 'ann', ...forget })).toEqual({ memberships: 7 });
      expect(await cascade('delete', 'ann', forget)).toEqual({ memberships: 7 });
      const after = await stored();
      expect(after).toEqual({
        calls: before.calls.map(call =>
          call.created_by_id === 'ann' ? { ...call, created_by_id: 'newOwner' } : call,
        ),
        members: before.members.filter(member => member.user_id !== 'ann'),
      });
      expect(JSON.stringify(after)).not.toContain('"ann"');
      expect(await fixture.newEvents()).toEqual([]);
      expect(await cascade('delete', 'ann', forget)).toEqual({});
      expect(await stored()).toEqual(after);
    });

    it(`of two go, and the others forget it, when a user goes for ever with its calls, in batches of ${limit}`, async () => {
      const { calls } = await stored();
      const forget = { modes: { calls: 'hard' }, eraseUser: true, limit } as const;
      const expected = { calls: 5, memberships: 2 };
      expect(await fixture.count(video.product, { userId: 'ann', ...forget })).toEqual(expected);
      expect(await cascade('delete', 'ann', forget)).toEqual(expected);
      const after = await stored();
      expect(after.calls).toEqual([
        { ...calls.find(call => call.id === 'alone'), created_by_id: 'newOwner' },
        { ...calls.find(call => call.id === 'group'), created_by_id: 'newOwner' },
        calls.find(call => call.id === 'others'),
      ]);
      expect(after.members.map(({ cid, user_id }) => `${cid} ${user_id}`)).toEqual([
        'audio:group ben',
        'audio:group cat',
        'audio:others ben',
        'audio:others cat',
      ]);
      expect(await fixture.newEvents()).toHaveLength(5);
    });
  }

  it('stay as they are when no mode names calls, and through a deactivation', async () => {
    const before = await stored();
    const modes = { messages: 'hard', conversations: 'hard' } as const;
    expect(await fixture.count(video.product, { userId: 'ann', modes })).toEqual({});
    expect(await cascade('delete', 'ann', { modes })).toEqual({});
    for (const operation of ['deactivate', 'reactivate'] as const) {
      expect(await fixture.cascade(video.product, operation, { userId: 'ann' })).toEqual({});
    }
    expect(await stored()).toEqual(before);
    expect(await fixture.newEvents()).toEqual([]);
  });

  it('of two come back when both users are back, in either order', async () => {
    const before = await stored();
    for (const [first, second] of [
      ['ann', 'ben'],
      ['ben', 'ann'],
    ] as const) {
      await cascade('delete', 'ann', { modes: { calls: 'soft' } });
      await fixture.newEvents();
      expect(await fixture.count(video.product, { userId: 'ben', modes: { calls: 'soft' } })).toEqual({
        calls: 1,
      });
      expect(await cascade('delete', 'ben', { modes: { calls: 'soft' } })).toEqual({ calls: 1 });
      expect(await fixture.newEvents()).toEqual([
        event('call.deleted', 'others', { user_ids: ['ben', 'cat'], mode: 'soft' }),
      ]);
      expect(await cascade('restore', first)).toEqual(first === 'ben' ? { calls: 1 } : {});
      expect(await inSight()).not.toContain('p1');
      await fixture.newEvents();
      expect(await cascade('restore', second)).toEqual({ calls: second === 'ben' ? 6 : 5 });
      expect(await stored()).toEqual(before);
    }
  });

  it('that were hidden with a user who was erased do not come back with the other', async () => {
    await cascade('delete', 'ann', { modes: { calls: 'soft' } });
    await cascade('delete', 'ben', { modes: { calls: 'soft' } });
    await cascade('delete', 'ann', { eraseUser: true });
    await fixture.newEvents();
    expect(await cascade('restore', 'ben')).toEqual({ calls: 1 });
    expect(await inSight()).toEqual(['alone', 'group', 'others']);
    expect(await fixture.newEvents()).toEqual([
      event('call.restored', 'others', { user_ids: ['ben', 'cat'] }),
    ]);
  });

  it('come back to the other member when the one who was erased never took them away', async () => {
    await cascade('delete', 'ben', { modes: { calls: 'soft' } });
    await cascade('delete', 'ann', { eraseUser: true });
    expect(await cascade('restore', 'ben')).toEqual({ calls: 6 });
    expect(await inSight()).toEqual(['alone', 'group', 'others', ...pairs]);
  });

  it('are hidden for ever when a user goes for ever and its calls are hidden with it', async () => {
    const forget = { modes: { calls: 'soft' }, eraseUser: true, limit: 2 } as const;
    const expected = { calls: 5, memberships: 7 };
    expect(await fixture.count(video.product, { userId: 'ann', ...forget })).toEqual(expected);
    expect(await cascade('delete', 'ann', forget)).toEqual(expected);
    expect(await fixture.newEvents()).toEqual(pairs.map(id => event('call.deleted', id, { mode: 'soft' })));
    const left = await stored();
    expect(JSON.stringify(left)).not.toContain('"ann"');
    expect(left.calls.filter(call => call.deleted_with === 'forgotten').map(({ id }) => id)).toEqual(pairs);
    expect(await cascade('delete', 'ann', forget)).toEqual({});
    expect(await cascade('restore', 'ben')).toEqual({});
    expect(await stored()).toEqual(left);
  });

  it('ask for a new owner only where there is something to inherit', async () => {
    await cascade('delete', 'cat', { modes: { calls: 'hard' }, eraseUser: true });
    expect(fixture.newOwners).toBe(0);
    await cascade('delete', 'ann', { eraseUser: true });
    expect(fixture.newOwners).toBe(1);
  });

  it('are exported page by page, hidden ones too, with the membership and without the others', async () => {
    await video.joinCall({ cid: 'audio:p1', user_id: 'ann' });
    await cascade('delete', 'ann', { modes: { calls: 'soft' } });
    const records = await fixture.export(video.product, 'ann', 2);
    expect(records).toHaveLength(7);
    expect(records.map(record => record.id)).toEqual(['alone', ...pairs, 'group']);
    expect(records[1]).toEqual({
      kind: 'call',
      cid: 'audio:p1',
      type: 'audio',
      id: 'p1',
      created_by_id: 'ann',
      one_to_one: true,
      custom: { about: 'p1' },
      started_at: expect.any(Number),
      created_at: expect.any(Number),
      updated_at: expect.any(Number),
      deleted_at: expect.any(Number),
      membership: { created_at: expect.any(Number), joined_at: expect.any(Number) },
    });
    expect(JSON.stringify(records)).not.toContain('ben');
    expect(await fixture.export(video.product, 'ann', 100)).toEqual(records);
    expect(await fixture.export(video.product, 'dan', 2)).toEqual([]);
  });
});
