import {
  type BanOptions,
  type JsonObject,
  LIMITS,
  type QueryBannedAnswer,
  type QueryBannedInput,
  type User,
} from '@rollcall/protocol';
import { type ArgumentsOf, checked } from '../check/checked-methods.js';
import { optional } from '../check/kind.js';
import { flag, name, time, userId, whole } from '../check/kinds.js';
import { type ShapeOf, shape } from '../check/shape.js';
import { answerOf } from '../to-rollcall-error.js';
import type { Api } from '../transport/transport.js';

/** Bans. A user needs the grant `ban-user` and can ban neither itself nor an admin. Only back ends can shadow ban. */
export interface Moderation<Custom extends object = JsonObject> {
  /**
   * Bans a user, or replaces its ban: the user can read but not write. Returns the user.
   * @throws RollcallError `NOT_ALLOWED`, `USER_NOT_FOUND`, `USER_DELETED`. The methods below throw the same.
   */
  banUser(id: string, options?: BanOptions & { shadow?: boolean }): Promise<User<Custom>>;

  /** Ends a ban. A shadow ban stays. It is no error if the user is not banned. */
  unbanUser(id: string): Promise<User<Custom>>;

  /** Bans a user without telling it: the user can still write, but nobody else sees what it writes. */
  shadowBan(id: string, options?: BanOptions): Promise<User<Custom>>;

  /** Ends a shadow ban. An open ban stays. */
  removeShadowBan(id: string): Promise<User<Custom>>;

  /** Reads one page of the bans that are in force, newest first. */
  queryBannedUsers(options?: QueryBannedInput): Promise<QueryBannedAnswer>;
}

/** How a ban is imposed. */
export const BAN_ROWS: ShapeOf<BanOptions> = {
  reason: optional(name),
  timeout: optional(whole(1, LIMITS.banMinutes)),
  expires_at: optional(time),
  banned_by_id: optional(userId),
};

/** What the methods of `Moderation` take. */
const ARGUMENTS: ArgumentsOf<Moderation> = {
  banUser: [
    ['id', userId],
    ['options', optional(shape<BanOptions & { shadow?: boolean }>({ ...BAN_ROWS, shadow: optional(flag) }))],
  ],
  unbanUser: [['id', userId]],
  shadowBan: [
    ['id', userId],
    ['options', optional(shape(BAN_ROWS))],
  ],
  removeShadowBan: [['id', userId]],
  queryBannedUsers: [
    [
      'options',
      optional(
        shape<QueryBannedInput>({ limit: optional(whole(1, LIMITS.pageContent)), next: optional(name) }),
      ),
    ],
  ],
};

/** The methods of `Moderation`. */
export function moderationMethods<Custom extends object>(api: Api): Moderation<Custom> {
  const { moderation } = api;
  const userOf = async (answer: Promise<{ user: User }>) => (await answerOf(answer)).user as User<Custom>;
  const methods: Moderation<Custom> = {
    banUser: (id, options) => userOf(moderation.ban.mutate({ ...options, id })),
    unbanUser: id => userOf(moderation.unban.mutate({ id })),
    shadowBan: (id, options) => userOf(moderation.shadowBan.mutate({ ...options, id })),
    removeShadowBan: id => userOf(moderation.removeShadowBan.mutate({ id })),
    queryBannedUsers: (options = {}) => answerOf(moderation.queryBanned.query(options)),
  };
  return checked(methods, ARGUMENTS);
}
