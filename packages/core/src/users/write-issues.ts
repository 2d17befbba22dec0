import type { Issue } from '@rollcall/protocol';
import type { UserRow } from './model/user-table.js';

/** The issue of a write to a deleted user. */
export function deletedIssue(id: string, index: number): Issue {
  const message = `id: the user "${id}" has been deleted; its id can be neither written nor reused`;
  return { code: 'USER_DELETED', index, field: 'id', message };
}

/** The issue of a write that was made for another revision of its user; no such user is revision 0. */
export function staleIssues(
  before: UserRow | undefined,
  expected: number | undefined,
  index: number,
): Issue[] {
  const revision = before?.revision ?? 0;
  if (expected === undefined || expected === revision) return [];
  const now = before ? `is at revision ${revision} now` : 'does not exist';
  const message = `if_revision: the write expects revision ${expected}, but the user ${now}; read it again`;
  return [{ code: 'REVISION_CONFLICT', index, field: 'if_revision', message }];
}
