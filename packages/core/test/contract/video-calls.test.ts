import { LIMITS } from '@rollcall/protocol';
import { createCallSchema, queryCallsSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CallPage } from '../../src/products/video/query-calls.js';
import { Video } from '../../src/products/video/video.js';
import type { Viewer } from '../../src/users/viewer.js';
import { ContentFixture } from '../support/products/content-fixture.js';
import { shortestMs } from '../support/shortest-ms.js';
import { refusal } from '../support/test-directory.js';

const SERVER: Viewer = { kind: 'server' };

describeOnEveryEngine('calls', engine => {
  let fixture: ContentFixture;
  let video: Video;

  beforeEach(async () => {
    fixture = await ContentFixture.open(engine);
    video = new Video(fixture.unitOfWork);
    await fixture.addUsers('ann', 'ben', 'cat', 'dan');
  });

  afterEach(() => fixture.close());

  const as = (userId: string): Viewer => ({ kind: 'user', userId });
  const create = (user_id: string, input: object, viewer: Viewer = as(user_id)) =>
    video.createCall(viewer, { ...createCallSchema.parse({ type: 'audio', ...input }), user_id });
  const query = (viewer: Viewer, options: object = {}) =>
    video.queryCalls(viewer, queryCallsSchema.parse(options));
  const only = ({ calls }: CallPage) => calls[0]!;
  const idsOf = ({ calls }: CallPage) => calls.map(({ row }) => row.id);
  const membersOf = (page: CallPage) => only(page).members.map(member => member.user_id);

  it('are made with their maker among the members, and name the users as they are', async () => {
    const page = await create('ben', { id: 'one', members: ['ann', 'ben'], custom: { topic: 'tea' } });
    expect(only(page).row).toEqual({
      cid: 'audio:one',
      type: 'audio',
      id: 'one',
      created_by_id: 'ben',
      people: 2,
      custom: { topic: 'tea' },
      created_at: fixture.clock.now,
      updated_at: fixture.clock.now,
    });
    expect(membersOf(page)).toEqual(['ann', 'ben']);
    expect(only(page).memberCount).toBe(2);
    expect([...page.users.keys()].sort()).toEqual(['ann', 'ben']);
    expect(await video.getCall(as('ann'), 'audio:one')).toEqual(page);
    expect(await fixture.newEvents()).toEqual([]);
  });

  it('get an id of their own where none is named', async () => {
    const { row } = only(await create('ann', {}));
    expect(row.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(row.people).toBe(1);
  });

  it('that exist are answered as they are to members and servers, and refused to everybody else', async () => {
    const first = await create('ann', { id: 'one', members: ['ben'], custom: { n: 1 } });
    expect(await create('ben', { id: 'one', members: ['cat'], custom: { n: 2 } })).toEqual(first);
    expect(await create('cat', { id: 'one' }, SERVER)).toEqual(first);
    expect(await refusal(create('cat', { id: 'one' }))).toMatchObject({ code: 'NOT_ALLOWED', field: 'id' });
  });

  it('come into being once, however many make the same one at once', async () => {
    const pages = await Promise.all(Array.from({ length: 8 }, () => create('ann', { id: 'one' })));
    expect(new Set(pages.map(page => JSON.stringify(page.calls))).size).toBe(1);
  });

  it('are made by nobody who is banned, deactivated, deleted or unknown', async () => {
    await fixture.setUser('ann', { banned: true });
    await fixture.setUser('ben', { deactivated_at: 5 });
    await fixture.setUser('cat', { deleted_at: 5 });
    const codes = await Promise.all(
      ['ann', 'ben', 'cat', 'nobody'].map(async id => (await refusal(create(id, {}))).code),
    );
    expect(codes).toEqual(['USER_BANNED', 'USER_DEACTIVATED', 'USER_DELETED', 'USER_NOT_FOUND']);
    await fixture.setUser('ann', { banned: true, ban_expires: 5 });
    expect(idsOf(await create('ann', { id: 'one' }))).toEqual(['one']);
  });

  it('take no members who are unknown or deleted, and say which', async () => {
    expect(await refusal(create('ann', { members: ['ben', 'nobody'] }))).toMatchObject({
      code: 'USER_NOT_FOUND',
      field: 'members',
      index: 1,
    });
    await fixture.setUser('ben', { deleted_at: 5 });
    expect(await refusal(create('ann', { members: ['ben'] }))).toMatchObject({
      code: 'USER_DELETED',
      field: 'members',
      index: 0,
    });
    expect(await query(SERVER)).toMatchObject({ calls: [] });
  });

  it('start with the first who joins, and know who is there', async () => {
    await create('ann', { id: 'one', members: ['ben'] });
    const joined = await video.joinCall({ cid: 'audio:one', user_id: 'ben' });
    const at = fixture.clock.now;
    expect(only(joined)).toMatchObject({ row: { started_at: at }, members: [{}, { joined_at: at }] });
    expect(await video.joinCall({ cid: 'audio:one', user_id: 'ben' })).toEqual(joined);

    const left = await video.leaveCall({ cid: 'audio:one', user_id: 'ben' });
    expect(only(left).members[1]).toMatchObject({ joined_at: at, left_at: fixture.clock.now });
    expect(await video.leaveCall({ cid: 'audio:one', user_id: 'ben' })).toEqual(left);
    // Who never joined cannot leave.
    expect(await video.leaveCall({ cid: 'audio:one', user_id: 'ann' })).toEqual(left);

    const again = only(await video.joinCall({ cid: 'audio:one', user_id: 'ben' }));
    expect(again.row.started_at).toBe(at);
    expect(again.members[1]).toEqual({
      cid: 'audio:one',
      user_id: 'ben',
      joined_at: fixture.clock.now,
      created_at: expect.any(Number),
      deleted: false,
    });
  });

  it('are ended once, by their maker or a back end, and joined by nobody after that', async () => {
    await create('ann', { id: 'one', members: ['ben'] });
    expect(await refusal(video.endCall(as('ben'), 'audio:one'))).toMatchObject({ code: 'NOT_ALLOWED' });
    const ended = await video.endCall(as('ann'), 'audio:one');
    expect(only(ended).row.ended_at).toBe(fixture.clock.now);
    expect(await video.endCall(SERVER, 'audio:one')).toEqual(ended);
    const late = await Promise.all([
      refusal(video.joinCall({ cid: 'audio:one', user_id: 'ben' })),
      refusal(video.addCallMembers(as('ben'), { cid: 'audio:one', members: ['cat'] })),
    ]);
    const reason = { code: 'INPUT_INVALID', field: 'cid' };
    expect(late).toMatchObject([reason, reason]);
    expect(await video.leaveCall({ cid: 'audio:one', user_id: 'ben' })).toEqual(ended);
  });

  it('are neither joined nor ended by the banned, who can still leave', async () => {
    await create('ann', { id: 'one', members: ['ben'] });
    await video.joinCall({ cid: 'audio:one', user_id: 'ben' });
    await fixture.setUser('ben', { banned: true });
    expect((await refusal(video.joinCall({ cid: 'audio:one', user_id: 'ben' }))).code).toBe('USER_BANNED');
    const adding = video.addCallMembers(as('ben'), { cid: 'audio:one', members: ['cat'] });
    expect((await refusal(adding)).code).toBe('USER_BANNED');
    expect((await refusal(video.endCall(as('ben'), 'audio:one'))).code).toBe('USER_BANNED');
    const left = await video.leaveCall({ cid: 'audio:one', user_id: 'ben' });
    expect(only(left).members[1]?.left_at).toBe(fixture.clock.now);
  });

  it('are 1:1 with two members, and a group for ever with a third', async () => {
    await create('ann', { id: 'one' });
    const add = async (members: string[]) =>
      only(await video.addCallMembers(as('ann'), { cid: 'audio:one', members })).row.people;
    expect(await add(['ben'])).toBe(2);
    expect(await add(['ben', 'ann'])).toBe(2);
    expect(await add(['cat', 'ben'])).toBe(3);
    await fixture.cascade(video.product, 'delete', { userId: 'cat', eraseUser: true });
    const left = only(await video.getCall(SERVER, 'audio:one'));
    expect(left).toMatchObject({ row: { people: 3 }, memberCount: 2 });
  });

  it('count every member when two people add some at once', async () => {
    await create('ann', { id: 'one' });
    await Promise.all([
      video.addCallMembers(SERVER, { cid: 'audio:one', members: ['ben', 'cat'] }),
      video.addCallMembers(SERVER, { cid: 'audio:one', members: ['cat', 'dan'] }),
    ]);
    expect(only(await video.getCall(SERVER, 'audio:one'))).toMatchObject({
      row: { people: 4 },
      memberCount: 4,
    });
  });

  it('show their first 100 members, and how many there are', async () => {
    const ids = Array.from({ length: 101 }, (_, index) => `user-${String(index).padStart(3, '0')}`);
    await fixture.addUsers(...ids);
    await create('ann', { id: 'one', members: ids.slice(0, 100) });
    await video.addCallMembers(SERVER, { cid: 'audio:one', members: ids.slice(100) });
    const call = only(await video.getCall(SERVER, 'audio:one'));
    expect(call.memberCount).toBe(102);
    expect(call.members.map(member => member.user_id)).toEqual(['ann', ...ids.slice(0, 99)]);
  });

  it('are found in pages that are cut where the calls become long with their members', async () => {
    const members = Array.from({ length: 90 }, (_, index) => `member-${index}`);
    await fixture.addLongUsers(members, 5000);
    const ids = ['0', '1', '2', '3', '4', '5', '6'];
    for (const id of ids) await create('ann', { id, members }, SERVER);
    const seen: string[] = [];
    let next: string | undefined;
    do {
      const page = await query(as('ann'), { limit: 100, ...(next && { next }) });
      const shown = page.calls.map(({ members: of }) => of.map(({ user_id }) => page.users.get(user_id)));
      expect(page.calls.length).toBeGreaterThan(0);
      expect(JSON.stringify(shown).length).toBeLessThan(LIMITS.pageContentBytes);
      seen.push(...idsOf(page));
      next = page.next;
    } while (next !== undefined);
    expect(seen).toEqual([...ids].reverse());
  });

  it('of many thousands cost hardly more than those of a few hundred, to read and to change', async () => {
    for (const id of ['few', 'many']) await create('ann', { id, members: ['ben', 'cat'] });
    await fixture.addMembers('call_members', 'audio:few', 200);
    await fixture.addMembers('call_members', 'audio:many', 20_000);
    const many = only(await video.getCall(SERVER, 'audio:many'));
    expect(many).toMatchObject({ memberCount: 20_003, members: { length: 100 } });
    const change = (cid: string) => video.joinCall({ cid, user_id: 'ann' });
    const read = (cid: string) => video.getCall(SERVER, cid);
    for (const call of [change, read]) {
      const ofFew = await shortestMs(() => call('audio:few'));
      expect(await shortestMs(() => call('audio:many'))).toBeLessThan(8 * ofFew);
    }
  });

  it('look to strangers as if they were not there', async () => {
    await create('ann', { id: 'one', members: ['ben'] });
    const refusals = (viewer: Viewer, user_id: string, cid: string) =>
      Promise.all(
        [
          video.getCall(viewer, cid),
          video.endCall(viewer, cid),
          video.addCallMembers(viewer, { cid, members: ['dan'] }),
          video.joinCall({ cid, user_id }),
          video.leaveCall({ cid, user_id }),
        ].map(async call => (await refusal(call)).message.replaceAll(cid, '<cid>')),
      );
    const strange = await refusals(as('cat'), 'cat', 'audio:one');
    expect(new Set(strange)).toEqual(new Set(['cid: there is no call "<cid>"']));
    expect(await refusals(as('cat'), 'cat', 'audio:none')).toEqual(strange);
    expect(await query(as('cat'))).toMatchObject({ calls: [] });
  });

  it('are found newest first, page by page, by member, type and whether they were ended', async () => {
    await create('ann', { id: 'a' });
    await create('ben', { id: 'b', members: ['ann'] });
    await create('ann', { id: 'c', type: 'screen', members: ['cat'] });
    await create('ben', { id: 'd' });
    await create('ann', { id: 'e', members: ['ben', 'cat'] });
    await video.endCall(SERVER, 'audio:b');

    expect(idsOf(await query(SERVER))).toEqual(['e', 'd', 'c', 'b', 'a']);
    expect(idsOf(await query(as('ann')))).toEqual(['e', 'c', 'b', 'a']);
    expect(idsOf(await query(as('ann'), { member: 'ben' }))).toEqual(['e', 'b']);
    expect(idsOf(await query(SERVER, { type: 'screen' }))).toEqual(['c']);
    expect(idsOf(await query(SERVER, { ended: true }))).toEqual(['b']);
    expect(idsOf(await query(as('ann'), { ended: false }))).toEqual(['e', 'c', 'a']);

    const first = await query(as('ann'), { limit: 2 });
    expect(idsOf(first)).toEqual(['e', 'c']);
    await create('ann', { id: 'f' });
    const second = await query(as('ann'), { limit: 2, next: first.next });
    expect(idsOf(second)).toEqual(['b', 'a']);
    expect(second.next).toBeUndefined();
    const others = [{ limit: 2, ended: true, next: first.next }, { next: 'nonsense' }];
    for (const options of others) {
      expect(await refusal(query(as('ann'), options))).toMatchObject({
        code: 'CURSOR_INVALID',
        field: 'next',
      });
    }
  });

  it('of two are out of sight as soon as the deletion of either is accepted, and back when it is cancelled', async () => {
    await create('ann', { id: 'one', members: ['ben'] });
    await create('ann', { id: 'group', members: ['ben', 'cat'] });
    await fixture.acceptDeletion('ben', { calls: 'soft' });
    expect(idsOf(await query(as('ann')))).toEqual(['group']);
    expect((await refusal(video.getCall(SERVER, 'audio:one'))).code).toBe('NOT_FOUND');
    expect((await refusal(create('ann', { id: 'one' }))).code).toBe('NOT_ALLOWED');
    await fixture.acceptDeletion('ben', { messages: 'hard' });
    expect(idsOf(await query(as('ann')))).toEqual(['group', 'one']);
    await fixture.acceptDeletion('ben', { calls: 'hard' }, 'cancelled');
    expect(idsOf(await query(as('ann')))).toEqual(['group', 'one']);
  });
});
