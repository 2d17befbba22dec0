import type { RevokeTokensInput } from '@rollcall/protocol';
import { revokeTokensSchema } from '@rollcall/protocol/schemas';
import type { z } from 'zod';
import { router, serverProcedure } from './trpc.js';

export const tokensRouter = router({
  /**
   * Refuses from now on the tokens of these users, or of the whole app, that were issued before a time or do not say
   * when; null undoes it. Their live connections are closed. Server only; with the whole app, the token of this very
   * call may be revoked by it. @throws `USER_NOT_FOUND`, `USER_DELETED` with `index`, `INPUT_INVALID`
   */
  revoke: serverProcedure
    .input(revokeTokensSchema as z.ZodType<z.output<typeof revokeTokensSchema>, RevokeTokensInput>)
    .mutation(async ({ ctx, input }): Promise<Record<string, never>> => {
      await ctx.directory.tokens.revoke(ctx.actor, input);
      return {};
    }),
});
