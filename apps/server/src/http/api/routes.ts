import type { Route } from './route.js';

const PAGE = { limit: 'integer', next: 'text' } as const;
const ACTING = { user_id: 'text' } as const;
const FOUND = {
  id_gt: 'text',
  id_gte: 'text',
  id_lt: 'text',
  id_lte: 'text',
  created_at_after: 'time',
  created_at_after_or_equal: 'time',
  created_at_before: 'time',
  created_at_before_or_equal: 'time',
  include_deactivated_users: 'boolean',
  include_deleted_users: 'boolean',
} as const;
const DELETION = {
  user: 'text',
  messages: 'text',
  conversations: 'text',
  calls: 'text',
  new_channel_owner_id: 'text',
  created_by_id: 'text',
} as const;
const WRITING = { as_is: 'boolean', refuse_deactivated: 'boolean', dry_run: 'boolean' } as const;

const USER = { only: 'user' } as const;
const TASK = { task: true } as const;
const NOTHING = { nothing: true } as const;

type Row = Omit<Route, 'operationId' | 'method' | 'path'> & {
  call: `${Route['method']} ${Route['path']}`;
};

/**
 * The one table of the HTTP API. What is matched, decoded and answered follows from its rows, and so do the documents that
 * describe them. A procedure has at least one row, or its reason in {@link WITHOUT_ROUTE}.
 */
const TABLE = {
  // Users.
  listUsers: {
    call: 'GET /users',
    summary: 'A page of the users that a filter matches',
    procedure: 'users.query',
    query: { filter: 'json', sort: 'json', ...PAGE, offset: 'integer', ...FOUND },
    input: 'options',
  },
  upsertUsers: { call: 'POST /users', procedure: 'users.upsert', body: true },
  partialUpdateUsers: { call: 'PATCH /users', procedure: 'users.partialUpdate', body: true },
  queryUsers: { call: 'POST /users/query', procedure: 'users.query', body: true },
  countUsers: { call: 'POST /users/count', procedure: 'users.count', body: true },
  getUser: {
    call: 'GET /users/{id}',
    summary: 'One user, deactivated or not',
    procedure: 'users.query',
    query: { include_deleted_users: 'boolean' },
    input: 'find-by-id',
    answer: { one: 'users' },
    etag: true,
  },
  upsertUser: {
    call: 'PUT /users/{id}',
    summary: 'Creates a user, or replaces its data',
    procedure: 'users.upsert',
    query: WRITING,
    body: true,
    input: 'one-of-users',
    answer: { one: 'users' },
    etag: true,
    ifMatch: true,
  },
  partialUpdateUser: {
    call: 'PATCH /users/{id}',
    summary: 'Changes parts of a user',
    procedure: 'users.partialUpdate',
    body: true,
    input: 'one-of-users',
    answer: { one: 'users' },
    etag: true,
    ifMatch: true,
  },
  connectUser: { call: 'POST /users/connect', procedure: 'users.connect', body: true },
  createGuest: { call: 'POST /guests', procedure: 'users.connectGuest', body: true, creates: true },

  // Their life cycle.
  deactivateUser: {
    call: 'POST /users/{id}/deactivate',
    procedure: 'users.deactivate',
    body: true,
    answer: USER,
    etag: true,
  },
  deactivateUsers: {
    call: 'POST /users/deactivate',
    procedure: 'users.deactivateMany',
    body: true,
    answer: TASK,
  },
  reactivateUser: {
    call: 'POST /users/{id}/reactivate',
    procedure: 'users.reactivate',
    body: true,
    answer: USER,
    etag: true,
  },
  reactivateUsers: {
    call: 'POST /users/reactivate',
    procedure: 'users.reactivateMany',
    body: true,
    answer: TASK,
  },
  deleteUser: {
    call: 'DELETE /users/{id}',
    summary: 'Deletes a user: marks it at once; a task does the rest',
    procedure: 'users.deleteMany',
    query: DELETION,
    input: 'one-of-ids',
    answer: TASK,
  },
  deleteUsers: { call: 'POST /users/delete', procedure: 'users.deleteMany', body: true, answer: TASK },
  previewDeleteUsers: { call: 'POST /users/preview-delete', procedure: 'users.previewDelete', body: true },
  restoreUsers: { call: 'POST /users/restore', procedure: 'users.restoreMany', body: true, answer: TASK },
  exportUser: { call: 'GET /users/{id}/export', procedure: 'users.exportOne' },
  exportUsers: { call: 'POST /users/export', procedure: 'users.exportMany', body: true, answer: TASK },
  actOnUsers: { call: 'POST /users/act', procedure: 'users.act', body: true, answer: TASK },
  previewActOnUsers: { call: 'POST /users/preview-act', procedure: 'users.previewAct', body: true },
  getUserHistory: {
    call: 'GET /users/{user_id}/history',
    procedure: 'users.history',
    query: { by: 'boolean', ...PAGE },
  },

  // Moderation, blocks, devices, tokens.
  banUser: {
    call: 'POST /users/{id}/ban',
    procedure: 'moderation.ban',
    body: true,
    answer: USER,
    etag: true,
  },
  unbanUser: {
    call: 'POST /users/{id}/unban',
    procedure: 'moderation.unban',
    body: true,
    answer: USER,
    etag: true,
  },
  shadowBanUser: {
    call: 'POST /users/{id}/shadow-ban',
    procedure: 'moderation.shadowBan',
    body: true,
    answer: USER,
    etag: true,
  },
  removeShadowBan: {
    call: 'POST /users/{id}/remove-shadow-ban',
    procedure: 'moderation.removeShadowBan',
    body: true,
    answer: USER,
    etag: true,
  },
  queryBannedUsers: { call: 'GET /bans', procedure: 'moderation.queryBanned', query: PAGE },
  getBlockedUsers: { call: 'GET /users/{user_id}/blocks', procedure: 'blocks.list', query: PAGE },
  blockUser: {
    call: 'PUT /users/{user_id}/blocks/{id}',
    procedure: 'blocks.block',
    answer: USER,
    etag: true,
  },
  unblockUser: {
    call: 'DELETE /users/{user_id}/blocks/{id}',
    procedure: 'blocks.unblock',
    answer: USER,
    etag: true,
  },
  getDevices: { call: 'GET /users/{user_id}/devices', procedure: 'devices.list' },
  addDevice: { call: 'PUT /users/{user_id}/devices/{id}', procedure: 'devices.add', body: true },
  removeDevice: { call: 'DELETE /users/{user_id}/devices/{id}', procedure: 'devices.remove' },
  revokeTokens: { call: 'POST /tokens/revoke', procedure: 'tokens.revoke', body: true, answer: NOTHING },

  // The app.
  getAppSettings: { call: 'GET /settings', procedure: 'settings.get' },
  updateAppSettings: { call: 'PATCH /settings', procedure: 'settings.update', body: true },
  listRoles: { call: 'GET /roles', procedure: 'roles.list' },
  createRole: { call: 'POST /roles', procedure: 'roles.create', body: true, creates: true },
  deleteRole: { call: 'DELETE /roles/{name}', procedure: 'roles.delete', answer: NOTHING },
  getOverview: { call: 'GET /overview', procedure: 'overview.get' },

  // Webhooks.
  listWebhooks: { call: 'GET /webhooks', procedure: 'webhooks.list' },
  createWebhook: { call: 'POST /webhooks', procedure: 'webhooks.create', body: true, creates: true },
  getWebhook: { call: 'GET /webhooks/{id}', procedure: 'webhooks.get' },
  updateWebhook: { call: 'PATCH /webhooks/{id}', procedure: 'webhooks.update', body: true },
  deleteWebhook: { call: 'DELETE /webhooks/{id}', procedure: 'webhooks.delete', answer: NOTHING },
  rotateWebhookSecret: { call: 'POST /webhooks/{id}/rotate-secret', procedure: 'webhooks.rotateSecret' },
  disableWebhook: { call: 'POST /webhooks/{id}/disable', procedure: 'webhooks.disable' },
  enableWebhook: { call: 'POST /webhooks/{id}/enable', procedure: 'webhooks.enable' },
  testWebhook: { call: 'POST /webhooks/{id}/test', procedure: 'webhooks.test' },
  replayWebhook: { call: 'POST /webhooks/{id}/replay', procedure: 'webhooks.replay', body: true },
  listWebhookDeliveries: {
    call: 'GET /webhooks/{id}/deliveries',
    procedure: 'webhooks.listDeliveries',
    query: { status: 'text', event_type: 'text', user_id: 'text', ...PAGE },
  },
  retryWebhookDelivery: {
    call: 'POST /webhook-deliveries/{delivery_id}/retry',
    procedure: 'webhooks.retryDelivery',
  },

  // Tasks.
  listTasks: {
    call: 'GET /tasks',
    procedure: 'tasks.list',
    query: { status: 'text', type: 'text', ...PAGE },
  },
  getTask: { call: 'GET /tasks/{task_id}', procedure: 'tasks.get' },
  cancelTask: { call: 'POST /tasks/{task_id}/cancel', procedure: 'tasks.cancel' },

  // What goes on: server-sent events.
  watchEvents: {
    call: 'GET /events',
    summary: 'The durable events that the caller selects and may receive, in commit order',
    procedure: 'live.events',
    query: { types: 'texts', user_ids: 'texts', filter: 'json', lastEventId: 'text' },
  },
  watchTask: {
    call: 'GET /tasks/{task_id}/events',
    summary: 'The state of a task as it changes, until the task ends',
    procedure: 'live.task',
  },
  watchProgress: {
    call: 'GET /progress',
    summary: 'The progress of all tasks as it happens',
    procedure: 'live.ephemeral',
  },
  watchPresence: {
    call: 'GET /presence',
    summary: 'Who of these users is online: first all of them, then every change',
    procedure: 'live.presence',
    query: { user_ids: 'texts' },
  },

  // Chat.
  createChannel: {
    call: 'POST /channels',
    procedure: 'chat.createChannel',
    body: true,
    answer: { only: 'channel' },
  },
  queryChannels: {
    call: 'GET /channels',
    procedure: 'chat.queryChannels',
    query: { member: 'text', type: 'text', team: 'text', owner_id: 'text', ...PAGE, ...ACTING },
  },
  getChannel: {
    call: 'GET /channels/{cid}',
    procedure: 'chat.getChannel',
    query: { include_deleted: 'boolean', ...ACTING },
    answer: { only: 'channel' },
  },
  addMembers: {
    call: 'POST /channels/{cid}/members',
    procedure: 'chat.addMembers',
    body: true,
    answer: { only: 'channel' },
  },
  removeMembers: {
    call: 'DELETE /channels/{cid}/members',
    procedure: 'chat.removeMembers',
    query: { members: 'texts', ...ACTING },
    answer: { only: 'channel' },
  },
  sendMessage: {
    call: 'POST /channels/{cid}/messages',
    procedure: 'chat.sendMessage',
    body: true,
    answer: { only: 'message' },
  },
  queryMessages: {
    call: 'GET /channels/{cid}/messages',
    procedure: 'chat.queryMessages',
    query: { parent_id: 'text', include_deleted: 'boolean', ...PAGE, ...ACTING },
  },
  getMessage: {
    call: 'GET /messages/{id}',
    procedure: 'chat.getMessage',
    query: { include_deleted: 'boolean', ...ACTING },
    answer: { only: 'message' },
  },
  updateMessage: {
    call: 'PATCH /messages/{id}',
    procedure: 'chat.updateMessage',
    body: true,
    answer: { only: 'message' },
  },
  deleteMessage: {
    call: 'DELETE /messages/{id}',
    procedure: 'chat.deleteMessage',
    query: { hard: 'boolean', ...ACTING },
    answer: { only: 'message' },
  },
  addReaction: {
    call: 'PUT /messages/{message_id}/reactions/{type}',
    procedure: 'chat.addReaction',
    query: ACTING,
    answer: { only: 'message' },
  },
  removeReaction: {
    call: 'DELETE /messages/{message_id}/reactions/{type}',
    procedure: 'chat.removeReaction',
    query: ACTING,
    answer: { only: 'message' },
  },
  flagMessage: {
    call: 'POST /messages/{message_id}/flag',
    procedure: 'chat.flagMessage',
    body: true,
    answer: { only: 'message' },
  },
  unflagMessage: {
    call: 'POST /messages/{message_id}/unflag',
    procedure: 'chat.unflagMessage',
    body: true,
    answer: { only: 'message' },
  },
  queryFlags: { call: 'GET /flags', procedure: 'chat.queryFlags', query: PAGE },

  // Video.
  createCall: { call: 'POST /calls', procedure: 'video.createCall', body: true, answer: { only: 'call' } },
  queryCalls: {
    call: 'GET /calls',
    procedure: 'video.queryCalls',
    query: { member: 'text', type: 'text', ended: 'boolean', ...PAGE },
  },
  getCall: { call: 'GET /calls/{cid}', procedure: 'video.getCall', answer: { only: 'call' } },
  joinCall: {
    call: 'POST /calls/{cid}/join',
    procedure: 'video.joinCall',
    body: true,
    answer: { only: 'call' },
  },
  leaveCall: {
    call: 'POST /calls/{cid}/leave',
    procedure: 'video.leaveCall',
    body: true,
    answer: { only: 'call' },
  },
  endCall: { call: 'POST /calls/{cid}/end', procedure: 'video.endCall', answer: { only: 'call' } },
  addCallMembers: {
    call: 'POST /calls/{cid}/members',
    procedure: 'video.addCallMembers',
    body: true,
    answer: { only: 'call' },
  },

  // Feeds.
  addActivity: {
    call: 'POST /activities',
    procedure: 'feeds.addActivity',
    body: true,
    answer: { only: 'activity' },
  },
  queryActivities: {
    call: 'GET /activities',
    procedure: 'feeds.queryActivities',
    query: { actor_id: 'text', verb: 'text', ...PAGE },
  },
  removeActivity: {
    call: 'DELETE /activities/{id}',
    procedure: 'feeds.removeActivity',
    answer: { only: 'activity' },
  },
} as const satisfies Record<string, Row>;

/** The rows of the table, each with the name of its call. */
export const ROUTES: readonly Route[] = Object.entries<Row>(TABLE).map(([operationId, { call, ...row }]) => {
  const [method, path] = call.split(' ') as [Route['method'], Route['path']];
  return { operationId, method, path, ...row };
});

/** Procedures that the HTTP API does without, and why. */
export const WITHOUT_ROUTE: Readonly<Record<string, string>> = {};
