import type { JsonObject } from '../json.js';
import type { Device, TimeInput, User, UserFieldsWith, WritableField } from './user-fields.js';

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
 * A user that comes from elsewhere and is written as it is: with what is read only otherwise, as `rollcall export` or
 * another service wrote it. A field that it does not name stays as it is stored, and `null` clears a field. `updated_at`,
 * `revision`, `online` and `avg_response_time` are accepted and ignored.
 */
export type UserAsIsInput<Custom extends object = JsonObject> = {
  [Field in keyof UserFieldsInput]?: UserFieldsInput[Field] | null;
} & {
  id: string;
  custom?: Partial<Custom> | null;
  created_at?: TimeInput | null;
  last_active?: TimeInput | null;
  deactivated_at?: TimeInput | null;
  revoke_tokens_issued_before?: TimeInput | null;
  devices?: DeviceAsIsInput[] | null;
  /** Users who need not exist, or not yet. */
  blocked_user_ids?: string[] | null;
  if_revision?: number;
  updated_at?: TimeInput | null;
  online?: boolean | null;
  revision?: number | null;
  avg_response_time?: number | null;
  /** A user who is deleted is refused. */
  deleted_at?: TimeInput | null;
} & Partial<Omit<Custom, keyof User>>;

/** A device of a user that is written as it is. Without `created_at` it is as of now. */
export type DeviceAsIsInput = Omit<Device, 'created_at' | 'push_provider_name'> & {
  created_at?: TimeInput | null;
  push_provider_name?: string | null;
  /** The user whom the device is of. Ignored. */
  user_id?: string;
};

/** What `users.upsert` takes. */
export interface UpsertUsersInput {
  users: (UpsertUserInput | UserAsIsInput)[];
  /** Whether to write what is read only otherwise, too. Default: false. */
  as_is?: boolean;
  /**
   * Whether a user with a `deactivated_at` or `deleted_at`, which an upsert ignores, is an error where the user would be
   * active. Default: false.
   */
  refuse_deactivated?: boolean;
  /** Whether to check and count only, and to write nothing. Default: false. */
  dry_run?: boolean;
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
