import { LIMITS } from '@rollcall/protocol';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Chat } from '../../src/products/chat/chat.js';
import { as, BACK_END, ChatFixture } from '../support/chat/chat-fixture.js';
import { refusal } from '../support/test-directory.js';

describeOnEveryEngine('messages', engine => {
  let fixture: ChatFixture;
  let chat: Chat;
  let cid: string;

  beforeEach(async () => {
    fixture = await ChatFixture.open(engine);
    chat = fixture.chat;
    cid = await fixture.group('one', ['ann', 'ben']);
  });

  afterEach(async () => {
    expect(await fixture.content.newEvents()).toEqual([]);
    await fixture.close();
  });

  const get = async (id: string, viewer: Parameters<Chat['getMessage']>[0] = BACK_END) =>
    (await chat.getMessage(viewer, { id })).messages[0];

  it('are what was sent, with the present state of their author', async () => {
    const sent = await chat.sendMessage({
      userId: 'ann',
      cid,
      id: 'm1',
      text: 'hello',
      attachments: [{ image: 'x' }],
      custom: { mood: 'good' },
    });
    expect(sent.messages).toEqual([
      {
        row: {
          id: 'm1',
          cid,
          user_id: 'ann',
          text: 'hello',
          attachments: [{ image: 'x' }],
          custom: { mood: 'good' },
          shadowed: false,
          pruned: false,
          created_at: expect.any(Number),
          updated_at: expect.any(Number),
        },
        replyCount: 0,
        reactionCounts: {},
        ownReactions: [],
      },
    ]);
    await fixture.content.setUser('ann', { deactivated_at: 7 });
    const seen = await chat.getMessage(as('ben'), { id: 'm1' });
    expect(seen.messages[0]?.row).toEqual(sent.messages[0]?.row);
    expect(seen.users.get('ann')?.deactivated_at).toBe(7);
    expect((await chat.getChannel(BACK_END, { cid })).channels[0]?.row.last_message_at).toBe(
      sent.messages[0]?.row.created_at,
    );
  });

  it('are written by members who can, and by nobody else', async () => {
    const send = (userId: string) => refusal(chat.sendMessage({ userId, cid, text: 'x' }));
    expect(await send('cat')).toMatchObject({ code: 'NOT_FOUND', field: 'cid' });
    expect(await send('nobody')).toMatchObject({ code: 'USER_NOT_FOUND', field: 'user_id' });
    await fixture.content.setUser('ben', { banned: true });
    expect(await send('ben')).toMatchObject({ code: 'USER_BANNED' });
    await fixture.content.setUser('ben', { deleted_at: 5 });
    expect(await send('ben')).toMatchObject({ code: 'USER_DELETED' });
    expect(await refusal(chat.sendMessage({ userId: 'ann', cid: 'team:two', text: 'x' }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect((await fixture.stored()).messages).toEqual([]);
  });

  it('have a text or an attachment, and at most 16 KiB', async () => {
    const send = (content: object) => refusal(chat.sendMessage({ userId: 'ann', cid, ...content }));
    for (const content of [{}, { text: '' }, { attachments: [], custom: { a: 1 } }]) {
      expect(await send(content)).toMatchObject({ code: 'INPUT_INVALID', field: 'text' });
    }
    const attachments = Array.from({ length: 17 }, () => ({ data: 'x'.repeat(1000) }));
    expect(await send({ attachments })).toMatchObject({ code: 'INPUT_INVALID' });
    await fixture.send('ann', cid, { id: 'm1' });
    const tooLarge = chat.updateMessage(as('ann'), { id: 'm1', attachments });
    expect(await refusal(tooLarge)).toMatchObject({ code: 'INPUT_INVALID' });
    expect(await refusal(chat.updateMessage(as('ann'), { id: 'm1', text: '' }))).toMatchObject({
      code: 'INPUT_INVALID',
    });
  });

  it('are stored once however often the same sending is tried', async () => {
    const send = () => chat.sendMessage({ userId: 'ann', cid, id: 'm1', text: 'hello' });
    const pages = await Promise.all(Array.from({ length: 5 }, send));
    expect(new Set(pages.map(page => page.messages[0]?.row.created_at)).size).toBe(1);
    expect((await fixture.stored()).messages).toHaveLength(1);
    const other = await fixture.group('two', ['ann', 'ben']);
    for (const taken of [
      { userId: 'ben', cid },
      { userId: 'ann', cid: other },
    ]) {
      const refused = await refusal(chat.sendMessage({ ...taken, id: 'm1', text: 'hello' }));
      expect(refused).toMatchObject({ code: 'INPUT_INVALID', field: 'id' });
    }
  });

  it('that are sent at once by many are all stored', async () => {
    const authors = ['ann', 'ben'];
    const sent = Array.from({ length: 30 }, (_, index) =>
      fixture.send(authors[index % 2] ?? '', cid, { id: `m${index}` }),
    );
    await Promise.all(sent);
    expect((await fixture.stored()).messages).toHaveLength(30);
  });

  it('answer others of the same channel, and are counted with them', async () => {
    await fixture.send('ann', cid, { id: 'm1' });
    await fixture.send('ben', cid, { id: 'r1', parent_id: 'm1' });
    await fixture.send('ann', cid, { id: 'r2', parent_id: 'm1' });
    await chat.deleteMessage(as('ann'), { id: 'r2' });
    expect((await get('m1'))?.replyCount).toBe(1);
    const replies = await chat.queryMessages(as('ann'), { cid, parent_id: 'm1', limit: 10 });
    expect(replies.messages.map(({ row }) => row.id)).toEqual(['r1']);
    const other = await fixture.group('two', ['ann']);
    const send = (parentId: string) => refusal(fixture.send('ann', other, { id: 'x', parent_id: parentId }));
    expect(await send('m1')).toMatchObject({ code: 'INPUT_INVALID', field: 'parent_id' });
    expect(await send('m2')).toMatchObject({ code: 'NOT_FOUND', field: 'parent_id' });
  });

  it('are read newest first, page by page, by members only', async () => {
    for (const id of ['m1', 'm2', 'm3']) await fixture.send('ann', cid, { id });
    const first = await chat.queryMessages(as('ben'), { cid, limit: 2 });
    const second = await chat.queryMessages(as('ben'), { cid, limit: 2, next: first.next });
    expect([first, second].map(page => page.messages.map(({ row }) => row.id))).toEqual([
      ['m3', 'm2'],
      ['m1'],
    ]);
    expect(second.next).toBeUndefined();
    expect(await refusal(chat.queryMessages(as('cat'), { cid, limit: 2 }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await refusal(chat.getMessage(as('cat'), { id: 'm1' }))).toMatchObject({ code: 'NOT_FOUND' });
    const other = await fixture.group('two', ['ben']);
    const foreign = chat.queryMessages(as('ben'), { cid: other, limit: 2, next: first.next });
    expect(await refusal(foreign)).toMatchObject({ code: 'CURSOR_INVALID' });
  });

  it('are changed by their author and by a back end, in what is named', async () => {
    await fixture.send('ann', cid, { id: 'm1', custom: { a: 1 } });
    expect(await refusal(chat.updateMessage(as('ben'), { id: 'm1', text: 'x' }))).toMatchObject({
      code: 'NOT_ALLOWED',
    });
    expect(await refusal(chat.updateMessage(as('cat'), { id: 'm1', text: 'x' }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    await chat.updateMessage(as('ann'), { id: 'm1', attachments: [{ a: 1 }] });
    await chat.updateMessage(BACK_END, { id: 'm1', custom: { b: 2 } });
    const changed = await get('m1');
    expect(changed?.row).toMatchObject({ text: 'text of m1', attachments: [{ a: 1 }], custom: { b: 2 } });
    await chat.updateMessage(as('ann'), { id: 'm1', text: 'text of m1', custom: { b: 2 } });
    expect(await get('m1')).toEqual(changed);
  });

  it('are deleted by their author, the owner of the channel and a back end', async () => {
    for (const id of ['m1', 'm2', 'm3']) await fixture.send('ben', cid, { id });
    await fixture.send('ann', cid, { id: 'm4' });
    expect(await refusal(chat.deleteMessage(as('ben'), { id: 'm4' }))).toMatchObject({ code: 'NOT_ALLOWED' });
    await chat.deleteMessage(as('ben'), { id: 'm1' });
    await chat.deleteMessage(as('ann'), { id: 'm2' });
    const deleted = await chat.deleteMessage(BACK_END, { id: 'm3' });
    expect(deleted.messages[0]?.row).toMatchObject({
      deleted_at: expect.any(Number),
      deleted_with: 'message',
    });
    expect(await fixture.seen(as('ann'), cid)).toEqual(['m4']);
    expect(await chat.deleteMessage(BACK_END, { id: 'm3' })).toEqual(deleted);
    for (const call of [
      () => chat.getMessage(as('ben'), { id: 'm1' }),
      () => chat.updateMessage(BACK_END, { id: 'm1', text: 'x' }),
      () => chat.addReaction({ userId: 'ann', message_id: 'm1', type: 'like' }),
    ]) {
      expect(await refusal(call())).toMatchObject({ code: 'NOT_FOUND' });
    }
    const all = await chat.queryMessages(BACK_END, { cid, limit: 10, include_deleted: true });
    expect(all.messages.map(({ row }) => row.id)).toEqual(['m4', 'm3', 'm2', 'm1']);
  });

  it('that a back end deletes hard leave nothing', async () => {
    await fixture.send('ann', cid, { id: 'm1' });
    await fixture.send('ben', cid, { id: 'r1', parent_id: 'm1' });
    await chat.addReaction({ userId: 'ben', message_id: 'm1', type: 'like' });
    await chat.flagMessage({ userId: 'ben', message_id: 'm1' });
    await chat.deleteMessage(BACK_END, { id: 'm1', hard: true });
    const stored = await fixture.stored();
    expect(stored.messages.map(({ id, parent_id }) => [id, parent_id])).toEqual([['r1', undefined]]);
    expect([stored.reactions, stored.flags]).toEqual([[], []]);
  });

  it('have reactions of a hundred types at most, however many people react at once', async () => {
    const cid = await fixture.group('reacted', ['ann', 'ben']);
    await fixture.send('ann', cid, { id: 'reacted' });
    const react = (userId: string, type: string) => chat.addReaction({ userId, message_id: 'reacted', type });
    for (let type = 0; type < LIMITS.reactionTypes - 1; type += 1) await react('ann', `${type}`);
    const last = await Promise.allSettled(['a', 'b', 'c'].map(type => react('ben', type)));
    expect(last.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(await refusal(react('ben', 'another'))).toMatchObject({
      code: 'INPUT_INVALID',
      field: 'type',
      message: 'type: a message has at most 100 types of reactions, and this one has 100; use one of them',
    });
    const { messages } = await react('ben', '7');
    expect(Object.keys(messages[0]?.reactionCounts ?? {})).toHaveLength(LIMITS.reactionTypes);
    expect(messages[0]?.reactionCounts['7']).toBe(2);
    await chat.removeReaction({ userId: 'ann', message_id: 'reacted', type: '8' });
    expect((await react('ben', 'another')).messages[0]?.reactionCounts).toHaveProperty('another', 1);
  });

  it('have reactions, each of a user counted once', async () => {
    await fixture.send('ann', cid, { id: 'm1' });
    const react = (userId: string, type: string) => chat.addReaction({ userId, message_id: 'm1', type });
    await react('ann', 'like');
    await react('ann', '__proto__');
    await react('ben', 'like');
    const again = await react('ben', 'like');
    expect(again.messages[0]?.ownReactions).toEqual(['like']);
    expect(Object.entries((await get('m1', as('ann')))?.reactionCounts ?? {})).toEqual([
      ['__proto__', 1],
      ['like', 2],
    ]);
    expect((await get('m1', as('ann')))?.ownReactions).toEqual(['__proto__', 'like']);
    expect((await get('m1'))?.ownReactions).toEqual([]);
    await chat.removeReaction({ userId: 'ann', message_id: 'm1', type: 'like' });
    const left = await chat.removeReaction({ userId: 'ann', message_id: 'm1', type: 'like' });
    expect(left.messages[0]).toMatchObject({ ownReactions: ['__proto__'] });
    expect(await refusal(react('cat', 'like'))).toMatchObject({ code: 'NOT_FOUND', field: 'message_id' });
  });

  it('are flagged by members, once each, and the flags are read newest first', async () => {
    await fixture.send('ann', cid, { id: 'm1' });
    await fixture.send('ben', cid, { id: 'm2' });
    await chat.flagMessage({ userId: 'ben', message_id: 'm1', reason: 'rude' });
    await chat.flagMessage({ userId: 'ann', message_id: 'm1' });
    await chat.flagMessage({ userId: 'ann', message_id: 'm2' });
    await chat.flagMessage({ userId: 'ann', message_id: 'm2', reason: 'spam' });
    const first = await chat.queryFlags({ limit: 2 });
    const second = await chat.queryFlags({ limit: 2, next: first.next });
    const flags = [...first.flags, ...second.flags];
    expect(flags.map(flag => [flag.message_id, flag.user_id, flag.reason])).toEqual([
      ['m2', 'ann', 'spam'],
      ['m1', 'ann', undefined],
      ['m1', 'ben', 'rude'],
    ]);
    expect(first.messages.map(({ row }) => row.id).sort()).toEqual(['m1', 'm2']);
    expect([...first.users.keys()].sort()).toEqual(['ann', 'ben']);
    expect(second.next).toBeUndefined();
    await chat.unflagMessage({ userId: 'ann', message_id: 'm2' });
    await chat.deleteMessage(BACK_END, { id: 'm1' });
    expect((await chat.queryFlags({ limit: 2 })).flags).toEqual([]);
    expect(await refusal(chat.flagMessage({ userId: 'cat', message_id: 'm2' }))).toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('of an author under a shadow ban are seen by the author and by a back end only', async () => {
    await fixture.send('ann', cid, { id: 'm1' });
    const before = (await chat.getChannel(as('ann'), { cid })).channels;
    await fixture.setUser('ben', 'shadow_banned', true);
    await fixture.send('ben', cid, { id: 's1', parent_id: 'm1' });
    expect(await fixture.seen(as('ann'), cid)).toEqual(['m1']);
    expect(await fixture.seen(as('ben'), cid)).toEqual(['s1', 'm1']);
    expect(await fixture.seen(BACK_END, cid)).toEqual(['s1', 'm1']);
    expect((await get('m1', as('ann')))?.replyCount).toBe(0);
    expect((await get('m1', as('ben')))?.replyCount).toBe(1);
    expect((await chat.getChannel(as('ann'), { cid })).channels).toEqual(before);
    const react = chat.addReaction({ userId: 'ann', message_id: 's1', type: 'like' });
    expect(await refusal(react)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusal(fixture.send('ann', cid, { id: 'a2', parent_id: 's1' }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    await fixture.setUser('ben', 'shadow_banned', false);
    await fixture.send('ben', cid, { id: 'm2' });
    expect(await fixture.seen(as('ann'), cid)).toEqual(['m2', 'm1']);
  });

  it('that an author changes under a shadow ban are seen, as they are then, by the author and by a back end only', async () => {
    await fixture.send('ben', cid, { id: 'b1', text: 'before' });
    await fixture.send('ann', cid, { id: 'm1', parent_id: 'b1' });
    await fixture.setUser('ben', 'shadow_banned', true);
    expect(await fixture.seen(as('ann'), cid)).toEqual(['m1', 'b1']);
    await chat.updateMessage(as('ben'), { id: 'b1', text: 'before' });
    expect(await fixture.seen(as('ann'), cid)).toEqual(['m1', 'b1']);
    await chat.updateMessage(as('ben'), { id: 'b1', text: 'smuggled' });
    expect(await fixture.seen(as('ann'), cid)).toEqual(['m1']);
    expect(await refusal(chat.getMessage(as('ann'), { id: 'b1' }))).toMatchObject({ code: 'NOT_FOUND' });
    for (const viewer of [as('ben'), BACK_END]) {
      expect((await get('b1', viewer))?.row.text).toBe('smuggled');
    }
    await chat.updateMessage(BACK_END, { id: 'm1', text: 'a back end changes what it wants' });
    expect(await fixture.seen(as('ann'), cid)).toEqual(['m1']);
  });

  it('under a shadow ban move the last message of the channel for their author only', async () => {
    await fixture.send('ann', cid, { id: 'm1' });
    const last = async (viewer: Parameters<Chat['getChannel']>[0]) =>
      (await chat.getChannel(viewer, { cid })).channels[0]?.row.last_message_at;
    const first = await last(BACK_END);
    await fixture.setUser('ben', 'shadow_banned', true);
    fixture.content.clock.now += 10_000;
    await fixture.send('ben', cid, { id: 's1' });
    expect(await last(as('ann'))).toBe(first);
    expect(await last(BACK_END)).toBe(first);
    expect(await last(as('ben'))).toBe((await get('s1', as('ben')))?.row.created_at);
    expect((await chat.queryChannels(as('ben'), { limit: 1 })).channels[0]?.row.last_message_at).toBe(
      await last(as('ben')),
    );
    fixture.content.clock.now += 10_000;
    await fixture.send('ann', cid, { id: 'm2' });
    expect(await last(as('ben'))).toBe(await last(as('ann')));
  });

  it('are out of sight as soon as their author is being deleted with them', async () => {
    await fixture.send('ann', cid, { id: 'm1' });
    await fixture.send('ben', cid, { id: 'm2' });
    await fixture.content.acceptDeletion('ann', { conversations: 'hard' });
    expect(await fixture.seen(as('ben'), cid)).toEqual(['m2', 'm1']);
    await fixture.content.acceptDeletion('ann', { messages: 'soft' });
    expect(await fixture.seen(as('ben'), cid)).toEqual(['m2']);
    expect(await fixture.seen(BACK_END, cid)).toEqual(['m2']);
    expect(await refusal(chat.getMessage(as('ben'), { id: 'm1' }))).toMatchObject({ code: 'NOT_FOUND' });
    await fixture.content.acceptDeletion('ann', { messages: 'soft' }, 'cancelled');
    expect(await fixture.seen(as('ben'), cid)).toEqual(['m2', 'm1']);
  });
});
