import type { JsonObject, JsonValue } from '../json.js';
import type { TimeInput, User, UserFieldsWith, WritableField } from './user-fields.js';

/** Push settings on input: the time may be an ISO 8601 string. */
export interface PushNotificationsInput {
  disabled?: boolean;
  disabled_until?: TimeInput;
}

type WritableTime = WritableField & UserFieldsWith<{ holds: 'time' }>;

/** The built-in fields that a write may name, some of them for servers only. A time may be an ISO 8601 string. */
export interface UserFieldsInput
  extends Partial<Pick<User, Exclude<WritableField, WritableTime | 'push_notifications'>>>,
    Partial<Record<WritableTime, TimeInput>> {
  /** Private. */
  push_notifications?: PushNotificationsInput;
}

/**
 * A user to write. Custom data stands in `custom`, or beside the built-in fields: `{ id: 'jane', book: 'dune' }` stores
 * `custom.book`. The same key in both places is an error. Read-only fields are accepted and ignored.
 */
export type UserInput<Custom extends object = JsonObject> = UserFieldsInput & {
  id: string;
  custom?: Partial<Custom>;
} & Partial<Omit<Custom, keyof User>> &
  Partial<Pick<User, 'created_at' | 'updated_at' | 'online' | 'last_active' | 'revision'>>;

/** A user to upsert; with `if_revision` the write fails unless the stored revision is that one (0: no such user yet). */
export type UpsertUserInput<Custom extends object = JsonObject> = UserInput<Custom> & {
  if_revision?: number;
};

/**
 * A change to parts of one user. Paths are dotted; a first segment that is no built-in field addresses `custom`.
 * Setting an object replaces that whole sub-object. With `if_revision` the update fails unless the stored revision is
 * that one.
 */
export interface PartialUserUpdate {
  id: string;
  set?: Record<string, JsonValue>;
  unset?: string[];
  if_revision?: number;
}

/** What became of the users of a write. A user who stayed as it was is unchanged: nothing was written. */
export interface WriteCounts {
  created: number;
  updated: number;
  unchanged: number;
}

/** The answer to a write of users: what is stored now, by id, and how many users changed. */
export interface UsersAnswer<Custom extends object = JsonObject> {
  users: Record<string, User<Custom>>;
  /** Absent from servers of before. */
  counts?: WriteCounts;
}
