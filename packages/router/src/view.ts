import {
  belongsTo,
  type Tenant,
  toUser,
  type UserRow,
  type Visibility,
  visibilityKey,
  visibleUser,
} from '@rollcall/core';
import type { BudgetLimits, QueryRights, User, UsersAnswer } from '@rollcall/protocol';
import type { Caller } from './caller.js';

/** Whom a caller sees and finds; undefined: everyone. */
export function tenantOfCaller(caller: Caller): Tenant {
  return caller.kind === 'server' ? undefined : caller.tenant;
}

/** Whether a caller sees a user. In an app of one tenant, and as a server, it sees everyone; otherwise its tenant and itself. */
export function canSee(caller: Caller, user: { id: string; teams: readonly string[] }): boolean {
  return (
    (caller.kind === 'user' && caller.userId === user.id) || belongsTo(tenantOfCaller(caller), user.teams)
  );
}

/** How much a caller may see of a user whom it sees: everything as a server, what is its own, otherwise what is public. */
export function visibilityOf(caller: Caller, userId: string | undefined): Visibility {
  if (caller.kind === 'server') return 'everything';
  if (caller.kind === 'user' && caller.userId === userId) return 'own';
  return { privatePaths: caller.privatePaths ?? [] };
}

/** What a caller may name in a filter or a sort of users. */
export function queryRightsOf(
  caller: Caller,
  { filterValues: maxFilterValues }: Pick<BudgetLimits, 'filterValues'>,
): QueryRights {
  return caller.kind === 'server'
    ? { server: true, maxFilterValues }
    : { server: false, maxFilterValues, privatePaths: caller.privatePaths ?? [] };
}

/**
 * A stored user as the caller may see it. Content may name a user of another tenant: of that user only the id is shown, and
 * every other field is that of an unknown user.
 */
export function userFor(caller: Caller, row: UserRow): User {
  const visibility = canSee(caller, row) ? visibilityOf(caller, row.id) : 'id';
  return visibleUser(toUser(row, Date.now()), visibility);
}

/** Users in all the forms in which somebody has seen them, so that each form is made, and becomes text, once. */
const formsOf = new WeakMap<User, Map<string, User>>();

/**
 * Another user as the caller sees it now; undefined when it does not: the user is deleted, or of another tenant.
 * @param user it must not change any more.
 */
export function seenNow(caller: Caller, user: User): User | undefined {
  if (user.deleted_at !== undefined || !canSee(caller, user)) return undefined;
  const visibility = visibilityOf(caller, user.id);
  const key = visibilityKey(visibility);
  const forms = formsOf.get(user) ?? new Map<string, User>();
  formsOf.set(user, forms);
  const seen = forms.get(key) ?? visibleUser(user, visibility);
  forms.set(key, seen);
  return seen;
}

/** Stored users as the caller may see them, by id. */
export function usersFor(caller: Caller, rows: readonly UserRow[]): UsersAnswer {
  return { users: Object.fromEntries(rows.map(row => [row.id, userFor(caller, row)])) };
}
