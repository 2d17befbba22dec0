import type { Actor } from '@rollcall/protocol';

/** Who a valid token speaks for. Times are epoch milliseconds. `anonymous` is somebody without a user. */
export type Principal =
  | { kind: 'server'; expiresAt?: number; issuedAt?: number }
  | { kind: 'user'; userId: string; expiresAt?: number; issuedAt?: number }
  | { kind: 'anonymous'; expiresAt?: undefined; issuedAt?: undefined };

/** The actor that the events of a principal's changes name. */
export function actorOf(principal: Principal): Actor {
  if (principal.kind === 'server') return { type: 'server' };
  return principal.kind === 'user' ? { type: 'user', id: principal.userId } : { type: 'user' };
}
