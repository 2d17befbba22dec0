import type { UserRow } from '@rollcall/core';
import {
  type Filter,
  type GuestAnswer,
  type GuestInput,
  type PartialUserUpdate,
  parseFilter,
  parseSort,
  type QueryUsersAnswer,
  type QueryUsersOptions,
  RollcallError,
  type SortKey,
  type UpsertUserInput,
  type User,
  type UserHistoryAnswer,
  type UserHistoryInput,
  type UserInput,
  type UsersAnswer,
} from '@rollcall/protocol';
import {
  type ParsedQueryUsersOptions,
  type ParsedUserHistory,
  queryUsersOptionsSchema,
  userHistorySchema,
} from '@rollcall/protocol/schemas';
import { z } from 'zod';
import { type Caller, hasGrantInSomeTeam, requireGrant, requireUser } from './caller.js';
import { lifeCycleProcedures } from './life-cycle.js';
import { callerProcedure, publicProcedure, router, serverProcedure, tokenProcedure } from './trpc.js';
import { tenantOfCaller, userFor, usersFor } from './view.js';

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
   * grant `update-own-user`, others with `update-any-user`, and never the fields reserved to servers. With the role of a
   * team, the grant holds for the users of that team. @throws `USER_BANNED` for a user who is banned
   */
  partialUpdate: callerProcedure
    .input(z.strictObject({ users: checkedByCore<PartialUserUpdate[]>() }))
    .mutation(async ({ ctx: { caller, directory }, input }): Promise<UsersAnswer> => {
      const rows = await directory.users.partialUpdate(caller.actor, input.users, {
        fields: caller.kind === 'server' ? 'server' : 'user',
        tenant: tenantOfCaller(caller),
        authorise: ids => authoriseUpdate(caller, ids, async others => directory.users.find(others)),
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
          'a token without a user has nobody to connect; use the token of a user',
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

  /**
   * Makes a user of role `guest` for somebody without a token, and answers with a token for it that holds for a day. An
   * id that somebody has, or had, is refused. `position` is where the guest's live events begin.
   * @throws `NOT_ALLOWED` where the app takes no guests
   */
  connectGuest: publicProcedure
    .input(z.strictObject({ user: checkedByCore<GuestInput>() }))
    .mutation(async ({ ctx: { directory, signGuestToken }, input }): Promise<GuestAnswer> => {
      if (!signGuestToken) throw new RollcallError('NOT_ALLOWED', 'this server takes no guests');
      const { row, position } = await directory.users.connectGuest(input.user);
      const { id: userId, role } = row;
      const caller = { kind: 'user', userId, role, actor: { type: 'user', id: userId }, grants: [] } as const;
      return { user: userFor(caller, row), token: await signGuestToken(userId), position };
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
        tenant: tenantOfCaller(caller),
      });
      return { users: rows.map(row => userFor(caller, row)), ...(next !== undefined && { next }), position };
    }),

  ...lifeCycleProcedures,

  /**
   * What the event log tells of a user, newest first: who changed what and when; with `by`, also what the user did.
   * Server only. @throws `USER_NOT_FOUND`, `CURSOR_INVALID`
   */
  history: serverProcedure
    .input(userHistorySchema as z.ZodType<ParsedUserHistory, UserHistoryInput>)
    .query(({ ctx, input }): Promise<UserHistoryAnswer> => ctx.directory.history.query(input)),
});

/**
 * Lets a caller change the users with these ids, or throws. Others are looked up only for a caller who may change those
 * of a team; who is not found has no team.
 */
async function authoriseUpdate(
  caller: Caller,
  ids: readonly string[],
  find: (ids: readonly string[]) => Promise<UserRow[]>,
): Promise<void> {
  if (caller.kind === 'server') return;
  const { userId } = requireUser(caller);
  const others = ids.filter(id => id !== userId);
  if (caller.grants.includes('update-any-user')) return;
  if (others.length < ids.length || others.length === 0) requireGrant(caller, 'update-own-user');
  if (others.length === 0) return;
  if (!hasGrantInSomeTeam(caller, 'update-any-user')) return requireGrant(caller, 'update-any-user');
  const rows = new Map((await find(others)).map(row => [row.id, row]));
  for (const id of others) requireGrant(caller, 'update-any-user', rows.get(id)?.teams);
}
