import { GRANTS, type Grant } from '@rollcall/protocol';

/**
 * Who calls, in every row of the matrix of tenants; each once of the team red and once of no team. Those who are refused
 * before it is looked what they ask are of the team red only.
 */
export const TENANCY_CALLERS = {
  user: 'a user',
  admin: 'an admin',
  guest: 'a guest',
  granted: 'a user with exactly the grant that the call takes, or with none',
  lacking: 'a user with every grant but the one that the call takes',
  inTeam: 'a user without a grant of its own who is an admin within its team; not without a team',
  banned: 'a user with the grant, banned',
  anonymous: 'a caller without a user, with the grants to read; without a team only',
  deactivated: 'a user who is deactivated',
  deleted: 'a user who is deleted',
  revoked: 'a user whose token was revoked',
} as const;

/** One kind of caller. */
export type TenancyKind = keyof typeof TENANCY_CALLERS;

/** Whom a call is about, or whose thing it is about: somebody of either team, of none, and somebody who never was. */
export const SUBJECTS = ['red', 'blue', 'teamless', 'unknown'] as const;

/** One of them. */
export type SubjectKind = (typeof SUBJECTS)[number];

/** The teams of a caller and of those whom it calls about. */
export type Team = 'red' | 'teamless';

/** One caller. Callers are the same in all rows that take the same grant. */
export interface TenancyCaller {
  kind: TenancyKind;
  team: Team;
  id: string;
}

/** Kinds whose rights depend on the grant that a call takes. */
const BY_GRANT: readonly TenancyKind[] = ['granted', 'lacking', 'banned'];

const ONLY_IN_A_TEAM: readonly TenancyKind[] = ['inTeam', 'deactivated', 'deleted', 'revoked'];

/** Whether a caller sees a subject. */
export function sees({ team }: TenancyCaller, subject: SubjectKind): boolean {
  return team === subject;
}

/** A kind of caller of a team, for calls that take a grant; undefined where there is no such caller. */
export function callerOf(kind: TenancyKind, team: Team, grant?: Grant): TenancyCaller | undefined {
  if (kind === 'lacking' && !grant) return undefined;
  if (ONLY_IN_A_TEAM.includes(kind) && team === 'teamless') return undefined;
  if (kind === 'anonymous' && team === 'red') return undefined;
  const id = BY_GRANT.includes(kind) ? `${kind}-${grant ?? 'nothing'}-${team}` : `${kind}-${team}`;
  return { kind, team, id };
}

/** Every caller of the matrix, for every grant. */
export function everyCaller(): TenancyCaller[] {
  const callers = new Map<string, TenancyCaller>();
  for (const kind of Object.keys(TENANCY_CALLERS) as TenancyKind[]) {
    for (const team of ['red', 'teamless'] as const) {
      for (const grant of [undefined, ...GRANTS]) {
        const caller = callerOf(kind, team, grant);
        if (caller) callers.set(caller.id, caller);
      }
    }
  }
  return [...callers.values()];
}

/** The stored user of a caller. */
export function userOf({ kind, team, id }: TenancyCaller): Record<string, unknown> {
  const teams = team === 'red' ? ['red'] : [];
  const grant = BY_GRANT.includes(kind) ? id.slice(kind.length + 1, -team.length - 1) : undefined;
  return {
    id,
    teams,
    role: roleOf(kind, grant),
    ...(kind === 'inTeam' && { teams_role: { red: 'admin' } }),
  };
}

function roleOf(kind: TenancyKind, grant: string | undefined): string {
  if (kind === 'admin' || kind === 'guest') return kind;
  if (kind === 'lacking') return `all-but-${grant}`;
  if (kind === 'inTeam' || grant === 'nothing') return 'nothing';
  return grant === undefined ? 'user' : `only-${grant}`;
}

/** The team of a subject, whose id ends with what it is. One without a team stands for a team that there is not. */
export function teamOf(subject: string): string {
  const kind = subject.slice(subject.lastIndexOf('-') + 1);
  return kind === 'red' || kind === 'blue' ? kind : 'nowhere';
}
