import type { TimeInput, User } from '../users/user-fields.js';
import type { UserInput } from '../users/user-input.js';

/** What a caller without a user sends in place of a token. */
export const ANONYMOUS_TOKEN = 'anonymous';

/**
 * The claims of a Rollcall token: a JWT, HS256, with either `user_id` or `server: true`. Times are seconds (RFC 7519).
 */
export interface TokenClaims {
  user_id?: string;
  server?: true;
  /** Beside `server`: the token reads everything and changes nothing. No token of a user may say it. */
  read_only?: true;
  /** The user is a guest: everything counts by address. The server marks the tokens of the guests that it makes. */
  guest?: true;
  iat?: number;
  exp?: number;
  nbf?: number;
}

/** The tokens to revoke. */
export interface RevokeTokensInput {
  /** The users whose tokens are revoked, 1–100. Absent: all tokens of the app, including server tokens. */
  ids?: string[];
  /**
   * Revokes tokens that were issued before this time, or that have no time of issue. Null: no token is revoked any
   * more.
   */
  before: TimeInput | null;
}

/**
 * What a guest sends: the profile of a user, and an id that no user has ever had. Without an id the server makes one.
 */
export type GuestInput = Partial<UserInput>;

/** A guest, its token (valid for a day), and the position where its live events begin. */
export interface GuestAnswer {
  user: User;
  token: string;
  position: string;
}
