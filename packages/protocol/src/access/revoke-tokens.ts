import type { TimeInput } from '../users/user.js';

/** Which tokens are revoked. */
export interface RevokeTokensInput {
  /** Whose tokens, 1–100 users; absent: those of the whole app, server tokens among them. */
  ids?: string[];
  /** Those that were issued before this time, or that do not say when they were; null: none any more. */
  before: TimeInput | null;
}
