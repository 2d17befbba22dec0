import {
  type CountUsersOptions,
  type FoundUsersOptions,
  isThenable,
  LIMITS,
  type PartialUserUpdate,
  type PrivacySettings,
  type PushNotificationsInput,
  type QueryUsersOptions,
  type SortKey,
  type UserFieldsInput,
  type UserInput,
} from '@rollcall/protocol';
import { json, jsonObject } from '../check/json-kind.js';
import { isRecord, type Kind, kindOf, type OptionalKind, optional, wrong } from '../check/kind.js';
import { flag, list, name, text, time, userId, whole } from '../check/kinds.js';
import { batch, type ShapeOf, shape } from '../check/shape.js';
import type { AllUsersOptions, UsersPageOptions } from './users.js';

const someText = optional(text);
const someFlag = optional(flag);
const someTime = optional(time);

const ENABLED = optional(shape<{ enabled: boolean }>({ enabled: flag }));

/** Fields that a write may hold and does not change, so that an object that was read can be written back. */
const READ_ONLY = optional(json) as OptionalKind<never>;

const READ_ONLY_FIELDS = {
  created_at: READ_ONLY,
  updated_at: READ_ONLY,
  online: READ_ONLY,
  last_active: READ_ONLY,
  revision: READ_ONLY,
} satisfies ShapeOf<Pick<UserInput, 'created_at' | 'updated_at' | 'online' | 'last_active' | 'revision'>>;

const FIELDS: ShapeOf<UserFieldsInput> = {
  name: someText,
  image: someText,
  role: someText,
  teams: optional(list(text)),
  teams_role: optional(jsonObject),
  language: someText,
  invisible: someFlag,
  privacy_settings: optional(shape<PrivacySettings>({ typing_indicators: ENABLED, read_receipts: ENABLED })),
  push_notifications: optional(
    shape<PushNotificationsInput>({ disabled: someFlag, disabled_until: someTime }),
  ),
  banned: someFlag,
  shadow_banned: someFlag,
  ban_expires: someTime,
};

type Fields = UserFieldsInput & Pick<UserInput, keyof typeof READ_ONLY_FIELDS> & { custom?: object };

const GUEST_FIELDS: ShapeOf<Fields & { id?: string }> = {
  id: optional(userId),
  ...FIELDS,
  custom: optional(jsonObject),
  ...READ_ONLY_FIELDS,
};

/** A user as `connectUser` takes it. Every other name is custom data, of which JSON loses nothing. */
export const USER = shape<Fields & { id: string }>({ ...GUEST_FIELDS, id: userId }, json);

/** A guest as `setGuestUser` takes it: a user without an id of its own, perhaps. */
export const GUEST = shape(GUEST_FIELDS, json);

/** A user as `upsertUser` takes it. */
export const UPSERT_USER = shape<Fields & { id: string; if_revision?: number }>(
  { ...GUEST_FIELDS, id: userId, if_revision: optional(whole(0)) },
  json,
);

/**
 * Users as `upsertUsers` takes them. What each may hold is the server's to say: it names everything that is wrong with a
 * batch, in order. Only what would be lost on the way there is refused here.
 */
export const UPSERT_USERS = batch<Fields & { id: string; if_revision?: number }>(
  jsonObject,
  LIMITS.batchUsers,
);

/** A change as `partialUpdateUser` takes it. */
export const PARTIAL_UPDATE = shape<PartialUserUpdate>({
  id: userId,
  set: optional(jsonObject),
  unset: optional(list(text)),
  if_revision: optional(whole(0)),
});

/** Changes as `partialUpdateUsers` takes them: what each may hold is the server's to say, too. */
export const PARTIAL_UPDATES = batch<PartialUserUpdate>(jsonObject, LIMITS.batchUsers);

const FILTER_ACCEPTS = 'an object of fields and operators, such as { role: "admin" }';

/** A filter. JSON would leave out a condition that is undefined, and so find everybody. The server knows the grammar. */
export const GIVEN_FILTER: Kind<never> = {
  accepts: FILTER_ACCEPTS,
  problem: (value, path) =>
    isRecord(value) && !isThenable(value) ? json.problem(value, '') : wrong(path, FILTER_ACCEPTS, value),
};

/** A filter that may be left out: then all users are meant. */
export const FILTER: OptionalKind<never> = optional(GIVEN_FILTER);

const DIRECTION: Kind<1 | -1> = kindOf('1 or -1', value => value === 1 || value === -1);

/** What users are sorted by. */
export const SORT = optional(list(shape<SortKey>({ field: name, direction: DIRECTION }), LIMITS.sortFields));

/** The options that say which users of those that a filter matches. */
export const FOUND_USERS_ROWS: ShapeOf<FoundUsersOptions> = {
  id_gt: optional(userId),
  id_gte: optional(userId),
  id_lt: optional(userId),
  id_lte: optional(userId),
  created_at_after: someTime,
  created_at_after_or_equal: someTime,
  created_at_before: someTime,
  created_at_before_or_equal: someTime,
  include_deactivated_users: someFlag,
  include_deleted_users: someFlag,
};

const ALL_USERS_ROWS: ShapeOf<AllUsersOptions> = {
  ...FOUND_USERS_ROWS,
  limit: optional(whole(1, LIMITS.pageUsers)),
};

/** The options of `countUsers`. How far a call counts depends on the token, which the server knows. */
export const COUNT_USERS_OPTIONS = optional(
  shape<CountUsersOptions>({ ...FOUND_USERS_ROWS, up_to: optional(whole(1, LIMITS.serverCountUpTo)) }),
);

/** The options of `queryUsersAll`. */
export const ALL_USERS_OPTIONS = optional(shape<AllUsersOptions>(ALL_USERS_ROWS));

const USERS_PAGE_ROWS: ShapeOf<UsersPageOptions> = {
  ...ALL_USERS_ROWS,
  offset: optional(whole(0, LIMITS.offset)),
  next: optional(name),
};

/** The options of `queryUsers` of a user. */
export const QUERY_USERS_OPTIONS = optional(
  shape<QueryUsersOptions>({ ...USERS_PAGE_ROWS, watch: someFlag, presence: someFlag }),
);

/** The options of `queryUsers` of a back end. */
export const USERS_PAGE_OPTIONS = optional(shape<UsersPageOptions>(USERS_PAGE_ROWS));
