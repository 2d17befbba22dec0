import type { Role } from '@rollcall/protocol';
import { roleNameSchema } from '@rollcall/protocol/schemas';
import { z } from 'zod';
import { router, serverProcedure } from './trpc.js';

const oneRole = z.strictObject({ name: roleNameSchema });

export const rolesRouter = router({
  /** Creates a role. Server only. @throws `ROLE_IN_USE` when it exists. */
  create: serverProcedure
    .input(oneRole)
    .mutation(({ ctx, input }): Promise<Role> => ctx.directory.roles.create(ctx.actor, input.name)),

  /** All roles, the built-in ones first. Server only. */
  list: serverProcedure.query(
    async ({ ctx }): Promise<{ roles: Role[] }> => ({
      roles: await ctx.directory.roles.list(),
    }),
  ),

  /** Deletes a role. Server only. @throws `ROLE_NOT_FOUND`, or `ROLE_IN_USE` while a user has it. */
  delete: serverProcedure.input(oneRole).mutation(async ({ ctx, input }): Promise<Record<string, never>> => {
    await ctx.directory.roles.delete(ctx.actor, input.name);
    return {};
  }),
});
