import { newUserRow } from './replace-user.js';
import type { UserRow } from './user-table.js';

/** What is left of a user after `pruning`: id, role and times. */
export function prunedUser(row: UserRow): UserRow {
  const { created_at, updated_at, last_active, deactivated_at, deleted_at, role, revision } = row;
  return {
    ...newUserRow(row.id, created_at),
    role,
    updated_at,
    revision,
    deletion: 'pruning',
    ...(last_active !== undefined && { last_active }),
    ...(deactivated_at !== undefined && { deactivated_at }),
    ...(deleted_at !== undefined && { deleted_at }),
  };
}
