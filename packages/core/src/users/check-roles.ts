import { BUILT_IN_ROLES, type Issue } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import type { WriteTransaction } from '../database/unit-of-work.js';
import type { UserDraft } from './model/user-draft.js';

/** Roles that do not exist. The roles found stay until this transaction ends. */
export async function checkRoles(
  transaction: WriteTransaction,
  drafts: readonly UserDraft[],
): Promise<Issue[]> {
  const named = drafts.flatMap(({ index, after }) => [
    { index, field: 'role', role: after.role },
    ...Object.entries(after.teams_role ?? {}).map(([team, role]) => ({
      index,
      field: `teams_role.${team}`,
      role,
    })),
  ]);
  const custom = named.filter(({ role }) => !(BUILT_IN_ROLES as readonly string[]).includes(role));
  if (custom.length === 0) return [];
  const { dialect } = transaction;
  const wanted = [...new Set(custom.map(({ role }) => role))];
  const rows = await transaction.query(
    sql`SELECT name FROM roles WHERE name IN (${dialect.values(wanted)})${dialect.forShare}`,
  );
  const existing = new Set(rows.map(row => row.name));
  return custom
    .filter(({ role }) => !existing.has(role))
    .map(({ index, field, role }) => ({
      code: 'ROLE_NOT_FOUND',
      index,
      field,
      message: `${field}: there is no role "${role}"; make it with createRole first`,
    }));
}
