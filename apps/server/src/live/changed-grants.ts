import { grantsOf } from '@rollcall/core';
import type { AppSettings, Changes } from '@rollcall/protocol';

/** Roles, asked one by one: a role that the settings do not list has the grants of another. */
export interface ChangedRoles {
  /** Whether no role has other grants than before. */
  isEmpty: boolean;
  /** Whether a role has other grants than before. */
  has(role: string): boolean;
}

/** The roles that may do something else since the settings changed, for the whole app or within a team. */
export function rolesWithOtherGrants(settings: AppSettings, changes: Changes): ChangedRoles {
  const { grants } = changes;
  if (!grants) return { isEmpty: true, has: () => false };
  const before = { grants: grants.before as unknown as AppSettings['grants'] };
  const has = (role: string) => {
    const now = grantsOf(settings, role);
    const earlier = grantsOf(before, role);
    return now.length !== earlier.length || now.some(grant => !earlier.includes(grant));
  };
  return { isEmpty: false, has };
}
