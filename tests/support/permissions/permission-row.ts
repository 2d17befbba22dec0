import type { Grant } from '@rollcall/protocol';
import type { Expectation, Outcome, Scene } from './permission-callers.js';

/** What a preparation does things with: a server token. Answers with what the procedure answers. */
export type AsServer = (path: string, input: object) => Promise<Record<string, unknown>>;

/** One procedure, or one way to call it: what is sent, and what comes of it for everybody who might. */
export interface PermissionRow {
  path: string;
  /** Tells rows of one procedure apart. */
  what?: string;
  /** The grant that the call takes. */
  grant?: Grant;
  /** Makes what the call is about, before the caller is banned, deactivated and so on. Answers with what it is called. */
  prepare?(scene: Scene, asServer: AsServer): Promise<string | undefined>;
  input?(scene: Scene): unknown;
  /** A subscription that tells nothing of its own accord counts as open when it is. */
  silent?: true;
  expected: Expectation;
}

/** A caller without a token, or with one that no longer counts, is refused by every procedure that looks who is calling. */
const AT_THE_DOOR: Expectation = {
  nobody: 'TOKEN_MISSING',
  deactivated: 'USER_DEACTIVATED',
  deleted: 'USER_DELETED',
  revoked: 'TOKEN_REVOKED',
};

const NO_USERS: Expectation = {
  anonymous: 'NOT_ALLOWED',
  guest: 'NOT_ALLOWED',
  self: 'NOT_ALLOWED',
  other: 'NOT_ALLOWED',
  foreign: 'NOT_ALLOWED',
  banned: 'NOT_ALLOWED',
  admin: 'NOT_ALLOWED',
  granted: 'NOT_ALLOWED',
};

/**
 * Server only: refused to any user token whatever, before it is looked whose it is. So users who are deactivated or
 * deleted, and tokens that are revoked, hear the same as everybody.
 */
export const SERVER_ONLY: Expectation = {
  ...NO_USERS,
  nobody: 'TOKEN_MISSING',
  deactivated: 'NOT_ALLOWED',
  deleted: 'NOT_ALLOWED',
  revoked: 'NOT_ALLOWED',
  server: 'ok',
};

/**
 * Server only, but looked at after it is known who calls: a subscription, for which one must be let in first, or a field
 * of an input that users give, too.
 */
export const SERVER_ONLY_ONCE_KNOWN: Expectation = { ...NO_USERS, ...AT_THE_DOOR, server: 'ok' };

/** For people without a token: one that comes along is not looked at. */
export function alikeForEverybody(outcome: Outcome): Expectation {
  return Object.fromEntries(Object.keys(SERVER_ONLY).map(kind => [kind, outcome]));
}

/** What users do in their own name, and a server in somebody's. By default every role but `anonymous` may. */
export const IN_ONES_OWN_NAME: Expectation = {
  ...AT_THE_DOOR,
  anonymous: 'NOT_ALLOWED',
  guest: 'ok',
  self: 'ok',
  other: 'NOT_ALLOWED',
  foreign: 'ok',
  banned: 'ok',
  admin: 'NOT_ALLOWED',
  granted: 'ok',
  server: 'ok',
};

/** What everybody with a user may read. */
export const OPEN_TO_USERS: Expectation = { ...IN_ONES_OWN_NAME, other: 'ok', admin: 'ok' };

/** What admins and other holders of the grant do to others. A user of another team does not exist for them. */
export const ADMINS_ON_OTHERS: Expectation = {
  ...AT_THE_DOOR,
  anonymous: 'NOT_ALLOWED',
  guest: 'NOT_ALLOWED',
  self: 'NOT_ALLOWED',
  other: 'NOT_ALLOWED',
  foreign: 'USER_NOT_FOUND',
  banned: 'USER_BANNED',
  admin: 'ok',
  granted: 'ok',
  lacking: 'NOT_ALLOWED',
  server: 'ok',
};

/** What the members of a channel or a call may do, in it, in their own name. Nobody else knows that it is there. */
export const MEMBERS: Expectation = {
  ...IN_ONES_OWN_NAME,
  member: 'ok',
  stranger: 'NOT_FOUND',
  foreign: 'NOT_FOUND',
};

/** The same for a write, which a banned user cannot do. */
export const MEMBERS_WRITE: Expectation = { ...MEMBERS, banned: 'USER_BANNED' };

/** What the owner of it alone may do, which other members are told. */
export const OWNER_WRITES: Expectation = { ...MEMBERS_WRITE, member: 'NOT_ALLOWED' };

/** A caller who has every other grant but this one is refused. */
export const WITHOUT_GRANT: Expectation = { lacking: 'NOT_ALLOWED' };
