import { type AppSettingsUpdate, type JsonObject, LIMITS, USERNAME_SCOPES } from '@rollcall/protocol';
import { CREATE_SERVER_TOKEN_ARGUMENTS, CREATE_TOKEN_ARGUMENTS } from './access/signed-tokens.js';
import type { ArgumentsOf } from './check/checked-methods.js';
import { jsonObject } from './check/json-kind.js';
import { optional } from './check/kind.js';
import { flag, list, name, oneOf, orNull, time, userId, whole } from './check/kinds.js';
import { shape } from './check/shape.js';
import { UNTIL, WATCH_EVENTS_OPTIONS, WATCHED_IDS } from './events/stream-kinds.js';
import type { ServerClient } from './server-client.js';
import {
  COUNT_USERS_OPTIONS,
  FILTER,
  PARTIAL_UPDATE,
  PARTIAL_UPDATES,
  SORT,
  UPSERT_USER,
  UPSERT_USERS,
  USERS_PAGE_OPTIONS,
} from './users/user-kinds.js';

const paths = optional(list(name));
const days = whole(1);

const SETTINGS = shape<AppSettingsUpdate>({
  enforce_unique_usernames: optional(oneOf(USERNAME_SCOPES)),
  indexed_custom_fields: paths,
  private_custom_fields: paths,
  max_custom_bytes: optional(whole(1)),
  event_retention_days: optional(days),
  task_retention_days: optional(days),
  purge_deleted_users_days: optional(orNull(days)),
  guests_enabled: optional(orNull(flag)),
  multi_tenant_enabled: optional(flag),
  grants: optional(jsonObject),
});

const BEFORE = orNull(time);

/** The methods of a server client that answer with a promise, apart from those that have a file of their own. */
export type ServerClientCalls<Custom extends object = JsonObject> = Pick<
  ServerClient<Custom>,
  | 'upsertUser'
  | 'upsertUsers'
  | 'partialUpdateUser'
  | 'partialUpdateUsers'
  | 'queryUsers'
  | 'countUsers'
  | 'getOverview'
  | 'getAppSettings'
  | 'updateAppSettings'
  | 'createRole'
  | 'listRoles'
  | 'deleteRole'
  | 'createToken'
  | 'createServerToken'
  | 'revokeUserToken'
  | 'revokeUsersToken'
  | 'revokeTokens'
  | 'disconnect'
>;

/** What they take. */
export const SERVER_CLIENT_ARGUMENTS: ArgumentsOf<ServerClientCalls> = {
  upsertUser: [['user', UPSERT_USER]],
  upsertUsers: [['users', UPSERT_USERS]],
  partialUpdateUser: [['update', PARTIAL_UPDATE]],
  partialUpdateUsers: [['updates', PARTIAL_UPDATES]],
  queryUsers: [
    ['filter', FILTER],
    ['sort', SORT],
    ['options', USERS_PAGE_OPTIONS],
  ],
  countUsers: [
    ['filter', FILTER],
    ['options', COUNT_USERS_OPTIONS],
  ],
  getOverview: [],
  getAppSettings: [],
  updateAppSettings: [['changes', SETTINGS]],
  createRole: [['name', name]],
  listRoles: [],
  deleteRole: [['name', name]],
  createToken: CREATE_TOKEN_ARGUMENTS,
  createServerToken: CREATE_SERVER_TOKEN_ARGUMENTS,
  revokeUserToken: [
    ['id', userId],
    ['before', BEFORE],
  ],
  revokeUsersToken: [
    ['ids', list(userId, LIMITS.batchUsers)],
    ['before', BEFORE],
  ],
  revokeTokens: [['before', BEFORE]],
  disconnect: [],
};

/** What the streams take. */
export const STREAM_ARGUMENTS: ArgumentsOf<Pick<ServerClient, 'watchEvents' | 'watchPresence'>> = {
  watchEvents: [['options', WATCH_EVENTS_OPTIONS]],
  watchPresence: [
    ['ids', WATCHED_IDS],
    ['options', UNTIL],
  ],
};
