import type { BanPage, Directory } from '@rollcall/core';
import type {
  Ban,
  BanUserInput,
  QueryBannedAnswer,
  QueryBannedInput,
  ShadowBanInput,
  User,
} from '@rollcall/protocol';
import {
  banUserSchema,
  type ParsedBanUser,
  type ParsedQueryBanned,
  type ParsedShadowBan,
  queryBannedSchema,
  shadowBanSchema,
  userIdSchema,
} from '@rollcall/protocol/schemas';
import { z } from 'zod';
import { type Caller, hasGrantInSomeTeam, requireGrant, viewerOf } from './caller.js';
import { callerProcedure, queryProcedure, router } from './trpc.js';
import { userFor } from './view.js';

const oneUser = z.strictObject({ id: userIdSchema });

export const moderationRouter = router({
  /**
   * Bans a user, or changes its ban. A banned user cannot write. Needs the grant `ban-user`; only servers may name the
   * author and ban in shadow. @throws `USER_NOT_FOUND`, `USER_DELETED`; `NOT_ALLOWED` for oneself and for admins
   */
  ban: callerProcedure
    .input(banUserSchema as unknown as z.ZodType<ParsedBanUser, BanUserInput>)
    .mutation(async ({ ctx: { caller, directory }, input }): Promise<{ user: User }> => {
      await requireBanGrant(directory, caller, input.id);
      return oneUserFor(caller, await directory.moderation.ban(caller.actor, viewerOf(caller), input));
    }),

  /** Ends the ban of a user. A shadow ban stays. Needs the grant `ban-user`. @throws as `ban` does */
  unban: callerProcedure
    .input(oneUser)
    .mutation(async ({ ctx: { caller, directory }, input }): Promise<{ user: User }> => {
      await requireBanGrant(directory, caller, input.id);
      const change = { id: input.id, shadow: false };
      return oneUserFor(caller, await directory.moderation.unban(caller.actor, viewerOf(caller), change));
    }),

  /** Bans a user without telling the user, who alone sees what it writes. Needs the grant `ban-user`. @throws as `ban` does */
  shadowBan: callerProcedure
    .input(shadowBanSchema as unknown as z.ZodType<ParsedShadowBan, ShadowBanInput>)
    .mutation(async ({ ctx: { caller, directory }, input }): Promise<{ user: User }> => {
      await requireBanGrant(directory, caller, input.id);
      const ban = { ...input, shadow: true };
      return oneUserFor(caller, await directory.moderation.ban(caller.actor, viewerOf(caller), ban));
    }),

  /** Ends the shadow ban of a user. An open ban stays. Needs the grant `ban-user`. @throws as `ban` does */
  removeShadowBan: callerProcedure
    .input(oneUser)
    .mutation(async ({ ctx: { caller, directory }, input }): Promise<{ user: User }> => {
      await requireBanGrant(directory, caller, input.id);
      const change = { id: input.id, shadow: true };
      return oneUserFor(caller, await directory.moderation.unban(caller.actor, viewerOf(caller), change));
    }),

  /**
   * One page of the bans in force, newest first. Only servers see shadow bans. Needs the grant `ban-user`.
   * @throws `CURSOR_INVALID`
   */
  queryBanned: queryProcedure
    .input(
      queryBannedSchema.prefault({}) as unknown as z.ZodType<ParsedQueryBanned, QueryBannedInput | undefined>,
    )
    .query(async ({ ctx: { caller, directory, budget }, input }): Promise<QueryBannedAnswer> => {
      requireGrant(caller, 'ban-user');
      return bansFor(caller, await directory.moderation.queryBanned(viewerOf(caller), input, budget.limits));
    }),
});

/** Requires the grant to ban. A role within a team has it for the users of that team. */
async function requireBanGrant(directory: Directory, caller: Caller, id: string): Promise<void> {
  if (!hasGrantInSomeTeam(caller, 'ban-user')) return requireGrant(caller, 'ban-user');
  const [target] = await directory.users.find([id]);
  requireGrant(caller, 'ban-user', target?.teams);
}

function oneUserFor(caller: Caller, row: Parameters<typeof userFor>[1]): { user: User } {
  return { user: userFor(caller, row) };
}

/** Bans with their users as the caller may see them. */
function bansFor(caller: Caller, { bans, users, next }: BanPage): QueryBannedAnswer {
  return {
    bans: bans.flatMap(({ banned_by_id, ...ban }): Ban[] => {
      const user = users.get(ban.user_id);
      const author = users.get(banned_by_id ?? '');
      if (!user) return [];
      return [{ ...ban, user: userFor(caller, user), ...(author && { banned_by: userFor(caller, author) }) }];
    }),
    ...(next !== undefined && { next }),
  };
}
