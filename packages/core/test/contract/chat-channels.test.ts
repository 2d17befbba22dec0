import { LIMITS } from '@rollcall/protocol';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Chat } from '../../src/products/chat/chat.js';
import { as, BACK_END, ChatFixture } from '../support/chat/chat-fixture.js';
import { shortestMs } from '../support/shortest-ms.js';
import { refusal } from '../support/test-directory.js';

describeOnEveryEngine('channels', engine => {
  let fixture: ChatFixture;
  let chat: Chat;

  beforeEach(async () => {
    fixture = await ChatFixture.open(engine);
    chat = fixture.chat;
  });

  afterEach(() => fixture.close());

  const memberIds = async (cid: string) =>
    (await chat.getChannel(BACK_END, { cid })).channels[0]?.members.map(member => member.user_id);
  const found = async (
    query: Partial<Parameters<Chat['queryChannels']>[1]>,
    viewer: Parameters<Chat['queryChannels']>[0] = BACK_END,
  ) => (await chat.queryChannels(viewer, { limit: 30, ...query })).channels.map(({ row }) => row.cid);

  it('are made with their creator as owner and member, and with the present state of every member', async () => {
    const page = await chat.createChannel({
      viewer: BACK_END,
      userId: 'ann',
      type: 'team',
      id: 'one',
      members: ['ben'],
      team: 'red',
      custom: { topic: 'cats' },
    });
    expect(page.channels).toEqual([
      {
        row: {
          cid: 'team:one',
          type: 'team',
          id: 'one',
          owner_id: 'ann',
          team: 'red',
          custom: { topic: 'cats' },
          created_at: expect.any(Number),
          updated_at: expect.any(Number),
        },
        members: [
          { cid: 'team:one', user_id: 'ann', created_at: expect.any(Number) },
          { cid: 'team:one', user_id: 'ben', created_at: expect.any(Number) },
        ],
        memberCount: 2,
      },
    ]);
    expect([...page.users.keys()].sort()).toEqual(['ann', 'ben']);
  });

  it('that exist are found by a member and by a back end, and refused to others', async () => {
    await fixture.group('one', ['ann', 'ben']);
    const again = (userId: string, viewer: Parameters<Chat['getChannel']>[0]) =>
      chat.createChannel({ viewer, userId, type: 'team', id: 'one', custom: { other: true } });
    expect((await again('ben', as('ben'))).channels[0]?.row).toMatchObject({ owner_id: 'ann', custom: {} });
    expect((await again('cat', BACK_END)).channels[0]?.row.owner_id).toBe('ann');
    expect(await refusal(again('cat', as('cat')))).toMatchObject({ code: 'NOT_ALLOWED', field: 'id' });
  });

  it('of two are the same channel for both, one for each type', async () => {
    const first = await fixture.pair('ann', 'ben');
    expect(first).toMatch(/^messaging:!pair-/);
    expect(await fixture.pair('ben', 'ann')).toBe(first);
    expect(await fixture.pair('ann', 'ben', 'support')).not.toBe(first);
    expect(await fixture.pair('ann', 'cat')).not.toBe(first);
  });

  it('of two users are one channel, even if both ask at the same moment', async () => {
    const asked = Array.from({ length: 10 }, (_, index) =>
      index % 2 === 0 ? fixture.pair('ann', 'ben') : fixture.pair('ben', 'ann'),
    );
    expect(new Set(await Promise.all(asked)).size).toBe(1);
    expect((await fixture.stored()).channels).toHaveLength(1);
  });

  it('of one, and of more than two, are new ones each time', async () => {
    const make = (members: string[]) =>
      fixture.cidOf(chat.createChannel({ viewer: BACK_END, userId: 'ann', type: 'team', members }));
    const all = [await make([]), await make(['ann']), await make(['ben', 'cat']), await make(['ben', 'cat'])];
    expect(new Set(all).size).toBe(4);
    expect((await fixture.stored()).channels.filter(channel => channel.pair)).toEqual([]);
  });

  it.each(['ann', 'ben'])('of two cannot be opened when %s has blocked the other', async who => {
    await fixture.setUser(who, 'blocked_user_ids', [who === 'ann' ? 'ben' : 'ann']);
    const viewer = as('ann');
    const request = { viewer, userId: 'ann', type: 'messaging', members: ['ben'] };
    for (const one of [request, { ...request, id: 'group' }]) {
      expect(await refusal(chat.createChannel(one))).toMatchObject({ code: 'NOT_ALLOWED', field: 'members' });
    }
  });

  it('name the member that there is not', async () => {
    await fixture.content.setUser('cat', { deleted_at: 5 });
    const make = (members: string[]) =>
      refusal(chat.createChannel({ viewer: BACK_END, userId: 'ann', type: 'team', members }));
    expect(await make(['ben', 'nobody'])).toMatchObject({ code: 'USER_NOT_FOUND', field: 'members.1' });
    expect(await make(['cat'])).toMatchObject({ code: 'USER_DELETED', field: 'members.0' });
    const many = Array.from({ length: 100 }, (_, index) => `user${index}`);
    expect(await make(many)).toMatchObject({ code: 'INPUT_INVALID', field: 'members' });
    expect((await fixture.stored()).channels).toEqual([]);
  });

  it('belong to a team of their creator, unless a back end makes them', async () => {
    await fixture.setUser('ann', 'teams', ['red']);
    const make = (viewer: Parameters<Chat['getChannel']>[0], team: string) =>
      chat.createChannel({ viewer, userId: 'ann', type: 'team', team });
    await make(as('ann'), 'red');
    await make(BACK_END, 'blue');
    expect(await refusal(make(as('ann'), 'blue'))).toMatchObject({ code: 'NOT_ALLOWED', field: 'team' });
  });

  it('are not made by a user who is banned, deactivated, deleted, or not there', async () => {
    const make = (userId: string) => refusal(chat.createChannel({ viewer: BACK_END, userId, type: 'team' }));
    await fixture.content.setUser('ann', { banned: true });
    expect(await make('ann')).toMatchObject({ code: 'USER_BANNED', field: 'user_id' });
    await fixture.content.setUser('ann', { deactivated_at: 5 });
    expect(await make('ann')).toMatchObject({ code: 'USER_DEACTIVATED', field: 'user_id' });
    await fixture.content.setUser('ann', { deleted_at: 5 });
    expect(await make('ann')).toMatchObject({ code: 'USER_DELETED', field: 'user_id' });
    expect(await make('nobody')).toMatchObject({ code: 'USER_NOT_FOUND', field: 'user_id' });
    await fixture.content.setUser('ann', { banned: true, ban_expires: fixture.content.clock.now - 1 });
    await fixture.group('one', ['ann']);
  });

  it('are found by their members only, newest first, page by page', async () => {
    const cids = [
      await fixture.group('a', ['ann', 'ben']),
      await fixture.pair('ann', 'ben'),
      await fixture.group('c', ['cat']),
    ];
    expect(await found({})).toEqual([...cids].reverse());
    expect(await found({}, as('ben'))).toEqual([cids[1], cids[0]]);
    expect(await found({ member: 'cat' })).toEqual([cids[2]]);
    expect(await found({ member: 'cat' }, as('ben'))).toEqual([]);
    expect(await found({ type: 'team', owner_id: 'ann' })).toEqual([cids[0]]);
    const first = await chat.queryChannels(as('ann'), { limit: 1 });
    expect(first.next).toBeDefined();
    const second = await chat.queryChannels(as('ann'), { limit: 1, next: first.next });
    expect([first, second].map(page => page.channels[0]?.row.cid)).toEqual([cids[1], cids[0]]);
    expect(second.next).toBeUndefined();
    const other = chat.queryChannels(as('ann'), { limit: 1, type: 'team', next: first.next });
    expect(await refusal(other)).toMatchObject({ code: 'CURSOR_INVALID' });
    expect(await refusal(chat.queryChannels(BACK_END, { limit: 1, next: 'nonsense' }))).toMatchObject({
      code: 'CURSOR_INVALID',
    });
  });

  it('are as good as not there for who is no member', async () => {
    const cid = await fixture.group('one', ['ann']);
    const unseen = await refusal(chat.getChannel(as('ben'), { cid }));
    const unknown = await refusal(chat.getChannel(as('ben'), { cid: 'team:two' }));
    expect([unseen.code, unknown.code]).toEqual(['NOT_FOUND', 'NOT_FOUND']);
    expect(unseen.message.replace('team:one', 'team:two')).toBe(unknown.message);
  });

  it('let the owner and a back end change the members, and a member leave', async () => {
    const cid = await fixture.group('one', ['ann', 'ben']);
    const refused = await refusal(chat.addMembers(as('ben'), { cid, members: ['cat'] }));
    expect(refused).toMatchObject({ code: 'NOT_ALLOWED', field: 'cid' });
    expect(await refusal(chat.addMembers(as('cat'), { cid, members: ['cat'] }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    await chat.addMembers(as('ann'), { cid, members: ['ben', 'cat'] });
    expect(await memberIds(cid)).toEqual(['ann', 'ben', 'cat']);
    expect(await refusal(chat.removeMembers(as('ben'), { cid, members: ['ben', 'cat'] }))).toMatchObject({
      code: 'NOT_ALLOWED',
    });
    await chat.removeMembers(as('ben'), { cid, members: ['ben'] });
    await chat.removeMembers(BACK_END, { cid, members: ['ann', 'ann', 'nobody'] });
    expect(await memberIds(cid)).toEqual(['cat']);
    expect(await refusal(chat.addMembers(BACK_END, { cid, members: ['nobody'] }))).toMatchObject({
      code: 'USER_NOT_FOUND',
      field: 'members.0',
    });
    await chat.addMembers(as('ann'), { cid, members: ['ann'] });
    expect(await memberIds(cid)).toEqual(['cat', 'ann']);
  });

  it('of two keep their two members', async () => {
    const cid = await fixture.pair('ann', 'ben');
    for (const viewer of [BACK_END, as('ann')]) {
      expect(await refusal(chat.addMembers(viewer, { cid, members: ['cat'] }))).toMatchObject({
        code: 'NOT_ALLOWED',
      });
      expect(await refusal(chat.removeMembers(viewer, { cid, members: ['ann'] }))).toMatchObject({
        code: 'NOT_ALLOWED',
      });
    }
  });

  it('show their first hundred members, and count them all', async () => {
    const ids = Array.from({ length: 130 }, (_, index) => `user${String(index).padStart(3, '0')}`);
    await fixture.content.addUsers(...ids);
    const cid = await fixture.group('one', ['ann']);
    await chat.addMembers(BACK_END, { cid, members: ids.slice(100) });
    await chat.addMembers(BACK_END, { cid, members: ids.slice(0, 100) });
    const { channels, users } = await chat.getChannel(as('ann'), { cid });
    const shown = channels[0]?.members.map(member => member.user_id);
    expect(shown).toEqual(['ann', ...ids.slice(100), ...ids.slice(0, 69)]);
    expect(channels[0]?.memberCount).toBe(131);
    expect(users.size).toBe(100);
  });

  it('are found in pages that are cut where the channels become long with their members', async () => {
    const members = Array.from({ length: 90 }, (_, index) => `member-${index}`);
    await fixture.content.addLongUsers(members, 5000);
    const cids: string[] = [];
    for (let index = 0; index < 7; index += 1)
      cids.push(await fixture.group(`${index}`, ['ann', ...members]));
    for (const viewer of [BACK_END, as('ann')]) {
      const seen: string[] = [];
      let next: string | undefined;
      do {
        const page = await chat.queryChannels(viewer, { limit: 100, ...(next && { next }) });
        const shown = page.channels.map(({ members: of }) =>
          of.map(({ user_id }) => page.users.get(user_id)),
        );
        expect(page.channels.length).toBeGreaterThan(0);
        expect(JSON.stringify(shown).length).toBeLessThan(LIMITS.pageContentBytes);
        seen.push(...page.channels.map(({ row }) => row.cid));
        next = page.next;
      } while (next !== undefined);
      expect(seen).toEqual([...cids].reverse());
    }
    expect(await found({ limit: 1 })).toEqual(cids.slice(-1));
  });

  it('go out one by one when each of them is longer than a page', async () => {
    const members = Array.from({ length: 99 }, (_, index) => `member-${index}`);
    await fixture.content.addLongUsers(members, 12_000);
    await fixture.group('one', ['ann', ...members]);
    await fixture.group('two', ['ann', ...members]);
    const first = await chat.queryChannels(BACK_END, { limit: 10 });
    const second = await chat.queryChannels(BACK_END, { limit: 10, ...(first.next && { next: first.next }) });
    expect([first, second].map(page => page.channels.map(({ row }) => row.id))).toEqual([['two'], ['one']]);
    expect([first.next === undefined, second.next]).toEqual([false, undefined]);
  });

  it('of many thousands cost hardly more than those of a few hundred, to read and to change', async () => {
    const change = (cid: string) => chat.addMembers(BACK_END, { cid, members: ['ann'] });
    const read = (cid: string) => chat.getChannel(BACK_END, { cid });
    const [few, many] = [
      await fixture.group('few', ['ann', 'ben']),
      await fixture.group('many', ['ann', 'ben']),
    ];
    await fixture.content.addMembers('channel_members', few, 200);
    await fixture.content.addMembers('channel_members', many, 20_000);
    expect((await read(many)).channels[0]).toMatchObject({ memberCount: 20_002, members: { length: 100 } });
    for (const call of [change, read]) {
      expect(await shortestMs(() => call(many))).toBeLessThan(4 * (await shortestMs(() => call(few))));
    }
  });

  it('of two are out of sight as soon as either is being deleted with its conversations', async () => {
    const cid = await fixture.pair('ann', 'ben');
    await fixture.content.acceptDeletion('ann', { messages: 'hard' });
    expect(await found({}, as('ben'))).toEqual([cid]);
    await fixture.content.acceptDeletion('ann', { conversations: 'soft' });
    expect(await found({}, as('ben'))).toEqual([]);
    expect(await found({})).toEqual([]);
    expect(await refusal(chat.getChannel(as('ben'), { cid }))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusal(chat.sendMessage({ userId: 'ben', cid, text: 'x' }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect((await chat.getChannel(BACK_END, { cid, includeDeleted: true })).channels).toHaveLength(1);
    await fixture.content.acceptDeletion('ann', { conversations: 'soft' }, 'cancelled');
    expect(await found({}, as('ben'))).toEqual([cid]);
  });
});
