import type { ContentModes } from '@rollcall/protocol';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { as, BACK_END, ChatFixture, type StoredChat } from '../support/chat/chat-fixture.js';
import { ADMIN, type CascadeOptions } from '../support/products/content-fixture.js';

describeOnEveryEngine('the chat of a user', engine => {
  let fixture: ChatFixture;
  let group: string;
  let pair: string;
  let other: string;

  /** Ann writes a0–a4 in a group of three and d0–d1 to ben, who reacts, flags and answers; s1 was deleted singly. */
  beforeEach(async () => {
    fixture = await ChatFixture.open(engine);
    const { chat } = fixture;
    group = await fixture.group('group', ['ann', 'ben', 'cat']);
    pair = await fixture.pair('ann', 'ben');
    other = await fixture.pair('ben', 'cat');
    await fixture.send('ben', group, { id: 'b0' });
    for (const id of ['a0', 'a1', 'a2', 'a3', 'a4', 's1']) await fixture.send('ann', group, { id });
    await fixture.send('ben', group, { id: 'b1', parent_id: 'a1' });
    await fixture.send('cat', group, { id: 'c1', parent_id: 'a2' });
    await fixture.send('ann', pair, { id: 'd0' });
    await fixture.send('ann', pair, { id: 'd1' });
    await fixture.send('ben', pair, { id: 'e0' });
    await fixture.send('ben', other, { id: 'o0' });
    for (const [userId, message_id] of [
      ['ben', 'a0'],
      ['ann', 'a0'],
      ['cat', 'a1'],
      ['ann', 'b0'],
      ['ann', 'e0'],
      ['cat', 'b0'],
      ['ben', 'd0'],
    ] as const) {
      await chat.addReaction({ userId, message_id, type: 'like' });
    }
    await chat.addReaction({ userId: 'ann', message_id: 'b0', type: 'wow' });
    await chat.flagMessage({ userId: 'ben', message_id: 'a0' });
    await chat.flagMessage({ userId: 'ann', message_id: 'b0' });
    await chat.flagMessage({ userId: 'cat', message_id: 'b0' });
    await chat.deleteMessage(BACK_END, { id: 's1' });
  });

  afterEach(() => fixture.close());

  const product = () => fixture.chat.product;
  const cascade = (
    operation: 'deactivate' | 'reactivate' | 'delete' | 'restore',
    { userId = 'ann', ...options }: CascadeOptions & { userId?: string } = {},
  ) => fixture.content.cascade(product(), operation, { userId, ...options });
  const count = (options: CascadeOptions) => fixture.content.count(product(), { userId: 'ann', ...options });
  const events = () => fixture.content.newEvents();
  const pairEvent = (type: string, cid: string, user_ids: string[], mode?: string) => ({
    type,
    actor_id: ADMIN.id,
    user_ids,
    channel: { cid, type: 'messaging', id: cid.slice('messaging:'.length) },
    ...(mode && { mode }),
  });
  /** How each message of a state was deleted. */
  const deletions = ({ messages }: StoredChat) =>
    Object.fromEntries(messages.map(row => [row.id, row.deleted_with]));
  const OWN = ['a0', 'a1', 'a2', 'a3', 'a4', 'd0', 'd1'];
  const allOwn = (how: string | undefined) => Object.fromEntries(OWN.map(id => [id, how]));

  it.each([2, 100])('is hidden by a deactivation, and back after it, in batches of %i', async limit => {
    const before = await fixture.stored();
    expect(await cascade('deactivate', { limit })).toEqual({ messages: 7 });
    const hidden = await fixture.stored();
    expect(deletions(hidden)).toEqual({ ...deletions(before), ...allOwn('deactivation') });
    expect(hidden.messages.find(row => row.id === 'a0')).toMatchObject({
      text: 'text of a0',
      deleted_at: expect.any(Number),
    });
    expect({ ...hidden, messages: [] }).toEqual({ ...before, messages: [] });
    expect(await fixture.seen(as('ben'), group)).toEqual(['c1', 'b1', 'b0']);
    expect(await cascade('deactivate', { limit })).toEqual({});
    expect(await cascade('restore', { limit })).toEqual({});
    expect(await cascade('reactivate', { limit })).toEqual({ messages: 7 });
    expect(await fixture.stored()).toEqual(before);
    expect(await cascade('reactivate', { limit })).toEqual({});
    expect(await events()).toEqual([]);
  });

  it.each([2, 100])(
    'is hidden by a soft deletion, and exactly that comes back, in batches of %i',
    async limit => {
      const modes: ContentModes = { messages: 'soft', conversations: 'soft' };
      const before = await fixture.stored();
      const counted = await count({ modes });
      expect(await cascade('delete', { modes, limit })).toEqual(counted);
      expect(counted).toEqual({ messages: 7, channels: 1 });
      const hidden = await fixture.stored();
      expect(deletions(hidden)).toEqual({ ...deletions(before), ...allOwn('deletion') });
      expect(hidden.channels.filter(row => row.deleted_at !== undefined).map(row => row.cid)).toEqual([pair]);
      expect(await events()).toEqual([pairEvent('channel.deleted', pair, ['ann', 'ben'], 'soft')]);
      expect(await cascade('delete', { modes, limit })).toEqual({});
      expect(await cascade('reactivate', { limit })).toEqual({});
      expect(await fixture.stored()).toEqual(hidden);
      expect(await cascade('restore', { limit })).toEqual({ messages: 7, channels: 1 });
      expect(await fixture.stored()).toEqual(before);
      expect(await cascade('restore', { limit })).toEqual({});
      expect(await events()).toEqual([pairEvent('channel.restored', pair, ['ann', 'ben'])]);
    },
  );

  it('that a deactivation hid stays hidden when a deletion is undone', async () => {
    await cascade('deactivate');
    await fixture.send('ann', group, { id: 'a5' });
    const before = await fixture.stored();
    expect(await cascade('delete', { modes: { messages: 'soft' } })).toEqual({ messages: 1 });
    expect(await cascade('restore')).toEqual({ messages: 1 });
    expect(await fixture.stored()).toEqual(before);
  });

  it.each([2, 100])('is pruned to who, where and when, in batches of %i', async limit => {
    await cascade('deactivate');
    await fixture.send('ann', group, { id: 'a5', attachments: [{ a: 1 }], custom: { b: 2 } });
    const modes: ContentModes = { messages: 'pruning' };
    const before = await fixture.stored();
    const counted = await count({ modes });
    expect(await cascade('delete', { modes, limit })).toEqual(counted);
    expect(counted).toEqual({ messages: 9, reactions: 4, flags: 1 });
    const after = await fixture.stored();
    expect(after.messages.filter(row => row.user_id !== 'ann')).toEqual(
      before.messages.filter(row => row.user_id !== 'ann'),
    );
    for (const row of before.messages.filter(one => one.user_id === 'ann')) {
      const { text, ...rest } = row;
      expect(after.messages.find(one => one.id === row.id)).toEqual({
        ...rest,
        attachments: [],
        custom: {},
        pruned: true,
        deleted_at: row.deleted_at ?? expect.any(Number),
        deleted_with: row.deleted_with ?? 'deletion',
      });
    }
    const ofOthers = (rows: readonly { message_id: string }[]) =>
      rows.filter(row => /^[bceo]/.test(row.message_id));
    expect(after.reactions).toEqual(ofOthers(before.reactions));
    expect(after.flags).toEqual(ofOthers(before.flags));
    expect([after.channels, after.members]).toEqual([before.channels, before.members]);
    expect(await cascade('delete', { modes, limit })).toEqual({});
    expect(await cascade('restore')).toEqual({});
    expect(await fixture.stored()).toEqual(after);
    expect(await events()).toEqual([]);
  });

  it.each([2, 100])(
    'loses every message to a hard deletion, answers to them stay, in batches of %i',
    async limit => {
      await cascade('deactivate');
      const modes: ContentModes = { messages: 'hard' };
      const before = await fixture.stored();
      const counted = await count({ modes });
      expect(await cascade('delete', { modes, limit })).toEqual(counted);
      expect(counted).toEqual({ messages: 8, reactions: 4, flags: 1 });
      const after = await fixture.stored();
      expect(after.messages).toEqual(
        before.messages.filter(row => row.user_id !== 'ann').map(({ parent_id, ...row }) => row),
      );
      expect([after.reactions, after.flags].flat().some(row => /^[ad]/.test(row.message_id))).toBe(false);
      expect([after.channels, after.members]).toEqual([before.channels, before.members]);
      expect(await cascade('delete', { modes, limit })).toEqual({});
      expect(await events()).toEqual([]);
    },
  );

  it.each([2, 100])('loses its 1:1 channels with what both wrote, in batches of %i', async limit => {
    await cascade('delete', { modes: { conversations: 'soft' } });
    const second = await fixture.pair('ann', 'cat');
    await events();
    const modes: ContentModes = { conversations: 'hard' };
    const before = await fixture.stored();
    const counted = await count({ modes });
    expect(await cascade('delete', { modes, limit })).toEqual(counted);
    expect(counted).toEqual({ messages: 3, reactions: 2, channels: 2 });
    const after = await fixture.stored();
    const left = <Row extends { cid: string }>(rows: Row[]) =>
      rows.filter(({ cid }) => ![pair, second].includes(cid));
    expect(after.channels).toEqual(left(before.channels));
    expect(after.members).toEqual(left(before.members));
    expect(after.messages).toEqual(left(before.messages));
    expect(after.reactions).toEqual(before.reactions.filter(row => !/^[de]/.test(row.message_id)));
    expect(after.flags).toEqual(before.flags);
    expect(await events()).toEqual([
      pairEvent('channel.deleted', second, ['ann', 'cat'], 'hard'),
      pairEvent('channel.deleted', pair, ['ann', 'ben'], 'hard'),
    ]);
    expect(await cascade('delete', { modes, limit })).toEqual({});
    expect(await events()).toEqual([]);
  });

  it.each([2, 100])(
    'is forgotten with its user, whose channels go to a new owner, in batches of %i',
    async limit => {
      const second = await fixture.group('second', ['ann']);
      const third = await fixture.group('third', ['ann']);
      const options = { modes: { messages: 'hard', conversations: 'hard' }, eraseUser: true } as const;
      const before = await fixture.stored();
      const counted = await count(options);
      expect(await cascade('delete', { ...options, limit })).toEqual(counted);
      expect(counted).toEqual({
        messages: 9,
        reactions: 7,
        flags: 2,
        channels: 1,
        memberships: 3,
        ownerships: 3,
      });
      const after = await fixture.stored();
      expect(JSON.stringify(after)).not.toMatch(/\bann\b/);
      expect(after.channels.map(row => [row.cid, row.owner_id])).toEqual([
        [other, 'ben'],
        [group, 'newOwner'],
        [second, 'newOwner'],
        [third, 'newOwner'],
      ]);
      expect(after.messages.map(row => row.id)).toEqual(['b0', 'b1', 'c1', 'o0']);
      expect(after.reactions).toEqual(
        before.reactions.filter(row => row.user_id === 'cat' && row.message_id === 'b0'),
      );
      expect(after.members).toEqual(before.members.filter(row => row.user_id !== 'ann' && row.cid !== pair));
      expect(after.responseTimes).toEqual(before.responseTimes.filter(row => row.user_id !== 'ann'));
      const updated = (cid: string) => ({
        type: 'channel.updated',
        actor_id: ADMIN.id,
        user_ids: ['newOwner'],
        channel: { cid, type: 'team', id: cid.slice('team:'.length), owner_id: 'newOwner' },
      });
      expect(await events()).toEqual([
        pairEvent('channel.deleted', pair, ['ann', 'ben'], 'hard'),
        ...[group, second, third].map(updated),
      ]);
      expect(await cascade('delete', { ...options, limit })).toEqual({});
      expect(await fixture.stored()).toEqual(after);
      expect(await events()).toEqual([]);
    },
  );

  it('asks for no new owner when there is nothing to inherit', async () => {
    const options = { modes: { messages: 'hard', conversations: 'hard' }, eraseUser: true } as const;
    await cascade('delete', { userId: 'cat', ...options });
    expect(fixture.content.newOwners).toBe(0);
    expect(JSON.stringify(await fixture.stored())).not.toMatch(/\bcat\b/);
  });

  it('is left alone where no mode is named', async () => {
    const before = await fixture.stored();
    expect(await count({})).toEqual({});
    expect(await cascade('delete', { modes: { calls: 'hard' } })).toEqual({});
    expect(await fixture.stored()).toEqual(before);
  });

  it('with somebody is back when both are back, in either order', async () => {
    const before = await fixture.stored();
    const modes: ContentModes = { conversations: 'soft' };
    expect(await cascade('delete', { modes })).toEqual({ channels: 1 });
    expect(await cascade('delete', { userId: 'ben', modes })).toEqual({ channels: 1 });
    expect(await events()).toEqual([
      pairEvent('channel.deleted', pair, ['ann', 'ben'], 'soft'),
      pairEvent('channel.deleted', other, ['ben', 'cat'], 'soft'),
    ]);
    expect(await cascade('restore')).toEqual({});
    expect(await events()).toEqual([]);
    expect(await cascade('restore', { userId: 'ben' })).toEqual({ channels: 2 });
    expect(await fixture.stored()).toEqual(before);
    expect(await events()).toHaveLength(2);
  });

  it('with somebody stays deleted when the two have opened another channel meanwhile', async () => {
    await cascade('delete', { modes: { conversations: 'soft' } });
    const second = await fixture.pair('ben', 'ann');
    expect(second).not.toBe(pair);
    await events();
    expect(await cascade('restore')).toEqual({});
    expect(await events()).toEqual([]);
    const open = (await fixture.stored()).channels.filter(row => row.deleted_at === undefined);
    expect(open.map(row => row.cid)).not.toContain(pair);
    expect(await fixture.pair('ann', 'ben')).toBe(second);
  });

  it('with somebody comes back as the newest of the channels that were deleted', async () => {
    await cascade('delete', { modes: { conversations: 'soft' } });
    const second = await fixture.pair('ben', 'ann');
    await cascade('delete', { modes: { conversations: 'soft' } });
    await events();
    expect(await cascade('restore', { limit: 1 })).toEqual({ channels: 1 });
    expect(await events()).toEqual([pairEvent('channel.restored', second, ['ann', 'ben'])]);
  });

  it('leaves nothing behind that was put to a message while it was being removed', async () => {
    const { chat } = fixture;
    const writes = OWN.slice(0, 5).flatMap(id => [
      chat.addReaction({ userId: 'cat', message_id: id, type: 'late' }),
      chat.flagMessage({ userId: 'cat', message_id: id }),
      chat.sendMessage({ userId: 'ben', cid: group, text: 'late', parent_id: id }),
      chat.addReaction({ userId: 'ben', message_id: id, type: 'late' }),
    ]);
    const swept = cascade('delete', { modes: { messages: 'hard' }, limit: 1 });
    for (const write of await Promise.allSettled(writes)) {
      if (write.status === 'rejected') expect(write.reason).toMatchObject({ code: 'NOT_FOUND' });
    }
    await swept;
    const { messages, reactions, flags } = await fixture.stored();
    const left = new Set(messages.map(row => row.id));
    expect(messages.filter(row => row.user_id === 'ann')).toEqual([]);
    const named = [
      ...messages.flatMap(row => row.parent_id ?? []),
      ...reactions.map(row => row.message_id),
      ...flags.map(row => row.message_id),
    ];
    expect(named.filter(id => !left.has(id))).toEqual([]);
  });

  it('with somebody is removed with what is written into it meanwhile', async () => {
    const writes = Array.from({ length: 10 }, (_, index) =>
      fixture.chat.sendMessage({ userId: 'ben', cid: pair, id: `late${index}`, text: 'late' }),
    );
    const swept = cascade('delete', { modes: { conversations: 'hard' }, limit: 1 });
    for (const write of await Promise.allSettled(writes)) {
      if (write.status === 'rejected') expect(write.reason).toMatchObject({ code: 'NOT_FOUND' });
    }
    await swept;
    const stored = await fixture.stored();
    const rows = [...stored.channels, ...stored.members, ...stored.messages];
    expect(rows.filter(({ cid }) => cid === pair)).toEqual([]);
  });

  it.each([1, 3, 100])('is exported whole, deleted parts too, in pages of %i', async limit => {
    await cascade('deactivate');
    await cascade('delete', { modes: { conversations: 'soft' } });
    const records = await fixture.content.export(product(), 'ann', limit);
    expect(records.map(({ kind, cid, id, message_id }) => [kind, id ?? message_id ?? cid])).toEqual([
      ['channel', pair],
      ['channel', group],
      ...['a0', 'a1', 'a2', 'a3', 'a4', 's1', 'd0', 'd1'].map(id => ['message', id]),
      ['reaction', 'a0'],
      ['reaction', 'b0'],
      ['reaction', 'b0'],
      ['reaction', 'e0'],
      ['flag', 'b0'],
    ]);
    expect(records[0]).toMatchObject({ role: 'owner', custom: {}, deleted_at: expect.any(Number) });
    expect(records.find(({ id }) => id === 'a0')).toMatchObject({
      cid: group,
      text: 'text of a0',
      deleted_at: expect.any(Number),
    });
    const [membership] = await fixture.content.export(product(), 'cat', limit);
    expect(membership).toMatchObject({ role: 'member' });
    expect(membership).not.toHaveProperty('custom');
  });
});
