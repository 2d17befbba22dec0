import type { RevokeTokensInput } from '@rollcall/protocol';
import { revokeTokensSchema } from '@rollcall/protocol/schemas';
import type { z } from 'zod';
import { router, serverProcedure } from './trpc.js';

export const tokensRouter = router({
  /**
   * Revokes the tokens of these users, or of the whole app, that were issued before a time or do not say when; null undoes
   * it. Live connections with revoked tokens are closed. Server only. For the whole app, it may revoke the token of this
   * very call. @throws `USER_NOT_FOUND`, `USER_DELETED` with `index`, `INPUT_INVALID`
   */
  revoke: serverProcedure
    .input(revokeTokensSchema as z.ZodType<z.output<typeof revokeTokensSchema>, RevokeTokensInput>)
    .mutation(async ({ ctx, input }): Promise<Record<string, never>> => {
      await ctx.directory.tokens.revoke(ctx.actor, input);
      return {};
    }),
});
