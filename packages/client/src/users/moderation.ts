import type { BanOptions, JsonObject, QueryBannedAnswer, QueryBannedInput, User } from '@rollcall/protocol';
import { answerOf } from '../to-rollcall-error.js';
import type { Api } from '../transport/transport.js';

/** Bans. A user needs the grant `ban-user`, and bans neither itself nor an admin; shadow bans are for back ends. */
export interface Moderation<Custom extends object = JsonObject> {
  /**
   * Bans a user, or makes its ban the one that is given: it reads, and cannot write. Answers with the user.
   * @throws RollcallError `NOT_ALLOWED`, `USER_NOT_FOUND`, `USER_DELETED`, and so do the methods that follow.
   */
  banUser(id: string, options?: BanOptions & { shadow?: boolean }): Promise<User<Custom>>;

  /** Ends a ban; a shadow ban stays. Who is not banned stays as it is. */
  unbanUser(id: string): Promise<User<Custom>>;

  /** Bans a user without telling it: it goes on writing, and only it sees what it wrote. */
  shadowBan(id: string, options?: BanOptions): Promise<User<Custom>>;

  /** Ends a shadow ban; an open ban stays. */
  removeShadowBan(id: string): Promise<User<Custom>>;

  /** The bans that hold now, one page, newest first. */
  queryBannedUsers(options?: QueryBannedInput): Promise<QueryBannedAnswer>;
}

/** The methods of `Moderation`. */
export function moderationMethods<Custom extends object>(api: Api): Moderation<Custom> {
  const { moderation } = api;
  const userOf = async (answer: Promise<{ user: User }>) => (await answerOf(answer)).user as User<Custom>;
  return {
    banUser: (id, options) => userOf(moderation.ban.mutate({ ...options, id })),
    unbanUser: id => userOf(moderation.unban.mutate({ id })),
    shadowBan: (id, options) => userOf(moderation.shadowBan.mutate({ ...options, id })),
    removeShadowBan: id => userOf(moderation.removeShadowBan.mutate({ id })),
    queryBannedUsers: (options = {}) => answerOf(moderation.queryBanned.query(options)),
  };
}
