import type { TimeInput, User } from '../users/user-fields.js';
import type { UserInput } from '../users/user-input.js';

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

/** Which tokens are revoked. */
export interface RevokeTokensInput {
  /** Whose tokens, 1–100 users; absent: those of the whole app, server tokens among them. */
  ids?: string[];
  /** Those that were issued before this time, or that do not say when they were; null: none any more. */
  before: TimeInput | null;
}

/** A guest as it introduces itself: the profile of a user, and an id that nobody has had; without one it is given one. */
export type GuestInput = Partial<UserInput>;

/** A guest, the token that it is from now on, good for a day, and the position where its live events begin. */
export interface GuestAnswer {
  user: User;
  token: string;
  position: string;
}
