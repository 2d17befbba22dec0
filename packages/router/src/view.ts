import { toUser, type UserRow, type Visibility, visibleUser } from '@rollcall/core';
import type { User, UsersAnswer } from '@rollcall/protocol';
import type { Caller } from './caller.js';

/** How much of a user a caller may see: everything of itself and for a server, what is public otherwise. */
export function visibilityOf(caller: Caller, userId: string | undefined): Visibility {
  return caller.kind === 'server' || caller.userId === userId ? 'everything' : 'public';
}

/** A stored user as the caller may see it. */
export function userFor(caller: Caller, row: UserRow): User {
  return visibleUser(toUser(row, Date.now()), visibilityOf(caller, row.id));
}

/** Stored users as the caller may see them, by id. */
export function usersFor(caller: Caller, rows: readonly UserRow[]): UsersAnswer {
  return { users: Object.fromEntries(rows.map(row => [row.id, userFor(caller, row)])) };
}
