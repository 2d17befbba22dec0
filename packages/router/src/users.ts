import {
  type Filter,
  type PartialUserUpdate,
  parseFilter,
  parseSort,
  type QueryUsersAnswer,
  type QueryUsersOptions,
  RollcallError,
  type SortKey,
  type UpsertUserInput,
  type User,
  type UserInput,
  type UsersAnswer,
} from '@rollcall/protocol';
import { type ParsedQueryUsersOptions, queryUsersOptionsSchema } from '@rollcall/protocol/schemas';
import { z } from 'zod';
import { requireGrant } from './caller.js';
import { lifeCycleProcedures } from './life-cycle.js';
import { callerProcedure, router, serverProcedure, tokenProcedure } from './trpc.js';
import { userFor, usersFor } from './view.js';

/** An input that core checks, item by item and even for being there, so that one error can list what is wrong. */
const checkedByCore = <Input>() => z.custom<Input>().optional() as unknown as z.ZodType<Input, Input>;

/** What `users.query` takes. */
export interface QueryInput<Options> {
  filter?: Filter;
  sort?: SortKey[];
  options?: Options;
}

export const usersRouter = router({
  /**
   * Creates users, or replaces their data: 1–100 in one transaction, all or nothing. Server only.
   * @throws `INPUT_INVALID`, `USERNAME_TAKEN`, `ROLE_NOT_FOUND`, `REVISION_CONFLICT`, `USER_DELETED`: the first in input
   * order, with `index` and `field`; `issues` lists every one.
   */
  upsert: serverProcedure
    .input(z.strictObject({ users: checkedByCore<UpsertUserInput[]>() }))
    .mutation(async ({ ctx, input }): Promise<UsersAnswer> => {
      const rows = await ctx.directory.users.upsert(ctx.actor, input.users);
      return usersFor({ kind: 'server', actor: ctx.actor }, rows);
    }),

  /**
   * Changes parts of users: 1–100 in one transaction, all or nothing. A user may change itself where its role has the
   * grant `update-own-user`, others with `update-any-user`, and never the fields reserved to servers.
   */
  partialUpdate: callerProcedure
    .input(z.strictObject({ users: checkedByCore<PartialUserUpdate[]>() }))
    .mutation(async ({ ctx: { caller, directory }, input }): Promise<UsersAnswer> => {
      const rows = await directory.users.partialUpdate(caller.actor, input.users, {
        fields: caller.kind,
        authorise: ids => {
          if (caller.kind === 'server') return;
          const others = ids.some(id => id !== caller.userId);
          requireGrant(caller, others ? 'update-any-user' : 'update-own-user');
        },
      });
      return usersFor(caller, rows);
    }),

  /**
   * Creates the user that the token speaks for, or merges the given fields into it. With only an id, an existing user
   * is not touched. `position` is where the user's live events begin.
   */
  connect: tokenProcedure
    .input(z.strictObject({ user: checkedByCore<UserInput>() }))
    .mutation(async ({ ctx: { principal, directory }, input }): Promise<{ user: User; position: string }> => {
      if (principal.kind !== 'user') {
        throw new RollcallError(
          'NOT_ALLOWED',
          'a server token has no user to connect; use the token of a user',
        );
      }
      const { userId, issuedAt } = principal;
      const { row, position } = await directory.users.connect({ userId, issuedAt }, input.user);
      const caller = {
        kind: 'user',
        userId,
        role: row.role,
        actor: { type: 'user', id: userId },
        grants: [],
      } as const;
      return { user: userFor(caller, row), position };
    }),

  /** One page of users that match a filter (SPEC section 4), as the caller may see them. */
  query: callerProcedure
    .input(
      z.strictObject({
        filter: z.custom<Filter>().optional(),
        sort: z.custom<SortKey[]>().optional(),
        options: queryUsersOptionsSchema.optional(),
      }) as unknown as z.ZodType<QueryInput<ParsedQueryUsersOptions>, QueryInput<QueryUsersOptions>>,
    )
    .query(async ({ ctx: { caller, directory }, input }): Promise<QueryUsersAnswer> => {
      requireGrant(caller, 'query-users');
      const server = caller.kind === 'server';
      const options = input.options ?? queryUsersOptionsSchema.parse({});
      if (options.include_deleted_users && !server) {
        throw new RollcallError(
          'NOT_ALLOWED',
          'include_deleted_users: only a server token may ask for deleted users',
          {
            field: 'include_deleted_users',
          },
        );
      }
      const { rows, next, position } = await directory.users.query({
        filter: parseFilter(input.filter ?? {}, { server }),
        sort: parseSort(input.sort, { server }),
        options,
        seesInvisible: server,
      });
      return { users: rows.map(row => userFor(caller, row)), ...(next !== undefined && { next }), position };
    }),

  ...lifeCycleProcedures,
});
