import type { Time, TimeInput, User } from '../users/user-fields.js';

/** How a ban is imposed. A repeated call states the whole ban: it does not keep what it leaves out. */
export interface BanOptions {
  /** 1–1,000 characters. Only servers see it. */
  reason?: string;
  /** Minutes, 1–525,600. Not together with `expires_at`. Without either, the ban lasts until it is removed. */
  timeout?: number;
  /** When it ends. It must lie in the future. */
  expires_at?: TimeInput;
  /** The user who imposes it. A server token may name any user; with a user token it is that user. */
  banned_by_id?: string;
}

/** What `moderation.ban` takes. */
export interface BanUserInput extends BanOptions {
  /** The user to ban. */
  id: string;
  /** A shadow ban: the user does not learn of it and can still write, but only the user itself sees what it wrote. */
  shadow?: boolean;
}

/** What `moderation.shadowBan` takes. */
export interface ShadowBanInput extends BanOptions {
  /** The user to ban. */
  id: string;
}

/** A ban in force. */
export interface Ban {
  user_id: string;
  /** The banned user as it is now. */
  user: User;
  reason?: string;
  /** The user who imposed it. Absent for a ban by a back end that named no user. */
  banned_by?: User;
  /** Whether it is a shadow ban. A user who is also banned openly has an open ban. */
  shadow: boolean;
  /** When it began. */
  created_at: Time;
  expires_at?: Time;
}

/** What `moderation.queryBanned` takes. */
export interface QueryBannedInput {
  /** 1–100; default 30. */
  limit?: number;
  /** `next` of the page before. */
  next?: string;
}

/** One page of bans, newest first. */
export interface QueryBannedAnswer {
  bans: Ban[];
  /** Where the next page begins. The last page has none. */
  next?: string;
}
