import type { ParsedUserSelection, UserRow } from '@rollcall/core';
import {
  type CountUsersAnswer,
  type CountUsersOptions,
  type Filter,
  type GuestAnswer,
  type GuestInput,
  LIMITS,
  type PartialUserUpdate,
  parseFilter,
  parseSort,
  type QueryRights,
  type QueryUsersAnswer,
  type QueryUsersOptions,
  RollcallError,
  type SortKey,
  type UpsertUsersInput,
  type User,
  type UserHistoryAnswer,
  type UserHistoryInput,
  type UserInput,
  type UsersAnswer,
} from '@rollcall/protocol';
import {
  countUsersOptionsSchema,
  type ParsedCountUsersOptions,
  type ParsedFoundUsersOptions,
  type ParsedQueryUsersOptions,
  type ParsedUserHistory,
  queryUsersOptionsSchema,
  userHistorySchema,
} from '@rollcall/protocol/schemas';
import { z } from 'zod';
import { type Caller, hasGrantInSomeTeam, requireGrant, requireUser } from './caller.js';
import { SECRET_ANSWER } from './keyed-call.js';
import { lifeCycleProcedures } from './life-cycle.js';
import {
  callerProcedure,
  publicProcedure,
  queryProcedure,
  router,
  serverProcedure,
  serverQueryProcedure,
  tokenProcedure,
} from './trpc.js';
import { actionProcedures } from './user-actions.js';
import { queryRightsOf, tenantOfCaller, userFor, usersFor } from './view.js';

/** An input that core checks item by item, even for its presence, so that one error can list everything that is wrong. */
const checkedByCore = <Input>() => z.custom<Input>().optional() as unknown as z.ZodType<Input, Input>;

/** What `users.query` takes. */
export interface QueryInput<Options> {
  filter?: Filter;
  sort?: SortKey[];
  options?: Options;
}

/** What `users.count` takes. */
export interface CountInput<Options> {
  filter?: Filter;
  options?: Options;
}

export const usersRouter = router({
  /**
   * Creates users or replaces their data: 1–100 in one transaction, all or nothing. Server only. With `as_is` it also
   * writes what is read only otherwise; with `dry_run` it writes nothing and answers as if it had.
   * @throws `INPUT_INVALID`, `USERNAME_TAKEN`, `ROLE_NOT_FOUND`, `REVISION_CONFLICT`, `USER_DELETED`: the first in input
   * order, with `index` and `field`; `issues` lists every one.
   */
  upsert: serverProcedure
    .input(
      z.strictObject({
        users: checkedByCore<UpsertUsersInput['users']>(),
        as_is: z.boolean().optional(),
        refuse_deactivated: z.boolean().optional(),
        dry_run: z.boolean().optional(),
      }),
    )
    .mutation(async ({ ctx, input }): Promise<UsersAnswer> => {
      const { users, as_is: asIs, refuse_deactivated: refuseDeactivated, dry_run: dryRun } = input;
      const options = { asIs, refuseDeactivated, dryRun };
      const { rows, counts } = await ctx.directory.users.upsert(ctx.actor, users, options);
      return { ...usersFor({ kind: 'server', actor: ctx.actor }, rows), counts };
    }),

  /**
   * Changes parts of users: 1–100 in one transaction, all or nothing. A user may change itself where its role has the
   * grant `update-own-user`, others with `update-any-user`, but never the fields reserved for servers. The grant of a role
   * within a team holds for the users of that team. @throws `USER_BANNED` for a user who is banned
   */
  partialUpdate: callerProcedure
    .input(z.strictObject({ users: checkedByCore<PartialUserUpdate[]>() }))
    .mutation(async ({ ctx: { caller, directory }, input }): Promise<UsersAnswer> => {
      const { rows, counts } = await directory.users.partialUpdate(caller.actor, input.users, {
        fields: caller.kind === 'server' ? 'server' : 'user',
        tenant: tenantOfCaller(caller),
        authorise: ids => authoriseUpdate(caller, ids, async others => directory.users.find(others)),
      });
      return { ...usersFor(caller, rows), counts };
    }),

  /**
   * Creates the user of the token, or merges the given fields into it. With only an id, it does not change an existing
   * user. `position` is where the user's live events begin.
   */
  connect: tokenProcedure
    .input(z.strictObject({ user: checkedByCore<UserInput>() }))
    .mutation(async ({ ctx: { principal, directory }, input }): Promise<{ user: User; position: string }> => {
      if (principal.kind !== 'user') {
        throw new RollcallError(
          'NOT_ALLOWED',
          'only the token of a user can connect; this token has no user',
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
   * Creates a user with the role `guest` for a caller without a token, and answers with a token for it that is valid for 24
   * hours. An id that a user has, or had, is refused. `position` is where the guest's live events begin.
   * @throws `NOT_ALLOWED` when the app admits no guests
   */
  connectGuest: publicProcedure
    .meta(SECRET_ANSWER)
    .input(z.strictObject({ user: checkedByCore<GuestInput>() }))
    .mutation(async ({ ctx: { directory, signGuestToken }, input }): Promise<GuestAnswer> => {
      if (!signGuestToken) throw new RollcallError('NOT_ALLOWED', 'this server admits no guests');
      const { row, position } = await directory.users.connectGuest(input.user);
      const { id: userId, role } = row;
      const caller = { kind: 'user', userId, role, actor: { type: 'user', id: userId }, grants: [] } as const;
      return { user: userFor(caller, row), token: await signGuestToken(userId), position };
    }),

  /** One page of the users that match a filter (docs/contract/queries.md), as the caller may see them. */
  query: queryProcedure
    .input(
      z.strictObject({
        filter: z.custom<Filter>().optional(),
        sort: z.custom<SortKey[]>().optional(),
        options: queryUsersOptionsSchema.optional(),
      }) as unknown as z.ZodType<QueryInput<ParsedQueryUsersOptions>, QueryInput<QueryUsersOptions>>,
    )
    .query(async ({ ctx: { caller, directory, budget }, input }): Promise<QueryUsersAnswer> => {
      requireGrant(caller, 'query-users');
      const options = input.options ?? queryUsersOptionsSchema.parse({});
      const rights = queryRightsOf(caller, budget.limits);
      const { rows, next, position } = await directory.users.query(
        {
          ...selectionOf(caller, { filter: input.filter, options, rights }),
          options,
          sort: parseSort(input.sort, rights),
        },
        budget.limits,
      );
      return { users: rows.map(row => userFor(caller, row)), ...(next !== undefined && { next }), position };
    }),

  /** Counts the users that a filter matches, as far as the caller may see them, and no further than `up_to`. */
  count: queryProcedure
    .input(
      z.strictObject({
        filter: z.custom<Filter>().optional(),
        options: countUsersOptionsSchema.optional(),
      }) as unknown as z.ZodType<CountInput<ParsedCountUsersOptions>, CountInput<CountUsersOptions>>,
    )
    .query(({ ctx: { caller, directory, budget }, input }): Promise<CountUsersAnswer> => {
      requireGrant(caller, 'query-users');
      const options = input.options ?? countUsersOptionsSchema.parse({});
      if (caller.kind !== 'server' && options.up_to > LIMITS.countUpTo) {
        const message = `up_to: must be at most ${LIMITS.countUpTo}, or ${LIMITS.serverCountUpTo} with a server token`;
        throw new RollcallError('INPUT_INVALID', message, { field: 'up_to' });
      }
      const rights = queryRightsOf(caller, budget.limits);
      const selection = selectionOf(caller, { filter: input.filter, options, rights });
      return directory.users.count({ ...selection, upTo: options.up_to }, budget.limits);
    }),

  ...lifeCycleProcedures,

  ...actionProcedures,

  /**
   * What the event log says about a user, newest first: who changed what and when; with `by`, also what the user did.
   * Server only. @throws `USER_NOT_FOUND`, `CURSOR_INVALID`
   */
  history: serverQueryProcedure
    .input(userHistorySchema as z.ZodType<ParsedUserHistory, UserHistoryInput>)
    .query(
      ({ ctx, input }): Promise<UserHistoryAnswer> => ctx.directory.history.query(input, ctx.budget.limits),
    ),
});

/** Whom a filter and options mean, of those whom the caller may find. @throws RollcallError `NOT_ALLOWED` */
function selectionOf(
  caller: Caller,
  { filter, options, rights }: { filter?: Filter; options: ParsedFoundUsersOptions; rights: QueryRights },
): ParsedUserSelection {
  const server = caller.kind === 'server';
  if (options.include_deleted_users && !server) {
    const message = 'include_deleted_users: only a server token may ask for deleted users';
    throw new RollcallError('NOT_ALLOWED', message, { field: 'include_deleted_users' });
  }
  return {
    filter: parseFilter(filter ?? {}, rights),
    options,
    seesInvisible: server,
    tenant: tenantOfCaller(caller),
  };
}

/**
 * Requires that a caller may change the users with these ids. It reads other users only for a caller that may change those
 * of a team; a user who is not found has no team.
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
