import type { Scene } from './permission-callers.js';
import {
  type AsServer,
  IN_ONES_OWN_NAME,
  MEMBERS,
  MEMBERS_WRITE,
  OPEN_TO_USERS,
  OWNER_WRITES,
  type PermissionRow,
  WITHOUT_GRANT,
} from './permission-row.js';

const call = async (scene: Scene, asServer: AsServer) => {
  const { key: id, owner: user_id } = scene;
  await asServer('video.createCall', { type: 'audio', id, members: scene.members, user_id });
  return `audio:${id}`;
};

const joinedCall = async (scene: Scene, asServer: AsServer) => {
  const cid = await call(scene, asServer);
  await asServer('video.joinCall', { cid, user_id: scene.kind === 'member' ? scene.me : scene.owner });
  return cid;
};

const activity = async ({ key: id, owner: user_id }: Scene, asServer: AsServer) => {
  await asServer('feeds.addActivity', { id, verb: 'like', object: 'post:1', user_id });
  return id;
};

const byCid = ({ made: cid, acting }: Scene) => ({ cid, ...acting });

/** Who may do what with calls and in feeds. */
export const CALL_AND_FEED_ROWS: PermissionRow[] = [
  {
    path: 'video.createCall',
    grant: 'create-call',
    input: ({ key, third, acting }) => ({ type: 'audio', id: `${key}-new`, members: [third], ...acting }),
    expected: { ...IN_ONES_OWN_NAME, ...WITHOUT_GRANT, foreign: 'USER_NOT_FOUND', banned: 'USER_BANNED' },
  },
  { path: 'video.joinCall', prepare: call, input: byCid, expected: MEMBERS_WRITE },
  // A user who is banned during a call may leave it.
  { path: 'video.leaveCall', prepare: joinedCall, input: byCid, expected: MEMBERS },
  {
    path: 'video.endCall',
    prepare: call,
    input: ({ made: cid }) => ({ cid }),
    expected: { ...OWNER_WRITES, other: 'NOT_FOUND', admin: 'NOT_FOUND' },
  },
  {
    path: 'video.getCall',
    prepare: call,
    input: ({ made: cid }) => ({ cid }),
    expected: { ...MEMBERS, other: 'NOT_FOUND', admin: 'NOT_FOUND' },
  },
  {
    path: 'video.addCallMembers',
    prepare: call,
    input: ({ made: cid, third }) => ({ cid, members: [third] }),
    // Neither the call nor whom it names is there for somebody of another team; the people come first.
    expected: { ...MEMBERS_WRITE, other: 'NOT_FOUND', admin: 'NOT_FOUND', foreign: 'USER_NOT_FOUND' },
  },
  { path: 'video.queryCalls', prepare: call, input: () => ({}), expected: OPEN_TO_USERS },
  {
    path: 'feeds.addActivity',
    grant: 'add-activity',
    input: ({ key: id, acting }) => ({ id, verb: 'like', object: 'post:1', ...acting }),
    expected: { ...IN_ONES_OWN_NAME, ...WITHOUT_GRANT, banned: 'USER_BANNED' },
  },
  {
    path: 'feeds.removeActivity',
    prepare: activity,
    input: ({ made: id }) => ({ id }),
    expected: { ...IN_ONES_OWN_NAME, foreign: 'NOT_FOUND', banned: 'USER_BANNED' },
  },
  {
    path: 'feeds.queryActivities',
    grant: 'read-activities',
    prepare: activity,
    input: () => ({}),
    expected: { ...OPEN_TO_USERS, ...WITHOUT_GRANT },
  },
];
