import type { UserEventType } from '../events/event-catalogue.js';
import type { JsonObject } from '../json.js';

/** A time: epoch milliseconds, UTC. */
export type Time = number;

/** A time on input: epoch milliseconds or an ISO 8601 string with a zone. */
export type TimeInput = number | string;

/** What other people may learn of this user's activity; each part is on when absent. */
export interface PrivacySettings {
  typing_indicators?: { enabled: boolean };
  read_receipts?: { enabled: boolean };
}

/** Whether push notifications reach this user's devices. */
export interface PushNotifications {
  disabled?: boolean;
  disabled_until?: Time;
}

/** A device that receives push notifications. */
export interface Device {
  id: string;
  push_provider: 'apn' | 'firebase' | 'huawei' | 'xiaomi';
  push_provider_name?: string;
  created_at: Time;
}

/**
 * The one user object (docs/contract/users.md). Fields marked private are present for a server token and for the user
 * itself, and absent for everybody else. `shadow_banned` is present for a server token alone.
 */
export interface User<Custom extends object = JsonObject> {
  /** 1–255 of `A-Z a-z 0-9 @ _ - . : + |`; case-sensitive; never changes. */
  id: string;
  /** At most 255 characters. */
  name?: string;
  /** An http or https URL of at most 2,048 characters. */
  image?: string;
  /** Written by servers only. */
  role: string;
  /** Written by servers only. */
  teams: string[];
  /** The user's role within single teams, by team. Written by servers only. */
  teams_role?: Record<string, string>;
  custom: Custom;
  /** BCP 47 or ISO 639. */
  language?: string;
  /** Private. Looks offline to everyone else; stays until it is changed. */
  invisible?: boolean;
  /** Private. */
  privacy_settings?: PrivacySettings;
  /** Private. */
  push_notifications?: PushNotifications;
  /** Written by servers only. */
  banned: boolean;
  /** Seen and written by servers only: the user itself is not told. */
  shadow_banned?: boolean;
  /**
   * Private. Written by servers only. A ban that has run out reads as not banned. The user itself sees it only while it
   * is openly banned.
   */
  ban_expires?: Time;
  /** Private. */
  blocked_user_ids?: string[];
  /** Private. */
  devices?: Device[];
  /** At least one live connection on any process. */
  online: boolean;
  /** Absent for a user who has never connected. */
  last_active?: Time;
  /** Seconds: mean time from somebody else's message to this user's next one in the same channel. */
  avg_response_time?: number;
  created_at: Time;
  /** The time of the last change that others can see: it moves with `revision`. */
  updated_at: Time;
  deactivated_at?: Time;
  deleted_at?: Time;
  /** Private. Tokens issued before this time are refused. */
  revoke_tokens_issued_before?: Time;
  /** 1 at first, +1 with every change that others can see. */
  revision: number;
}

/**
 * The one table of the fields of a user: a row says everything about a field. The columns that store users, the fields
 * of a query, the columns of a CSV file and the tables of the documents follow from it. The compiler holds the interface
 * above and the schemas of input to it, both ways.
 */
// biome-ignore format: a table is read by its columns
export const USER_FIELDS = {
  id: { holds: 'string', write: 'nobody', seenBy: 'all', onReplace: 'keep', changes: 'never', query: 'all', indexed: true, autocomplete: true },
  name: { holds: 'string', optional: true, write: 'anyone', seenBy: 'all', onReplace: 'reset', changes: 'user.updated', query: 'all', indexed: true, autocomplete: true },
  image: { holds: 'string', optional: true, write: 'anyone', seenBy: 'all', onReplace: 'reset', changes: 'user.updated' },
  role: { holds: 'string', default: 'user', write: 'server', seenBy: 'all', onReplace: 'reset', changes: 'user.updated', query: 'all', indexed: true },
  teams: { holds: 'strings', default: [], write: 'server', seenBy: 'all', onReplace: 'reset', changes: 'user.updated', query: 'all' },
  teams_role: { holds: 'map', optional: true, write: 'server', seenBy: 'all', onReplace: 'reset', changes: 'user.updated' },
  custom: { holds: 'object', default: {}, write: 'anyone', seenBy: 'all', onReplace: 'reset', changes: 'user.updated' },
  language: { holds: 'string', optional: true, write: 'anyone', seenBy: 'all', onReplace: 'reset', changes: 'user.updated', query: 'all', indexed: true },
  invisible: { holds: 'boolean', default: false, write: 'anyone', seenBy: 'self', onReplace: 'reset', changes: 'user.updated', query: 'server' },
  privacy_settings: { holds: 'object', optional: true, write: 'anyone', seenBy: 'self', onReplace: 'reset', changes: 'user.updated' },
  push_notifications: { holds: 'object', optional: true, write: 'anyone', seenBy: 'self', onReplace: 'reset', changes: 'user.updated' },
  banned: { holds: 'boolean', default: false, write: 'server', seenBy: 'all', onReplace: 'keep', changes: ['user.banned', 'user.unbanned'], query: 'all' },
  shadow_banned: { holds: 'boolean', default: false, write: 'server', seenBy: 'server', onReplace: 'keep', changes: ['user.banned', 'user.unbanned'], query: 'server' },
  ban_expires: { holds: 'time', optional: true, write: 'server', seenBy: 'self', onReplace: 'keep', changes: ['user.banned', 'user.unbanned'] },
  blocked_user_ids: { holds: 'strings', default: [], write: 'nobody', seenBy: 'self', onReplace: 'keep', changes: ['user.blocked', 'user.unblocked'] },
  devices: { holds: 'objects', default: [], write: 'nobody', seenBy: 'self', onReplace: 'keep', changes: ['user.device.added', 'user.device.removed'] },
  online: { holds: 'boolean', default: false, write: 'nobody', seenBy: 'all', onReplace: 'keep', changes: 'apart', query: 'all' },
  last_active: { holds: 'time', optional: true, write: 'nobody', seenBy: 'all', onReplace: 'keep', changes: 'apart', query: 'all', indexed: true },
  avg_response_time: { holds: 'integer', optional: true, write: 'nobody', seenBy: 'all', onReplace: 'keep', changes: 'apart' },
  created_at: { holds: 'time', write: 'nobody', seenBy: 'all', onReplace: 'keep', changes: 'user.updated', query: 'all', indexed: true },
  updated_at: { holds: 'time', write: 'nobody', seenBy: 'all', onReplace: 'keep', changes: 'along', query: 'all', indexed: true },
  deactivated_at: { holds: 'time', optional: true, write: 'nobody', seenBy: 'all', onReplace: 'keep', changes: ['user.deactivated', 'user.reactivated'], query: 'all' },
  deleted_at: { holds: 'time', optional: true, write: 'nobody', seenBy: 'all', onReplace: 'keep', changes: ['user.deleted', 'user.restored'] },
  revoke_tokens_issued_before: { holds: 'time', optional: true, write: 'nobody', seenBy: 'self', onReplace: 'keep', changes: 'user.tokens.revoked' },
  revision: { holds: 'integer', write: 'nobody', seenBy: 'all', onReplace: 'keep', changes: 'along' },
} as const satisfies { [Field in keyof User]-?: RuleOf<Field> };

/** How one field of a user behaves. */
export interface UserFieldRule {
  /** What its value is: the kind of its column, of its comparisons in a query and of its cell in CSV follow from it. */
  holds: UserFieldKind;
  /** A user may lack it. A field that is neither optional nor has a default is given by the code that makes a user. */
  optional?: true;
  /** What a user has who was given nothing else. */
  default?: string | boolean | readonly never[] | Record<string, never>;
  /**
   * `anyone` who may write the user at all, `server` (a server token only), or `nobody`: read only, so ignored by upserts,
   * for an object that was read can be written back, and an error in a partial update.
   */
  write: 'anyone' | 'server' | 'nobody';
  /** Who sees it of those who see the user: all of them, only the user itself and servers, or servers alone. */
  seenBy: 'all' | 'self' | 'server';
  /** What an upsert that does not name the field does: back to the default, or absent, or as it was. */
  onReplace: 'reset' | 'keep';
  /**
   * The event that tells of a change, or the two that tell that it is set and cleared, begins and ends. Or why there is
   * none: it `never` changes, it is written `apart`, by statements of its own, or it changes `along` with other fields.
   */
  changes: UserEventType | readonly [UserEventType, UserEventType] | 'never' | 'apart' | 'along';
  /** Who may name it in a filter or a sort: all who may query users, or servers only. Absent: nobody. */
  query?: 'all' | 'server';
  /** An index orders users by it, and then by id. */
  indexed?: true;
  /** A filter may ask for the beginnings of its words. They have a column of their own. */
  autocomplete?: true;
}

/**
 * `map` is an object by names that are given freely, dots included; the parts of an `object` have paths. A `time` is an
 * integer, too.
 */
export type UserFieldKind =
  | 'string'
  | 'strings'
  | 'boolean'
  | 'time'
  | 'integer'
  | 'object'
  | 'map'
  | 'objects';

/** What a field holds that a query can compare. */
export type QueryFieldKind = 'string' | 'strings' | 'boolean' | 'time';

/** What the row of a field may say, given its type in the interface. */
type RuleOf<Field extends keyof User> = UserFieldRule & {
  holds: KindOf<NonNullable<User[Field]>>;
  default?: Readonly<User[Field]>;
} & (undefined extends User[Field]
    ? // Of a private field the interface cannot say whether it is always stored: to others it is absent.
      { optional: true; default?: undefined } | { seenBy: 'self' | 'server'; optional?: undefined }
    : { optional?: undefined; seenBy: 'all' }) &
  ({ write: 'nobody'; onReplace: 'keep' } | { write: 'anyone' | 'server' }) &
  (
    | { query?: undefined }
    | { holds: QueryFieldKind; query: 'server' }
    | { holds: QueryFieldKind; seenBy: 'all' }
  );

type KindOf<Value> = Value extends string
  ? 'string'
  : Value extends boolean
    ? 'boolean'
    : Value extends number
      ? 'time' | 'integer'
      : Value extends readonly string[]
        ? 'strings'
        : Value extends readonly unknown[]
          ? 'objects'
          : 'object' | 'map';

/** The name of a built-in field. */
export type UserField = keyof typeof USER_FIELDS;

/** The fields whose row says all of this. */
export type UserFieldsWith<Said extends Partial<UserFieldRule>> = {
  [Field in UserField]: (typeof USER_FIELDS)[Field] extends Said ? Field : never;
}[UserField];

/** A built-in field that a write may name, `custom` aside. */
export type WritableField = Exclude<UserFieldsWith<{ write: 'anyone' | 'server' }>, 'custom'>;

/** Every built-in field, in the order of the table. */
export const USER_FIELD_NAMES = Object.keys(USER_FIELDS) as readonly UserField[];

/** Whether a top-level key is a built-in field; every other key is custom data. */
export function isUserField(key: string): key is UserField {
  return Object.hasOwn(USER_FIELDS, key);
}

/** Whether a key is a built-in field that a write may name, `custom` aside. */
export function isWritableField(key: string): key is WritableField {
  return isUserField(key) && key !== 'custom' && USER_FIELDS[key].write !== 'nobody';
}
