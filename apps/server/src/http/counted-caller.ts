import type { Principal } from '@rollcall/core';
import type { Authentication } from '@rollcall/router';

/** The user or the address that a call counts against. */
export type Counted = { userId: string } | { address: string };

/**
 * Who a caller counts as. A user counts for itself. Guests, and callers without a good token of a user, count for their
 * address: one address can have any number of them.
 */
export function countedAs(principal: Principal | undefined, address: string): Counted {
  return principal?.kind === 'user' && !principal.guest ? { userId: principal.userId } : { address };
}

/** The key of the counter of a user or an address. */
export function keyOf(counted: Counted): string {
  // Neither an id nor an address contains a space.
  return 'userId' in counted ? `user ${counted.userId}` : `address ${counted.address}`;
}

/** The line in which a caller waits for its turn: as it is counted, and each server token in one of its own. */
export function lineOf({ principal, tokenDigest }: Authentication, address: string): string {
  return principal?.kind === 'server' ? `server ${tokenDigest ?? ''}` : keyOf(countedAs(principal, address));
}
