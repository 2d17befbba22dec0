import type { ErrorCode, Grant } from '@rollcall/protocol';

/**
 * Who calls, in every row of the permission matrix. Everybody is of no team but `foreign`, and the app has several
 * tenants; so all see each other, and `foreign` nobody.
 */
export const CALLERS = {
  nobody: 'without a token',
  anonymous: 'with the token "anonymous"',
  guest: 'a guest, with the token that it was given, in its own name and on what is its own',
  self: 'a user, in its own name and on what is its own',
  other: 'a user, in the name of somebody else where the input can say so, or on what is somebody else’s',
  member: 'a user, in its own name, on what is somebody else’s and it takes part in',
  stranger: 'a user, in its own name, on what is somebody else’s and it has no part in',
  foreign: 'an admin of another team, in its own name, on what is this team’s',
  banned: 'a user with the grant, banned, in its own name and on what is its own',
  deactivated: 'a user who is deactivated',
  deleted: 'a user who is deleted',
  revoked: 'a user whose token was revoked',
  admin: 'an admin, as `other`',
  granted: 'a user with exactly the grant that the call takes, or with none, in its own name',
  lacking: 'a user with every grant but the one that the call takes, in its own name',
  server: 'a server token, in the name of somebody where the input can say so',
  reader: 'a server token that may only read, as `server`',
} as const;

/** One kind of caller. */
export type CallerKind = keyof typeof CALLERS;

/** What a call comes to. */
export type Outcome = 'ok' | ErrorCode;

/** What is expected of a row, by caller; who is not named does not call. */
export type Expectation = Partial<Record<CallerKind, Outcome>>;

/** Callers who say that they are somebody else. */
const IN_ANOTHERS_NAME: readonly CallerKind[] = ['other', 'admin', 'server', 'reader'];

/** Callers whose things are somebody else's. */
const ON_ANOTHERS_THINGS: readonly CallerKind[] = [
  'nobody',
  'anonymous',
  'other',
  'member',
  'stranger',
  'foreign',
  'admin',
  'server',
  'reader',
];

/** One caller of one row, with the people around it. All ids are new in every row. */
export interface Scene {
  kind: CallerKind;
  /** A name that nothing else in the matrix has: for the content of this caller. */
  key: string;
  /** The caller's own id; for those who have none, that of nobody. */
  me: string;
  /** Somebody else. */
  other: string;
  /** Whose things it is about: the caller, or somebody else. */
  owner: string;
  /** Who takes part in the owner's things, beside the owner. */
  members: string[];
  /** Somebody who has nothing to do with it. */
  third: string;
  /** The part of an input that says in whose name it is. */
  acting: { user_id?: string };
  /** What the preparation of the row has made for this caller. */
  made: string;
}

/** The scene of a caller in a row. */
export function sceneOf(kind: CallerKind, row: string): Scene {
  const me = `${row}-${kind}`;
  const other = `${row}-somebody`;
  return {
    kind,
    key: me,
    me,
    other,
    owner: ON_ANOTHERS_THINGS.includes(kind) ? other : me,
    members: kind === 'member' ? [me] : [],
    third: `${row}-third`,
    acting: IN_ANOTHERS_NAME.includes(kind) ? { user_id: other } : {},
    made: '',
  };
}

/** The role of a caller. */
export function roleOf(kind: CallerKind, grant: Grant | undefined): string {
  if (kind === 'admin' || kind === 'foreign') return 'admin';
  if (kind === 'granted' || kind === 'banned') return grant ? `only-${grant}` : 'nothing';
  return kind === 'lacking' ? `all-but-${grant}` : 'user';
}
