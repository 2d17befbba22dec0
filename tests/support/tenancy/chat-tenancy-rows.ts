import type { AsServer } from '../permissions/permission-row.js';
import { teamOf } from './tenancy-callers.js';
import { BANNED_CANNOT, forUsers, type TenancyRow, withGrant } from './tenancy-row.js';

type Made = Parameters<NonNullable<TenancyRow['prepare']>>[0];
type Owned = Parameters<NonNullable<TenancyRow['prepareOwn']>>[0];

const channel = ({ subject, members }: Made, asServer: AsServer) =>
  asServer('chat.createChannel', { type: 'room', id: subject, members, user_id: subject });

const message = async (made: Made, asServer: AsServer) => {
  await channel(made, asServer);
  const { subject } = made;
  await asServer('chat.sendMessage', { cid: `room:${subject}`, id: subject, text: 'hi', user_id: subject });
};

/** What the caller did about a message is what it takes back. */
const reactedTo = async (made: Made, asServer: AsServer) => {
  await message(made, asServer);
  for (const user_id of made.members) {
    await asServer('chat.addReaction', { message_id: made.subject, type: 'like', user_id });
    await asServer('chat.flagMessage', { message_id: made.subject, user_id });
  }
};

const ownChannel = ({ me: user_id, own: id }: Owned, asServer: AsServer) =>
  asServer('chat.createChannel', { type: 'room', id, user_id });

const ownChannelWithAll = ({ me: user_id, own: id, subjects: members }: Owned, asServer: AsServer) =>
  asServer('chat.createChannel', { type: 'room', id, members, user_id });

const HIDDEN = { within: 'ok', across: 'USER_NOT_FOUND' } as const;

/**
 * What is done with a thing: by somebody who has no part in it, for whom it is not there, and by one whom a back end has
 * put there. A banned stranger is told that first where the write begins with who writes.
 */
function ofAThing(
  row: Omit<TenancyRow, 'expected' | 'takesPart' | 'shows'>,
  { member, banned }: { member: 'ok' | 'NOT_ALLOWED'; banned?: 'first' | 'in it' },
): TenancyRow[] {
  const kind = row.grant ? withGrant : forUsers;
  return [
    { ...row, expected: { ...kind('NOT_FOUND'), ...(banned === 'first' && BANNED_CANNOT) } },
    {
      ...row,
      what: 'in which the caller takes part',
      takesPart: true,
      ...(member === 'ok' && { shows: true }),
      expected: { ...kind(member), ...(banned && BANNED_CANNOT), anonymous: undefined },
    },
  ];
}

/** What names channels, messages and the people in them. */
export const CHAT_TENANCY_ROWS: TenancyRow[] = [
  {
    path: 'chat.createChannel',
    names: ['members'],
    grant: 'create-channel',
    input: ({ subject, key: id }) => ({ type: 'room', id, members: [subject] }),
    shows: true,
    expected: { ...withGrant(HIDDEN), ...BANNED_CANNOT },
  },
  {
    path: 'chat.createChannel',
    names: ['members'],
    what: 'of the 1:1 channel',
    grant: 'create-channel',
    input: ({ subject }) => ({ type: 'pair', members: [subject] }),
    shows: true,
    expected: { ...withGrant(HIDDEN), ...BANNED_CANNOT },
  },
  {
    path: 'chat.createChannel',
    names: ['id'],
    grant: 'create-channel',
    prepare: channel,
    taken: true,
    input: ({ subject: id }) => ({ type: 'room', id }),
    expected: { ...withGrant('NOT_ALLOWED'), ...BANNED_CANNOT },
  },
  {
    path: 'chat.createChannel',
    names: ['team'],
    grant: 'create-channel',
    about: ['red', 'blue', 'unknown'],
    input: ({ team, key: id }) => ({ type: 'room', id, team }),
    // The role within a team counts for its channels, too.
    expected: {
      ...withGrant({ within: 'ok', across: 'NOT_ALLOWED' }),
      ...BANNED_CANNOT,
      inTeam: { within: 'ok', across: 'NOT_ALLOWED' },
    },
  },
  {
    path: 'chat.queryChannels',
    names: ['team'],
    about: ['red', 'blue', 'unknown'],
    prepare: ({ subject: user_id }, asServer) =>
      asServer('chat.createChannel', { type: 'room', id: user_id, team: teamOf(user_id), user_id }),
    input: ({ team }) => ({ team }),
    expected: forUsers('ok'),
  },
  ...ofAThing(
    {
      path: 'chat.getChannel',
      names: ['cid'],
      prepare: channel,
      input: ({ subject }) => ({ cid: `room:${subject}` }),
    },
    { member: 'ok' },
  ),
  {
    path: 'chat.queryChannels',
    names: ['member'],
    prepare: channel,
    input: ({ subject: member }) => ({ member }),
    expected: forUsers('ok'),
  },
  {
    path: 'chat.queryChannels',
    names: ['owner_id'],
    prepare: channel,
    input: ({ subject: owner_id }) => ({ owner_id }),
    expected: forUsers('ok'),
  },
  ...(['member', 'owner_id'] as const).map(
    (names): TenancyRow => ({
      path: 'chat.queryChannels',
      names: [names],
      what: 'of one in which the caller takes part',
      prepare: channel,
      takesPart: true,
      input: ({ subject }) => ({ [names]: subject }),
      shows: true,
      expected: { ...forUsers('ok'), anonymous: undefined },
    }),
  ),
  ...(['addMembers', 'removeMembers'] as const).flatMap((name): TenancyRow[] => [
    ...ofAThing(
      {
        path: `chat.${name}`,
        names: ['cid'],
        prepare: channel,
        input: ({ subject, me }) => ({
          cid: `room:${subject}`,
          members: [name === 'addMembers' ? me : subject],
        }),
      },
      { member: 'NOT_ALLOWED', banned: 'first' },
    ),
  ]),
  {
    path: 'chat.addMembers',
    names: ['members'],
    prepareOwn: ownChannel,
    input: ({ subject, own }) => ({ cid: `room:${own}`, members: [subject] }),
    shows: true,
    expected: { ...forUsers(HIDDEN), ...BANNED_CANNOT },
  },
  {
    path: 'chat.removeMembers',
    names: ['members'],
    what: 'who are not there',
    prepareOwn: ownChannel,
    input: ({ subject, own }) => ({ cid: `room:${own}`, members: [subject] }),
    expected: { ...forUsers('ok'), ...BANNED_CANNOT },
  },
  {
    path: 'chat.removeMembers',
    names: ['members'],
    what: 'whom a back end has put there',
    takesPart: true,
    prepareOwn: ownChannelWithAll,
    input: ({ subject, own }) => ({ cid: `room:${own}`, members: [subject] }),
    expected: { ...forUsers('ok'), ...BANNED_CANNOT, anonymous: undefined },
  },
  ...ofAThing(
    {
      path: 'chat.sendMessage',
      names: ['cid'],
      grant: 'send-message',
      prepare: channel,
      input: ({ subject, key: id }) => ({ cid: `room:${subject}`, id, text: 'hi' }),
    },
    { member: 'ok', banned: 'first' },
  ).map(({ shows: _, ...row }): TenancyRow => row),
  {
    path: 'chat.sendMessage',
    names: ['parent_id'],
    grant: 'send-message',
    prepare: message,
    prepareOwn: ownChannel,
    input: ({ subject: parent_id, own, key: id }) => ({ cid: `room:${own}`, id, parent_id, text: 'hi' }),
    expected: { ...withGrant('NOT_FOUND'), ...BANNED_CANNOT },
  },
  {
    path: 'chat.sendMessage',
    names: ['id'],
    grant: 'send-message',
    prepare: message,
    prepareOwn: ownChannel,
    taken: true,
    input: ({ subject: id, own }) => ({ cid: `room:${own}`, id, text: 'hi' }),
    expected: { ...withGrant('INPUT_INVALID'), ...BANNED_CANNOT },
  },
  ...ofAThing(
    {
      path: 'chat.updateMessage',
      names: ['id'],
      grant: 'send-message',
      prepare: message,
      input: ({ subject: id, key: text }) => ({ id, text }),
    },
    { member: 'NOT_ALLOWED', banned: 'in it' },
  ),
  ...ofAThing(
    { path: 'chat.deleteMessage', names: ['id'], prepare: message, input: ({ subject: id }) => ({ id }) },
    { member: 'NOT_ALLOWED', banned: 'in it' },
  ),
  ...ofAThing(
    { path: 'chat.getMessage', names: ['id'], prepare: message, input: ({ subject: id }) => ({ id }) },
    { member: 'ok' },
  ),
  ...ofAThing(
    {
      path: 'chat.queryMessages',
      names: ['cid'],
      prepare: message,
      input: ({ subject }) => ({ cid: `room:${subject}` }),
    },
    { member: 'ok' },
  ),
  {
    path: 'chat.queryMessages',
    names: ['parent_id'],
    prepare: message,
    prepareOwn: ownChannel,
    input: ({ subject: parent_id, own }) => ({ cid: `room:${own}`, parent_id }),
    expected: forUsers('ok'),
  },
  ...(['addReaction', 'removeReaction'] as const).flatMap(name =>
    ofAThing(
      {
        path: `chat.${name}`,
        names: ['message_id'],
        ...(name === 'addReaction' && { grant: 'send-message' }),
        prepare: name === 'addReaction' ? message : reactedTo,
        input: ({ subject: message_id }) => ({ message_id, type: 'like' }),
      },
      { member: 'ok', banned: 'in it' },
    ),
  ),
  ...(['flagMessage', 'unflagMessage'] as const).flatMap(name =>
    ofAThing(
      {
        path: `chat.${name}`,
        names: ['message_id'],
        prepare: name === 'flagMessage' ? message : reactedTo,
        input: ({ subject: message_id }) => ({ message_id }),
      },
      { member: 'ok', banned: 'in it' },
    ),
  ),
];
