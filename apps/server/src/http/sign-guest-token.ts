import { type SigningKey, signToken } from '@rollcall/core';

const GUEST_TOKEN_S = 24 * 60 * 60;

/**
 * Signs the token of a guest, good for 24 hours. Its time of issue is to the millisecond, so that it counts as issued
 * after a revocation of the same second.
 * @param now epoch milliseconds.
 */
export function signGuestToken(keys: readonly SigningKey[], userId: string, now: number): Promise<string> {
  const iat = now / 1000;
  return signToken(keys, { user_id: userId, iat, exp: Math.floor(iat) + GUEST_TOKEN_S });
}
