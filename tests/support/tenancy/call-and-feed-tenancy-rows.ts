import type { AsServer } from '../permissions/permission-row.js';
import { BANNED_CANNOT, forUsers, type TenancyRow, withGrant } from './tenancy-row.js';

type Made = Parameters<NonNullable<TenancyRow['prepare']>>[0];
type Owned = Parameters<NonNullable<TenancyRow['prepareOwn']>>[0];

const call = ({ subject, members }: Made, asServer: AsServer) =>
  asServer('video.createCall', { type: 'audio', id: subject, members, user_id: subject });

const joinedCall = async (made: Made, asServer: AsServer) => {
  await call(made, asServer);
  for (const user_id of made.members) {
    await asServer('video.joinCall', { cid: `audio:${made.subject}`, user_id });
  }
};

const ownCall = ({ me: user_id, own: id }: Owned, asServer: AsServer) =>
  asServer('video.createCall', { type: 'audio', id, user_id });

const activity = ({ subject }: Made, asServer: AsServer) =>
  asServer('feeds.addActivity', { id: subject, verb: 'like', object: 'post:1', user_id: subject });

const byCid = ({ subject }: { subject: string }) => ({ cid: `audio:${subject}` });

const HIDDEN = { within: 'ok', across: 'USER_NOT_FOUND' } as const;

/** What is done with a call, by somebody who has no part in it, and by one whom a back end has put there. */
function ofACall(
  name: string,
  {
    prepare = call,
    ...expected
  }: Partial<Pick<TenancyRow, 'prepare'>> & {
    stranger: TenancyRow['expected'];
    member: TenancyRow['expected'];
    shows?: boolean;
  },
): TenancyRow[] {
  const row = { path: `video.${name}`, names: ['cid'], prepare, input: byCid };
  return [
    { ...row, expected: expected.stranger },
    {
      ...row,
      what: 'in which the caller takes part',
      takesPart: true,
      ...(expected.shows !== false && { shows: true }),
      expected: { ...expected.member, anonymous: undefined },
    },
  ];
}

/** What names calls and activities, and the people in them. */
export const CALL_AND_FEED_TENANCY_ROWS: TenancyRow[] = [
  {
    path: 'video.createCall',
    names: ['members'],
    grant: 'create-call',
    input: ({ subject, key: id }) => ({ type: 'audio', id, members: [subject] }),
    shows: true,
    expected: { ...withGrant(HIDDEN), ...BANNED_CANNOT },
  },
  {
    path: 'video.createCall',
    names: ['id'],
    grant: 'create-call',
    prepare: call,
    taken: true,
    input: ({ subject: id }) => ({ type: 'audio', id }),
    expected: { ...withGrant('NOT_ALLOWED'), ...BANNED_CANNOT },
  },
  ...ofACall('joinCall', {
    stranger: { ...forUsers('NOT_FOUND'), ...BANNED_CANNOT },
    member: { ...forUsers('ok'), ...BANNED_CANNOT },
  }),
  ...ofACall('leaveCall', {
    prepare: joinedCall,
    stranger: forUsers('NOT_FOUND'),
    member: forUsers('ok'),
  }),
  ...ofACall('endCall', {
    stranger: { ...forUsers('NOT_FOUND'), ...BANNED_CANNOT },
    member: { ...forUsers('NOT_ALLOWED'), ...BANNED_CANNOT },
    shows: false,
  }),
  ...ofACall('getCall', { stranger: forUsers('NOT_FOUND'), member: forUsers('ok') }),
  {
    path: 'video.addCallMembers',
    names: ['cid'],
    prepare: call,
    input: ({ subject, me }) => ({ cid: `audio:${subject}`, members: [me] }),
    expected: { ...forUsers('NOT_FOUND'), ...BANNED_CANNOT },
  },
  {
    path: 'video.addCallMembers',
    names: ['cid'],
    what: 'in which the caller takes part',
    prepare: call,
    takesPart: true,
    input: ({ subject, me }) => ({ cid: `audio:${subject}`, members: [me] }),
    shows: true,
    expected: { ...forUsers('ok'), ...BANNED_CANNOT, anonymous: undefined },
  },
  {
    path: 'video.addCallMembers',
    names: ['members'],
    prepareOwn: ownCall,
    input: ({ subject, own }) => ({ cid: `audio:${own}`, members: [subject] }),
    shows: true,
    expected: { ...forUsers(HIDDEN), ...BANNED_CANNOT },
  },
  {
    path: 'video.queryCalls',
    names: ['member'],
    prepare: call,
    input: ({ subject: member }) => ({ member }),
    expected: forUsers('ok'),
  },
  {
    path: 'video.queryCalls',
    names: ['member'],
    what: 'of one in which the caller takes part',
    prepare: call,
    takesPart: true,
    input: ({ subject: member }) => ({ member }),
    shows: true,
    expected: { ...forUsers('ok'), anonymous: undefined },
  },
  {
    path: 'feeds.addActivity',
    names: ['id'],
    grant: 'add-activity',
    prepare: activity,
    taken: true,
    input: ({ subject: id }) => ({ id, verb: 'like', object: 'post:1' }),
    expected: { ...withGrant('INPUT_INVALID'), ...BANNED_CANNOT },
  },
  {
    path: 'feeds.removeActivity',
    names: ['id'],
    prepare: activity,
    input: ({ subject: id }) => ({ id }),
    expected: { ...forUsers({ within: 'NOT_ALLOWED', across: 'NOT_FOUND' }), ...BANNED_CANNOT },
  },
  {
    path: 'feeds.queryActivities',
    names: ['actor_id'],
    grant: 'read-activities',
    prepare: activity,
    input: ({ subject: actor_id }) => ({ actor_id }),
    shows: true,
    expected: { ...withGrant('ok'), anonymous: 'ok' },
  },
  {
    path: 'feeds.queryActivities',
    names: [],
    what: 'of everybody',
    grant: 'read-activities',
    prepare: ({ subject: user_id }, asServer) =>
      asServer('feeds.addActivity', { id: user_id, verb: 'all', object: 'post:1', user_id }),
    input: () => ({ verb: 'all', limit: 100 }),
    shows: true,
    expected: { ...withGrant('ok'), anonymous: 'ok' },
  },
];
