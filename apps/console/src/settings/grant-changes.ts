import type { AppSettings, Grant } from '@rollcall/client/server';
import { GRANTS } from '@rollcall/client/tables';
import { grantsOf } from './may.js';

/** Grants that are to be given and taken, and are not saved yet: by role, then by grant. */
export type GrantChanges = Readonly<Record<string, Readonly<Partial<Record<Grant, boolean>>>>>;

/** One box of the matrix. */
export interface GrantCell {
  role: string;
  grant: Grant;
}

/** The changes with a box ticked or not. What is as it is stored is no change. */
export function withGrant(
  changes: GrantChanges,
  { role, grant }: GrantCell,
  { wanted, stored }: { wanted: boolean; stored: boolean },
): GrantChanges {
  const { [grant]: _, ...others } = changes[role] ?? {};
  const ofRole = wanted === stored ? others : { ...others, [grant]: wanted };
  const { [role]: __, ...rest } = changes;
  return Object.keys(ofRole).length === 0 ? rest : { ...rest, [role]: ofRole };
}

/**
 * The grants of the roles that change. It adds to what is stored now and takes from that, so what somebody else has changed
 * meanwhile stays.
 */
export function grantsAfter(settings: AppSettings, changes: GrantChanges): AppSettings['grants'] {
  return Object.fromEntries(
    Object.entries(changes).map(([role, ofRole]) => {
      const before = grantsOf(settings, role);
      return [role, GRANTS.filter(grant => ofRole[grant] ?? before.includes(grant))];
    }),
  );
}

/** Each change in words, such as `moderator + ban-user`. */
export function changesInWords(changes: GrantChanges): string[] {
  return Object.entries(changes).flatMap(([role, ofRole]) =>
    Object.entries(ofRole).map(([grant, wanted]) => `${role} ${wanted ? '+' : '−'} ${grant}`),
  );
}
