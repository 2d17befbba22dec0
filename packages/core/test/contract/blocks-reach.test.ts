/** A blocked user cannot reach the user who blocked it: not by a call that names that user, and not where the two are alone. */
import { createCallSchema, deleteUsersSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Viewer } from '../../src/users/viewer.js';
import { openTestDirectory, refusal, SERVER, type TestDirectory } from '../support/test-directory.js';

const BACK_END: Viewer = { kind: 'server' };
const as = (userId: string): Viewer => ({ kind: 'user', userId });

describeOnEveryEngine('a block between two', engine => {
  let directory: TestDirectory;

  beforeEach(async () => {
    directory = await openTestDirectory(engine);
    await directory.users.upsert(SERVER, [{ id: 'ann' }, { id: 'ben' }, { id: 'cat' }]);
  });

  afterEach(() => directory.close());

  /** `ben` blocks `ann`: from now on neither reaches the other. */
  const block = () =>
    directory.blocks.block({ type: 'user', id: 'ben' }, BACK_END, { userId: 'ben', id: 'ann' });
  const unblock = () => directory.blocks.unblock({ type: 'user', id: 'ben' }, { userId: 'ben', id: 'ann' });
  const channel = async (userId: string, members: string[], id?: string) => {
    const request = { type: 'team', viewer: as(userId), userId, members, ...(id !== undefined && { id }) };
    return (await directory.chat.createChannel(request)).channels[0]?.row.cid as string;
  };
  const add = (userId: string, cid: string, members: string[]) =>
    directory.chat.addMembers(as(userId), { cid, members });
  const call = async (userId: string, members: string[], id?: string) => {
    const input = createCallSchema.parse({ type: 'call', members, ...(id !== undefined && { id }) });
    return (await directory.video.createCall(as(userId), { ...input, user_id: userId })).calls[0]?.row
      .cid as string;
  };
  const send = async (userId: string, cid: string, id?: string) =>
    (await directory.chat.sendMessage({ cid, userId, text: 'hello', ...(id !== undefined && { id }) }))
      .messages[0]?.row.id as string;

  const PAIRS = [
    ['ann', 'ben'],
    ['ben', 'ann'],
  ] as const;
  const REFUSED = (field: string) => ({
    code: 'NOT_ALLOWED',
    field,
    message: `${field}: one of the two users has blocked the other`,
  });

  it('keeps both from a channel with the other, with an id or without, alone or among others', async () => {
    await block();
    await directory.newEvents();
    for (const [one, other] of PAIRS) {
      expect(await refusal(channel(one, [other]))).toMatchObject(REFUSED('members'));
      expect(await refusal(channel(one, [other], 'x'))).toMatchObject(REFUSED('members'));
      expect(await refusal(channel(one, ['cat', other], 'x'))).toMatchObject(REFUSED('members'));
      expect(await refusal(channel(one, ['cat', other]))).toMatchObject(REFUSED('members'));
    }
    const { channels } = await directory.chat.queryChannels(BACK_END, { limit: 10 });
    expect(channels).toEqual([]);
    expect(await directory.newEvents()).toEqual([]);
    await unblock();
    expect(await channel('ann', ['ben'], 'x')).toBe('team:x');
  });

  it('keeps both from adding the other to a channel', async () => {
    const mine = await channel('ann', [], 'mine');
    const its = await channel('ben', ['cat'], 'its');
    await block();
    expect(await refusal(add('ann', mine, ['cat', 'ben']))).toMatchObject(REFUSED('members'));
    expect(await refusal(add('ben', its, ['ann']))).toMatchObject(REFUSED('members'));
    expect((await directory.chat.getChannel(BACK_END, { cid: mine })).channels[0]?.memberCount).toBe(1);
    expect(
      (await directory.chat.addMembers(BACK_END, { cid: mine, members: ['ben'] })).channels,
    ).toHaveLength(1);
  });

  it('keeps both from writing where they are alone, however that came about', async () => {
    const pair = await channel('ann', ['ben']);
    const named = await channel('ann', ['ben'], 'named');
    const left = await channel('ann', ['ben', 'cat'], 'left');
    await directory.chat.removeMembers(as('cat'), { cid: left, members: ['cat'] });
    for (const cid of [pair, named, left]) {
      const written = { ann: await send('ann', cid), ben: await send('ben', cid) };
      await block();
      for (const [one, other] of PAIRS) {
        const sent = await refusal(send(one, cid));
        expect(sent).toMatchObject(REFUSED('cid'));
        const reaction = { userId: one, message_id: written[other], type: 'like' };
        expect(await refusal(directory.chat.addReaction(reaction))).toMatchObject(REFUSED('message_id'));
        const change = directory.chat.updateMessage(as(one), { id: written[one], text: 'again' });
        expect(await refusal(change)).toMatchObject(REFUSED('id'));
      }
      const { messages } = await directory.chat.queryMessages(as('ben'), { cid, limit: 10 });
      expect(messages.map(({ row, reactionCounts }) => [row.text, { ...reactionCounts }])).toEqual([
        ['hello', {}],
        ['hello', {}],
      ]);
      await unblock();
      await send('ann', cid);
    }
  });

  it('is not got round by a third member', async () => {
    const named = await channel('ann', ['ben'], 'named');
    const ring = await call('ann', ['ben']);
    await block();
    expect(await refusal(add('ann', named, ['cat']))).toMatchObject(REFUSED('cid'));
    const third = directory.video.addCallMembers(as('ann'), { cid: ring, members: ['cat'] });
    expect(await refusal(third)).toMatchObject(REFUSED('cid'));
    await directory.chat.removeMembers(as('ann'), { cid: named, members: ['ann'] });
    expect(await refusal(add('ann', named, ['cat']))).toMatchObject(REFUSED('cid'));
    expect(await refusal(add('ann', named, ['ann']))).toMatchObject(REFUSED('cid'));
  });

  it('keeps both from calls: making one, joining the 1:1 call from before, and adding the other', async () => {
    const before = await call('ann', ['ben'], 'before');
    const open = await call('ann', ['cat'], 'open');
    await block();
    for (const [one, other] of PAIRS) {
      expect(await refusal(call(one, [other]))).toMatchObject({ ...REFUSED('members'), index: 0 });
      expect(await refusal(call(one, ['cat', other], 'x'))).toMatchObject({
        ...REFUSED('members'),
        index: 1,
      });
      expect(await refusal(directory.video.joinCall({ cid: before, user_id: one }))).toMatchObject(
        REFUSED('cid'),
      );
    }
    const added = directory.video.addCallMembers(as('ann'), { cid: open, members: ['ben'] });
    expect(await refusal(added)).toMatchObject({ ...REFUSED('members'), index: 0 });
    await directory.video.leaveCall({ cid: before, user_id: 'ann' });
    const [stored] = (await directory.video.getCall(BACK_END, before)).calls;
    expect(stored?.row.started_at).toBeUndefined();
    await unblock();
    await directory.video.joinCall({ cid: before, user_id: 'ann' });
  });

  it('keeps both from a group in which nobody is left but the two, because the others were deleted', async () => {
    const group = await channel('cat', ['ann', 'ben'], 'group');
    const conference = await call('cat', ['ann', 'ben'], 'conference');
    await block();
    await send('ann', group);
    await directory.video.joinCall({ cid: conference, user_id: 'ann' });
    await directory.video.leaveCall({ cid: conference, user_id: 'ann' });
    await directory.lifeCycle.deleteUsers(SERVER, deleteUsersSchema.parse({ ids: ['cat'] }));
    await directory.users.upsert(SERVER, [{ id: 'dan' }]);
    for (const [one] of PAIRS) {
      expect(await refusal(send(one, group))).toMatchObject(REFUSED('cid'));
      const joining = directory.video.joinCall({ cid: conference, user_id: one });
      expect(await refusal(joining)).toMatchObject(REFUSED('cid'));
      const adding = directory.video.addCallMembers(as(one), { cid: conference, members: ['dan'] });
      expect(await refusal(adding)).toMatchObject(REFUSED('cid'));
    }
  });

  it('leaves groups usable that both are in, reading and taking back too, and a third who adds both', async () => {
    const group = await channel('cat', ['ann', 'ben'], 'group');
    const conference = await call('cat', ['ann', 'ben'], 'conference');
    const pair = await channel('ann', ['ben']);
    const before = await send('ann', pair, 'before');
    await directory.chat.addReaction({ userId: 'ben', message_id: before, type: 'like' });
    await block();
    const message = await send('ann', group);
    await directory.chat.addReaction({ userId: 'ben', message_id: message, type: 'like' });
    await directory.video.joinCall({ cid: conference, user_id: 'ann' });
    await channel('cat', ['ann', 'ben'], 'another');
    expect(await send('ann', pair, 'before')).toBe(before);
    await directory.chat.flagMessage({ userId: 'ben', message_id: before });
    await directory.chat.removeReaction({ userId: 'ben', message_id: before, type: 'like' });
    await directory.chat.deleteMessage(as('ann'), { id: before });
    expect((await directory.chat.getChannel(as('ann'), { cid: pair })).channels).toHaveLength(1);
  });

  it('that is made while the other writes comes before or after it, never in between', async () => {
    const pair = await channel('ann', ['ben']);
    const [, ...sent] = await Promise.allSettled([
      block(),
      ...Array.from({ length: 6 }, () => send('ann', pair)),
    ]);
    const refused = sent.filter(one => one.status === 'rejected').map(one => one.reason);
    for (const error of refused) expect(error).toMatchObject(REFUSED('cid'));
    expect(await refusal(send('ann', pair))).toMatchObject(REFUSED('cid'));
    const { messages } = await directory.chat.queryMessages(BACK_END, { cid: pair, limit: 10 });
    expect(messages).toHaveLength(6 - refused.length);
  });
});
