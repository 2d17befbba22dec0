import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApi, refusal, type TestApi } from '../test/support/test-api.js';

let test: TestApi;
const chat = (userId?: string) => test.as(userId).chat;

beforeAll(async () => {
  test = await openTestApi();
  const { directory } = test;
  await directory.users.upsert({ type: 'server' }, [
    { id: 'ann', name: 'Ann', teams: ['red'], privacy_settings: { read_receipts: { enabled: false } } },
    { id: 'ben' },
    { id: 'cat', role: 'guest' },
  ]);
  await directory.settings.update({ type: 'server' }, { grants: { guest: ['read-users'] } });
});

afterAll(() => test.close());

describe('chat', () => {
  it('shows everybody the others as they are now, and only what is public of them', async () => {
    const { channel } = await chat('ann').createChannel({
      type: 'team',
      id: 'one',
      members: ['ben'],
      team: 'red',
    });
    expect(channel).toMatchObject({ cid: 'team:one', owner_id: 'ann', one_to_one: false, member_count: 2 });
    const { message } = await chat('ann').sendMessage({ cid: channel.cid, id: 'm1', text: 'hello' });
    expect(message.user).toMatchObject({
      name: 'Ann',
      privacy_settings: { read_receipts: { enabled: false } },
    });
    await test.directory.users.partialUpdate({ type: 'server' }, [{ id: 'ann', set: { name: 'Anna' } }], {
      fields: 'server',
      authorise: () => undefined,
    });
    const { messages } = await chat('ben').queryMessages({ cid: channel.cid });
    expect(messages[0]?.user.name).toBe('Anna');
    expect(messages[0]?.user).not.toHaveProperty('privacy_settings');
    expect(messages[0]).not.toHaveProperty('shadowed');
    const { channels } = await chat('ben').queryChannels({});
    expect(channels[0]?.members.map(({ user }) => user.name)).toEqual(['Anna', undefined]);
    expect(channels[0]).not.toHaveProperty('pair');
  });

  it('takes from a user token no other name than its own, and from a server token some name', async () => {
    const message = { cid: 'team:one', text: 'x' };
    expect(await refusal(chat('ann').sendMessage({ ...message, user_id: 'ben' }))).toMatchObject({
      code: 'NOT_ALLOWED',
      field: 'user_id',
    });
    expect(await refusal(chat().sendMessage(message))).toMatchObject({
      code: 'INPUT_INVALID',
      field: 'user_id',
    });
    expect(await refusal(chat('ben').queryMessages({ cid: 'team:one', user_id: 'ann' }))).toMatchObject({
      code: 'NOT_ALLOWED',
    });
    const sent = await chat().sendMessage({ ...message, user_id: 'ben', id: 'm2' });
    expect(sent.message.user_id).toBe('ben');
  });

  it('asks for grants of user tokens only', async () => {
    expect(await refusal(chat('cat').createChannel({ type: 'team' }))).toMatchObject({ code: 'NOT_ALLOWED' });
    expect(await refusal(chat('cat').sendMessage({ cid: 'team:one', text: 'x' }))).toMatchObject({
      code: 'NOT_ALLOWED',
    });
    await chat().createChannel({ type: 'team', user_id: 'cat' });
  });

  it('keeps deleted content and flags for back ends', async () => {
    await chat('ben').flagMessage({ message_id: 'm1', reason: 'rude' });
    const { flags } = await chat().queryFlags({});
    expect(flags).toMatchObject([
      { message: { id: 'm1', user: { id: 'ann' } }, user_id: 'ben', user: { id: 'ben' }, reason: 'rude' },
    ]);
    expect(await refusal(chat('ann').queryFlags({}))).toMatchObject({ code: 'NOT_ALLOWED' });
    await chat('ann').deleteMessage({ id: 'm1' });
    const calls = [
      () => chat('ann').deleteMessage({ id: 'm2', hard: true }),
      () => chat('ann').getMessage({ id: 'm1', include_deleted: true }),
      () => chat('ann').getChannel({ cid: 'team:one', include_deleted: true }),
      () => chat('ann').queryMessages({ cid: 'team:one', include_deleted: true }),
    ];
    for (const call of calls) expect(await refusal(call())).toMatchObject({ code: 'NOT_ALLOWED' });
    const { message } = await chat().getMessage({ id: 'm1', include_deleted: true });
    expect(message).toMatchObject({ id: 'm1', deleted_at: expect.any(Number) });
    const all = await chat().queryMessages({ cid: 'team:one', include_deleted: true });
    expect(all.messages.map(({ id }) => id)).toEqual(['m2', 'm1']);
  });

  it('lets a back end see with the eyes of a user', async () => {
    await chat('ann').addReaction({ message_id: 'm2', type: 'like' });
    const { message } = await chat().getMessage({ id: 'm2', user_id: 'ann' });
    expect(message).toMatchObject({ reaction_counts: { like: 1 }, own_reactions: ['like'] });
    expect((await chat().getMessage({ id: 'm2' })).message.own_reactions).toEqual([]);
    expect(await refusal(chat().getMessage({ id: 'm2', user_id: 'cat' }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect((await chat().queryChannels({ user_id: 'ben' })).channels).toHaveLength(1);
  });

  it('opens one channel for two', async () => {
    const { channel } = await chat('ann').createChannel({ type: 'messaging', members: ['ben'] });
    expect(channel).toMatchObject({ one_to_one: true, member_count: 2 });
    expect((await chat('ben').createChannel({ type: 'messaging', members: ['ann'] })).channel.cid).toBe(
      channel.cid,
    );
    expect(await refusal(chat('ann').addMembers({ cid: channel.cid, members: ['cat'] }))).toMatchObject({
      code: 'NOT_ALLOWED',
    });
  });
});
