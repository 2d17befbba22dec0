import type { Block, BlockUserInput, ListBlocksAnswer, ListBlocksInput, User } from '@rollcall/protocol';
import { blockUserSchema, listBlocksSchema, type ParsedListBlocks } from '@rollcall/protocol/schemas';
import type { z } from 'zod';
import { actingUserId, requireGrant, viewerOf } from './caller.js';
import { callerProcedure, router } from './trpc.js';
import { userFor } from './view.js';

export const blocksRouter = router({
  /**
   * Blocks a user, so that neither of the two reaches the other in channels and calls. Needs the grant `block-user`. Answers
   * with the user who blocks. @throws `USER_NOT_FOUND`, `USER_DELETED`; `INPUT_INVALID` for oneself, and for more than 1,000
   * blocks
   */
  block: callerProcedure
    .input(blockUserSchema as z.ZodType<BlockUserInput, BlockUserInput>)
    .mutation(async ({ ctx: { caller, directory }, input }): Promise<{ user: User }> => {
      requireGrant(caller, 'block-user');
      const change = { userId: actingUserId(caller, input.user_id), id: input.id };
      return { user: userFor(caller, await directory.blocks.block(caller.actor, viewerOf(caller), change)) };
    }),

  /** Removes a block. Needs the grant `block-user`. Answers with the user who blocked. @throws `USER_NOT_FOUND` */
  unblock: callerProcedure
    .input(blockUserSchema as z.ZodType<BlockUserInput, BlockUserInput>)
    .mutation(async ({ ctx: { caller, directory }, input }): Promise<{ user: User }> => {
      requireGrant(caller, 'block-user');
      const change = { userId: actingUserId(caller, input.user_id), id: input.id };
      return { user: userFor(caller, await directory.blocks.unblock(caller.actor, change)) };
    }),

  /** One page of the users whom the caller has blocked, newest first. @throws `USER_NOT_FOUND`, `CURSOR_INVALID` */
  list: callerProcedure
    .input(listBlocksSchema as unknown as z.ZodType<ParsedListBlocks, ListBlocksInput | undefined>)
    .query(async ({ ctx: { caller, directory }, input }): Promise<ListBlocksAnswer> => {
      const { user_id, ...page } = input;
      const query = { ...page, userId: actingUserId(caller, user_id) };
      const { blocks, users, next } = await directory.blocks.list(viewerOf(caller), query);
      return {
        blocks: blocks.flatMap(({ blocked_user_id, created_at }): Block[] => {
          const row = users.get(blocked_user_id);
          return row ? [{ user_id: blocked_user_id, user: userFor(caller, row), created_at }] : [];
        }),
        ...(next !== undefined && { next }),
      };
    }),
});
