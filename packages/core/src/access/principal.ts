import type { Actor } from '@rollcall/protocol';

/** Who a valid token speaks for. Times are epoch milliseconds. */
export type Principal =
  | { kind: 'server'; expiresAt?: number; issuedAt?: number }
  | { kind: 'user'; userId: string; expiresAt?: number; issuedAt?: number };

/** The actor that the events of a principal's changes name. */
export function actorOf(principal: Principal): Actor {
  return principal.kind === 'server' ? { type: 'server' } : { type: 'user', id: principal.userId };
}
