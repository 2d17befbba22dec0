import type { Client } from '@rollcall/client';
import type { ServerClient } from '@rollcall/client/server';

/** An argument with named parts: those that have to be there, and those that may. */
export class Named {
  constructor(
    readonly required: Record<string, unknown>,
    readonly others: Record<string, unknown> = {},
    /** Whether names that are not listed are free, as in a user with custom data. */
    readonly open = false,
  ) {}

  /** The argument with nothing that may be left out. */
  get least(): Record<string, unknown> {
    return { ...this.required };
  }
}

/** A good argument: its name, a value that is accepted, and whether it may be left out. */
export interface GoodArgument {
  name: string;
  value: unknown;
  optional: boolean;
}

const given = (name: string, value: unknown): GoodArgument => ({ name, value, optional: false });
const perhaps = (name: string, value: unknown): GoodArgument => ({ name, value, optional: true });

/** A time, so that a number of seconds can be put in its place. */
export class Time {
  readonly ms = Date.UTC(2030, 0, 31);
}

/** What goes on until it is told to stop. */
const SIGNAL = new AbortController().signal;

const until = perhaps('options', new Named({}, { signal: SIGNAL }));
const acting = { created_by_id: 'ann' };
const page = { limit: 3, next: 'a-cursor' };
const user_id = 'ann';

const filter = perhaps('filter', { role: 'admin' });
const sort = perhaps('sort', [{ field: 'name', direction: 1 }]);
const foundOnly = {
  id_gt: 'a',
  id_gte: 'a',
  id_lt: 'z',
  id_lte: 'z',
  created_at_after: new Time(),
  created_at_after_or_equal: new Time(),
  created_at_before: new Time(),
  created_at_before_or_equal: new Time(),
  include_deactivated_users: true,
  include_deleted_users: true,
};
const actingOn = { ...foundOnly, expected: { count: 2, more: false }, max: 2, created_by_id: 'ann' };
const givenFilter = given('filter', { role: 'admin' });
const which = { limit: 3, ...foundOnly };
const query = perhaps(
  'options',
  new Named({}, { ...which, offset: 1, next: 'a-cursor', watch: true, presence: true }),
);
/** A back end has no connection of a user that could watch. */
const serverQuery = perhaps('options', new Named({}, { ...which, offset: 1, next: 'a-cursor' }));
const watchOptions = perhaps(
  'options',
  new Named(
    {},
    {
      types: ['user.updated'],
      user_ids: ['bob'],
      filter: { role: 'admin' },
      lastEventId: 'log.1',
      signal: SIGNAL,
    },
  ),
);
const fields = {
  name: 'Bob',
  image: 'https://example.com/bob.png',
  role: 'user',
  teams: ['red'],
  teams_role: { red: 'user' },
  language: 'en',
  invisible: false,
  privacy_settings: { typing_indicators: { enabled: true } },
  push_notifications: { disabled: true },
  banned: false,
  shadow_banned: false,
  ban_expires: new Time(),
  custom: { book: 'dune' },
};
const update = { set: { book: 'dune' }, unset: ['shelf'], if_revision: 1 };
const ban = { reason: 'rude', timeout: 5, expires_at: new Time(), banned_by_id: 'ann' };
const action = given('action', new Named({ type: 'ban' }, { ...ban, shadow: true }));
const modes = { user: 'soft', messages: 'soft', conversations: 'soft', calls: 'soft' };
const deletion = perhaps('options', new Named({}, { ...modes, new_channel_owner_id: 'ann', ...acting }));
const restoring = { restore_messages: true, ...acting };
const handler = () => undefined;
const content = { text: 'tea?', attachments: [{ url: 'x' }], custom: { mood: 'good' } };
const CID = 'room:tea';
/** Stands for what may be a number or a text. A word cannot be meant. */
const A_SHARE = true;
const importing = {
  concurrency: 2,
  onProgress: handler,
  onError: handler,
  dry_run: true,
  signal: SIGNAL,
  as_is: true,
};

const input = (required: Record<string, unknown>, others: Record<string, unknown> = {}) => [
  given('input', new Named(required, others)),
];
const found = (others: Record<string, unknown>) => [perhaps('input', new Named({}, others))];

const product = {
  'chat.createChannel': input(
    { type: 'room' },
    { id: 'tea', members: ['bob'], team: 'red', custom: {}, user_id },
  ),
  'chat.getChannel': input({ cid: CID }, { include_deleted: true, user_id }),
  'chat.queryChannels': found({
    member: 'bob',
    type: 'room',
    team: 'red',
    owner_id: 'ann',
    ...page,
    user_id,
  }),
  'chat.addMembers': input({ cid: CID, members: ['bob'] }, { user_id }),
  'chat.removeMembers': input({ cid: CID, members: ['bob'] }, { user_id }),
  'chat.sendMessage': input({ cid: CID }, { id: 'm1', parent_id: 'm0', ...content, user_id }),
  'chat.getMessage': input({ id: 'm1' }, { include_deleted: true, user_id }),
  'chat.updateMessage': input({ id: 'm1' }, { ...content, user_id }),
  'chat.deleteMessage': input({ id: 'm1' }, { hard: true, user_id }),
  'chat.queryMessages': input({ cid: CID }, { parent_id: 'm0', include_deleted: true, ...page, user_id }),
  'chat.addReaction': input({ message_id: 'm1', type: 'like' }, { user_id }),
  'chat.removeReaction': input({ message_id: 'm1', type: 'like' }, { user_id }),
  'chat.flagMessage': input({ message_id: 'm1' }, { reason: 'rude', user_id }),
  'chat.unflagMessage': input({ message_id: 'm1' }, { user_id }),
  'video.createCall': input({ type: 'audio' }, { id: 'c1', members: ['bob'], custom: {}, user_id }),
  'video.joinCall': input({ cid: 'audio:c1' }, { user_id }),
  'video.leaveCall': input({ cid: 'audio:c1' }, { user_id }),
  'video.endCall': input({ cid: 'audio:c1' }),
  'video.getCall': input({ cid: 'audio:c1' }),
  'video.addCallMembers': input({ cid: 'audio:c1', members: ['bob'] }),
  'video.queryCalls': found({ member: 'bob', type: 'audio', ended: true, ...page }),
  'feeds.addActivity': input({ verb: 'like', object: 'post:1' }, { id: 'a1', custom: {}, user_id }),
  'feeds.removeActivity': input({ id: 'a1' }),
  'feeds.queryActivities': found({ actor_id: 'ann', verb: 'like', ...page }),
};

const both = {
  ...product,
  banUser: [given('id', 'bob'), perhaps('options', new Named({}, { ...ban, shadow: true }))],
  unbanUser: [given('id', 'bob')],
  shadowBan: [given('id', 'bob'), perhaps('options', new Named({}, ban))],
  removeShadowBan: [given('id', 'bob')],
  queryBannedUsers: [perhaps('options', new Named({}, page))],
  on: [given('type', 'user.updated'), given('handler', handler)],
  off: [given('type', 'user.updated'), given('handler', handler)],
  watchEvents: [watchOptions],
  queryUsers: [filter, sort, query],
  countUsers: [filter, perhaps('options', new Named({}, { ...foundOnly, up_to: 100 }))],
  queryUsersAll: [filter, sort, perhaps('options', new Named({}, which))],
  partialUpdateUser: [given('update', new Named({ id: 'ann' }, update))],
  partialUpdateUsers: [given('updates', [new Named({ id: 'ann' }, update)])],
};

const user = new Named({ id: 'bob' }, fields, true);
const ids = given('ids', ['bob']);
const before = given('before', new Time());
const device = given(
  'device',
  new Named({ id: 'phone', push_provider: 'apn' }, { push_provider_name: 'main' }),
);
const of = given('user_id', 'ann');

/** Good arguments of every method of a client. */
export const CLIENT_METHODS: Record<string, GoodArgument[]> = {
  ...both,
  connectUser: [given('user', user), given('tokenOrProvider', 'a-token'), until],
  setGuestUser: [perhaps('user', new Named({}, fields, true)), until],
  connectAnonymousUser: [],
  disconnectUser: [],
  watchUsers: [ids, perhaps('options', new Named({}, { presence: true }))],
  unwatchUsers: [ids],
  blockUser: [given('id', 'bob')],
  unblockUser: [given('id', 'bob')],
  getBlockedUsers: [],
  addDevice: [device],
  getDevices: [],
  removeDevice: [given('id', 'phone')],
};

/** Good arguments of every method of a server client. */
export const SERVER_METHODS: Record<string, GoodArgument[]> = {
  ...both,
  queryUsers: [filter, sort, serverQuery],
  'chat.queryFlags': found(page),
  upsertUser: [given('user', new Named({ id: 'bob' }, { ...fields, if_revision: 1 }, true))],
  upsertUsers: [given('users', [user])],
  importUsers: [given('users', [{ id: 'bob' }]), perhaps('options', new Named({}, importing))],
  syncUsers: [
    given('users', [{ id: 'bob' }]),
    given(
      'options',
      new Named({ missing: 'keep' }, { within: { role: 'user' }, max_missing: A_SHARE, ...importing }),
    ),
  ],
  watchPresence: [ids, until],
  blockUser: [given('id', 'bob'), of],
  unblockUser: [given('id', 'bob'), of],
  getBlockedUsers: [of],
  addDevice: [device, of],
  getDevices: [of],
  removeDevice: [given('id', 'phone'), of],
  deactivateUser: [
    given('id', 'bob'),
    perhaps('options', new Named({}, { mark_messages_deleted: true, ...acting })),
  ],
  deactivateUsers: [ids, perhaps('options', new Named({}, { mark_messages_deleted: true, ...acting }))],
  reactivateUser: [given('id', 'bob'), perhaps('options', new Named({}, { name: 'Bob', ...restoring }))],
  reactivateUsers: [ids, perhaps('options', new Named({}, restoring))],
  deleteUser: [given('id', 'bob'), deletion],
  deleteUsers: [ids, deletion],
  previewDeleteUsers: [ids, deletion],
  restoreUsers: [ids, perhaps('options', new Named({}, { restore_content: true, ...acting }))],
  exportUser: [given('id', 'bob')],
  exportUsers: [ids, perhaps('options', new Named({}, acting))],
  actOnUsers: [givenFilter, action, given('options', new Named({}, actingOn))],
  previewActOnUsers: [givenFilter, action, perhaps('options', new Named({}, actingOn))],
  getTask: [given('task_id', 'a-task')],
  listTasks: [perhaps('options', new Named({}, { status: 'running', type: 'users.delete', ...page }))],
  cancelTask: [given('task_id', 'a-task')],
  watchTask: [given('task_id', 'a-task'), until],
  waitForTask: [given('task_id', 'a-task'), until],
  getOverview: [],
  getAppSettings: [],
  updateAppSettings: [
    given(
      'changes',
      new Named(
        {},
        {
          enforce_unique_usernames: 'no',
          indexed_custom_fields: ['age'],
          private_custom_fields: ['email'],
          max_custom_bytes: 5120,
          event_retention_days: 30,
          task_retention_days: 30,
          purge_deleted_users_days: 30,
          guests_enabled: true,
          multi_tenant_enabled: false,
          grants: { user: [] },
        },
      ),
    ),
  ],
  listWebhooks: [],
  getWebhook: [given('id', 'a-webhook')],
  createWebhook: [
    given(
      'webhook',
      new Named(
        { url: 'https://shop.example/' },
        { types: ['user.created'], filter: { role: 'admin' }, rate_limit: 5, description: 'the shop' },
      ),
    ),
  ],
  updateWebhook: [
    given('id', 'a-webhook'),
    given(
      'changes',
      new Named(
        {},
        {
          url: 'https://shop.example/',
          types: ['user.created'],
          filter: { role: 'admin' },
          rate_limit: 5,
          description: 'the shop',
          if_revision: 1,
        },
      ),
    ),
  ],
  deleteWebhook: [given('id', 'a-webhook')],
  rotateWebhookSecret: [given('id', 'a-webhook')],
  disableWebhook: [given('id', 'a-webhook')],
  enableWebhook: [given('id', 'a-webhook')],
  testWebhook: [given('id', 'a-webhook')],
  listWebhookDeliveries: [
    given('id', 'a-webhook'),
    perhaps(
      'options',
      new Named({}, { status: 'failed', event_type: 'user.created', user_id: 'ann', ...page }),
    ),
  ],
  retryWebhookDelivery: [given('delivery_id', 'msg_1')],
  replayWebhook: [given('id', 'a-webhook'), given('from', 'abc.1')],
  createRole: [given('name', 'editor')],
  listRoles: [],
  deleteRole: [given('name', 'editor')],
  createToken: [
    given('user_id', 'bob'),
    perhaps('options', new Named({}, { expires_in: 60, iat: 1_700_000_000 })),
  ],
  createServerToken: [perhaps('options', new Named({}, { expires_in: 60, read_only: true }))],
  revokeUserToken: [given('id', 'bob'), before],
  revokeUsersToken: [ids, before],
  revokeTokens: [before],
  disconnect: [],
};

const common = {
  transport: 'auto',
  tokenTimeoutMs: 1000,
  callTimeoutMs: 1000,
  waitsForRateLimit: true,
  onError: handler,
};
const url = 'http://localhost:4600';

/** Good arguments of the functions that make the clients. */
export const MAKERS: Record<string, GoodArgument[]> = {
  createClient: [given('options', new Named({ url }, common))],
  createServerClient: [given('options', new Named({ url, token: 'a-token' }, common))],
};

/** The names of the methods of a client, taken from itself; those of its products with the product in front. */
export function methodsOf(client: Client | ServerClient): string[] {
  const products = ['chat', 'video', 'feeds'] as const;
  const own = Object.entries(client).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
  // The raw client is a proxy, which is a function, too; what it takes is tRPC's to say.
  return [
    ...own.filter(name => name !== 'api'),
    ...products.flatMap(one => Object.keys(client[one]).map(name => `${one}.${name}`)),
  ];
}
