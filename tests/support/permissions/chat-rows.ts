import type { Scene } from './permission-callers.js';
import {
  type AsServer,
  IN_ONES_OWN_NAME,
  MEMBERS,
  MEMBERS_WRITE,
  OWNER_WRITES,
  type PermissionRow,
  SERVER_ONLY,
  SERVER_ONLY_ONCE_KNOWN,
  WITHOUT_GRANT,
} from './permission-row.js';

const channelOf = async (scene: Scene, asServer: AsServer, members: string[] = []) => {
  const { key, owner } = scene;
  await asServer('chat.createChannel', {
    type: 'room',
    id: key,
    members: [...scene.members, ...members],
    user_id: owner,
  });
  return `room:${key}`;
};

const channel = (scene: Scene, asServer: AsServer) => channelOf(scene, asServer);

const channelWithThird = (scene: Scene, asServer: AsServer) => channelOf(scene, asServer, [scene.third]);

const message = async (scene: Scene, asServer: AsServer) => {
  const { key: id, owner: user_id } = scene;
  await asServer('chat.sendMessage', { cid: await channelOf(scene, asServer), id, text: 'hello', user_id });
  return id;
};

/** In a channel that the caller is in, as far as it can be; what it did about the message is what it takes back. */
const reactedTo = async (scene: Scene, asServer: AsServer) => {
  const message_id = await message(scene, asServer);
  const user_id = scene.kind === 'member' ? scene.me : scene.owner;
  await asServer('chat.addReaction', { message_id, type: 'like', user_id });
  await asServer('chat.flagMessage', { message_id, user_id });
  return message_id;
};

const byCid = ({ made: cid, acting }: Scene) => ({ cid, ...acting });
const byId = ({ made: id, acting }: Scene) => ({ id, ...acting });
const byMessageId = ({ made: message_id, acting }: Scene) => ({ message_id, ...acting });
const withThird = (scene: Scene) => ({ ...byCid(scene), members: [scene.third] });
const like = (scene: Scene) => ({ ...byMessageId(scene), type: 'like' });

/** Who may do what in chat. */
export const CHAT_ROWS: PermissionRow[] = [
  {
    path: 'chat.createChannel',
    grant: 'create-channel',
    input: ({ key, third, acting }) => ({ type: 'room', id: `${key}-new`, members: [third], ...acting }),
    expected: { ...IN_ONES_OWN_NAME, ...WITHOUT_GRANT, foreign: 'USER_NOT_FOUND', banned: 'USER_BANNED' },
  },
  {
    path: 'chat.createChannel',
    what: 'with the id of one of others',
    grant: 'create-channel',
    prepare: async ({ other, third, key: id }, asServer) => {
      const people = { members: [third], user_id: other };
      await asServer('chat.createChannel', { type: 'room', id, ...people });
      return id;
    },
    input: ({ made: id, acting }) => ({ type: 'room', id, ...acting }),
    expected: {
      ...IN_ONES_OWN_NAME,
      ...WITHOUT_GRANT,
      guest: 'NOT_ALLOWED',
      self: 'NOT_ALLOWED',
      foreign: 'NOT_ALLOWED',
      banned: 'USER_BANNED',
      granted: 'NOT_ALLOWED',
    },
  },
  { path: 'chat.getChannel', prepare: channel, input: byCid, expected: MEMBERS },
  {
    path: 'chat.queryChannels',
    prepare: channel,
    input: ({ acting }) => acting,
    expected: { ...IN_ONES_OWN_NAME, member: 'ok', stranger: 'ok' },
  },
  { path: 'chat.addMembers', prepare: channel, input: withThird, expected: OWNER_WRITES },
  { path: 'chat.removeMembers', prepare: channelWithThird, input: withThird, expected: OWNER_WRITES },
  {
    path: 'chat.sendMessage',
    grant: 'send-message',
    prepare: channel,
    input: scene => ({ ...byCid(scene), text: 'hello' }),
    expected: { ...MEMBERS_WRITE, ...WITHOUT_GRANT },
  },
  {
    path: 'chat.updateMessage',
    grant: 'send-message',
    prepare: message,
    input: scene => ({ ...byId(scene), text: `by ${scene.kind}` }),
    expected: { ...OWNER_WRITES, ...WITHOUT_GRANT },
  },
  { path: 'chat.deleteMessage', prepare: message, input: byId, expected: OWNER_WRITES },
  {
    path: 'chat.deleteMessage',
    what: 'hard',
    prepare: message,
    input: ({ made: id }) => ({ id, hard: true }),
    expected: SERVER_ONLY_ONCE_KNOWN,
  },
  { path: 'chat.getMessage', prepare: message, input: byId, expected: MEMBERS },
  {
    path: 'chat.queryMessages',
    prepare: message,
    input: ({ key, acting }) => ({ cid: `room:${key}`, ...acting }),
    expected: MEMBERS,
  },
  {
    path: 'chat.addReaction',
    grant: 'send-message',
    prepare: message,
    input: like,
    expected: { ...MEMBERS_WRITE, ...WITHOUT_GRANT },
  },
  { path: 'chat.removeReaction', prepare: reactedTo, input: like, expected: MEMBERS_WRITE },
  { path: 'chat.flagMessage', prepare: message, input: byMessageId, expected: MEMBERS_WRITE },
  { path: 'chat.unflagMessage', prepare: reactedTo, input: byMessageId, expected: MEMBERS_WRITE },
  { path: 'chat.queryFlags', prepare: reactedTo, input: () => ({}), expected: SERVER_ONLY },
];
