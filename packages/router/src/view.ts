import { belongsTo, type Tenant, toUser, type UserRow, type Visibility, visibleUser } from '@rollcall/core';
import type { User, UsersAnswer } from '@rollcall/protocol';
import type { Caller } from './caller.js';

/** Whom a caller sees and finds; undefined: everybody. */
export function tenantOfCaller(caller: Caller): Tenant {
  return caller.kind === 'server' ? undefined : caller.tenant;
}

/** Whether a caller sees a user: servers and single-tenant apps everybody, others those of their tenant and themselves. */
export function canSee(caller: Caller, user: { id: string; teams: readonly string[] }): boolean {
  return (
    (caller.kind === 'user' && caller.userId === user.id) || belongsTo(tenantOfCaller(caller), user.teams)
  );
}

/** How much of a user a caller may see who sees it at all: everything of itself and for a server, else what is public. */
export function visibilityOf(caller: Caller, userId: string | undefined): Visibility {
  if (caller.kind === 'server') return 'everything';
  return caller.kind === 'user' && caller.userId === userId ? 'everything' : 'public';
}

/**
 * A stored user as the caller may see it. Of a user of another tenant, whom content may still name, it is the id, and
 * every other field as of a user of whom nothing is known.
 */
export function userFor(caller: Caller, row: UserRow): User {
  const visibility = canSee(caller, row) ? visibilityOf(caller, row.id) : 'id';
  return visibleUser(toUser(row, Date.now()), visibility);
}

/** Stored users as the caller may see them, by id. */
export function usersFor(caller: Caller, rows: readonly UserRow[]): UsersAnswer {
  return { users: Object.fromEntries(rows.map(row => [row.id, userFor(caller, row)])) };
}
