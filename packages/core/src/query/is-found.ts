import type { User } from '@rollcall/protocol';

/**
 * Whether a query that asks for neither finds the user, as far as its life goes: deleted and deactivated users are left
 * out (docs/contract/queries.md). A listener with a filter is told of users by the same rule.
 */
export function isFoundByDefault(user: Pick<User, 'deleted_at' | 'deactivated_at'>): boolean {
  return user.deleted_at === undefined && user.deactivated_at === undefined;
}
