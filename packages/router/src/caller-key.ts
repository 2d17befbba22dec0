import type { Principal } from '@rollcall/core';

/**
 * Names a caller among those whom one process serves: calls and connections with the same key are of the same caller.
 * Neither an id nor an address contains a space.
 */
export type CallerKey = `user ${string}` | `address ${string}` | `server ${string}`;

/** Where a call or a connection comes from. */
export interface Origin {
  /** What its token says; without a principal, there is no good one. */
  authentication: { principal?: Principal | undefined; tokenDigest?: string | undefined };
  address: string;
}

/** What is known beside the token. */
interface Known {
  /** The role of its user; absent: it has not been read. */
  role?: string | undefined;
  /** Whether it is about a procedure that looks at no token. */
  tokenless?: boolean | undefined;
}

/**
 * Who a caller is, for everything that is counted for callers and every line in which they wait.
 *
 * - A user is one, with however many tokens and connections.
 * - Guests, anonymous callers, callers without a good token, and all who call a procedure that looks at no token, are one
 *   for each address: one address can have any number of them.
 * - Each server token is one.
 *
 * Before the role has been read, a guest is known by its token alone (claim `guest`). So a guest whose token somebody else
 * signed, without that claim, is a caller of its own for what is decided before anything is read: the bytes of its request
 * over HTTP, its first count, and its first turn. What comes after that is its address's, which counts the call once more and
 * lets it wait for a turn once more.
 */
export function callerKeyOf(
  { authentication: { principal, tokenDigest }, address }: Origin,
  { role, tokenless }: Known = {},
): CallerKey {
  if (principal?.kind === 'server') return `server ${tokenDigest ?? ''}`;
  const alone = principal?.kind === 'user' && !principal.guest && role !== 'guest' && !tokenless;
  return alone ? `user ${principal.userId}` : keyOfAddress(address);
}

/** The caller that an address stands for. It also stands for a caller that has not signed in yet. */
export function keyOfAddress(address: string): CallerKey {
  return `address ${address}`;
}

/** What a caller is. */
export function kindOfCaller(key: CallerKey): 'user' | 'address' | 'server' {
  if (key.startsWith('server ')) return 'server';
  return key.startsWith('user ') ? 'user' : 'address';
}
