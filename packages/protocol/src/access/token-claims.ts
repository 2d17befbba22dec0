/** What somebody without a user sends in place of a token. */
export const ANONYMOUS_TOKEN = 'anonymous';

/** What a Rollcall token says: a JWT, HS256, with either `user_id` or `server: true`. Times in seconds (RFC 7519). */
export interface TokenClaims {
  user_id?: string;
  server?: true;
  iat?: number;
  exp?: number;
  nbf?: number;
}
