import { type Client, createClient } from '@rollcall/client';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';

let process: ServerProcess;
let server: ServerClient;
let ann: Client;

beforeAll(async () => {
  process = await startServerProcess();
  server = createServerClient({ url: process.url, secret: SECRET });
  await server.upsertUsers([{ id: 'ann', name: 'Ann' }, { id: 'ben' }, { id: 'cat' }]);
  ann = createClient({ url: process.url });
  await ann.connectUser({ id: 'ann' }, await server.createToken('ann'));
});

afterAll(async () => {
  await ann.disconnectUser();
  await server.disconnect();
  expect(await process.stop()).toBe(0);
});

const cid = 'room:tea';

it('a user makes a channel, says who is in it, and finds it', async () => {
  const { channel } = await ann.chat.createChannel({ type: 'room', id: 'tea', members: ['ben', 'cat'] });
  expect(channel).toMatchObject({ cid, owner_id: 'ann', member_count: 3 });
  expect((await ann.chat.removeMembers({ cid, members: ['cat'] })).channel.member_count).toBe(2);
  expect((await ann.chat.addMembers({ cid, members: ['cat'] })).channel.member_count).toBe(3);
  expect((await ann.chat.getChannel({ cid })).channel.cid).toBe(cid);
  expect((await ann.chat.queryChannels()).channels.map(one => one.cid)).toEqual([cid]);
});

it('a user writes, changes, reacts to, flags and deletes messages', async () => {
  const { message } = await ann.chat.sendMessage({ cid, id: 'hello', text: 'hello' });
  expect(message).toMatchObject({ id: 'hello', text: 'hello', user: { id: 'ann', name: 'Ann' } });
  await server.chat.sendMessage({ cid, id: 'reply', text: 'hi', user_id: 'ben' });
  expect((await ann.chat.updateMessage({ id: 'hello', text: 'hello!' })).message.text).toBe('hello!');
  expect((await ann.chat.getMessage({ id: 'hello' })).message.text).toBe('hello!');

  const reaction = { message_id: 'reply', type: 'like' };
  expect((await ann.chat.addReaction(reaction)).message.own_reactions).toEqual(['like']);
  expect((await ann.chat.removeReaction(reaction)).message.own_reactions).toEqual([]);

  await ann.chat.flagMessage({ message_id: 'reply', reason: 'rude' });
  const { flags } = await server.chat.queryFlags();
  expect(flags).toMatchObject([{ message: { id: 'reply' }, user_id: 'ann', reason: 'rude' }]);
  await ann.chat.unflagMessage({ message_id: 'reply' });
  expect((await server.chat.queryFlags()).flags).toEqual([]);

  await ann.chat.deleteMessage({ id: 'hello' });
  const { messages } = await ann.chat.queryMessages({ cid });
  expect(messages.map(({ id }) => id)).toEqual(['reply']);
});

it('what only back ends may ask is no method of a user', () => {
  expect(Object.keys(server.chat).filter(name => !(name in ann.chat))).toEqual(['queryFlags']);
});
