import type { Grant } from '@rollcall/protocol';
import type { Outcome } from '../permissions/permission-callers.js';
import type { AsServer } from '../permissions/permission-row.js';
import type { SubjectKind, TenancyKind } from './tenancy-callers.js';

/** What comes of a call: about somebody whom the caller sees, and about everybody else. */
export type Judgement = Outcome | { within: Outcome; across: Outcome };

/** What is expected of a row, by caller; who is not named does not call. */
export type TenancyExpectation = Partial<Record<TenancyKind, Judgement>>;

/** One call about somebody, by one caller. */
export interface Ask {
  /** The caller; of one without a user, a name that nobody has. */
  me: string;
  /** Whom the call is about. What the row has made of this person has the same name. */
  subject: string;
  /** The team of the subject; of one who has none, a name that no team has. */
  team: string;
  /** The name of what the row has made of the caller. */
  own: string;
  /** A name that nothing else in the matrix has. */
  key: string;
}

/**
 * One place of an input at which a person or a thing is named, or an answer in which they are found, and what comes of
 * it for callers of the same team and of others. What comes of it for a stranger to the caller must be to the byte
 * what comes of it for somebody who never was, but for `takesPart` and `taken`.
 */
export interface TenancyRow {
  path: string;
  /** The keys of the input; for what is found without being named, none. */
  names: readonly string[];
  /** Tells rows of the same keys apart. */
  what?: string;
  /** The grant that the call takes. */
  grant?: Grant;
  /** About whom it is asked; absent: about everybody. */
  about?: readonly SubjectKind[];
  /** Makes what belongs to a subject. */
  prepare?(made: { subject: string; members: string[] }, asServer: AsServer): Promise<unknown>;
  /** All callers take part in what is made: a back end put them there, whatever their team. */
  takesPart?: true;
  /** The name is one that the call makes. It is taken for all tenants, and who has it is not told. */
  taken?: true;
  /** Makes what belongs to a caller. */
  prepareOwn?(made: { me: string; own: string; subjects: string[] }, asServer: AsServer): Promise<unknown>;
  input(ask: Ask): Record<string, unknown>;
  /** An answer shows the subject itself, to those who see it. */
  shows?: true;
  expected: TenancyExpectation;
}

const AT_THE_DOOR: TenancyExpectation = {
  deactivated: 'USER_DEACTIVATED',
  deleted: 'USER_DELETED',
  revoked: 'TOKEN_REVOKED',
};

/** Everybody with a user and a token that counts. */
export function forUsers(judgement: Judgement): TenancyExpectation {
  return {
    user: judgement,
    admin: judgement,
    guest: judgement,
    granted: judgement,
    inTeam: judgement,
    banned: judgement,
    anonymous: 'NOT_ALLOWED',
    ...AT_THE_DOOR,
  };
}

/** The same for a call that takes a grant which every role has but those of the matrix. */
export function withGrant(judgement: Judgement): TenancyExpectation {
  return { ...forUsers(judgement), lacking: 'NOT_ALLOWED', inTeam: 'NOT_ALLOWED' };
}

/** The same for a grant that admins alone have. Within its team, an admin of the team has it, too. */
export function withAdminsGrant(judgement: Judgement, inTeam: Judgement): TenancyExpectation {
  return { ...withGrant(judgement), user: 'NOT_ALLOWED', guest: 'NOT_ALLOWED', inTeam };
}

/** Refused before it is looked who calls. */
export const FOR_SERVERS: TenancyExpectation = {
  ...forUsers('NOT_ALLOWED'),
  deactivated: 'NOT_ALLOWED',
  deleted: 'NOT_ALLOWED',
  revoked: 'NOT_ALLOWED',
};

/** A write, which a banned user cannot do. */
export const BANNED_CANNOT: TenancyExpectation = { banned: 'USER_BANNED' };
