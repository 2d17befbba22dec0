import type { Time, TimeInput, User } from '../users/user-fields.js';

/** How a ban is imposed. What a repeated call leaves out is not kept: the call says the whole ban. */
export interface BanOptions {
  /** 1–1,000 characters; shown to servers only. */
  reason?: string;
  /** Minutes, 1–525,600; excludes `expires_at`. Without either, the ban lasts until it is taken back. */
  timeout?: number;
  /** When it ends: a time to come. */
  expires_at?: TimeInput;
  /** Who imposes it. A server token names whom it likes; with the token of a user it is that user. */
  banned_by_id?: string;
}

/** What `moderation.ban` takes. */
export interface BanUserInput extends BanOptions {
  /** Who is banned. */
  id: string;
  /** The user is not told: it goes on writing, and only it sees what it wrote. */
  shadow?: boolean;
}

/** What `moderation.shadowBan` takes. */
export interface ShadowBanInput extends BanOptions {
  /** Who is banned. */
  id: string;
}

/** A ban that holds now. */
export interface Ban {
  user_id: string;
  /** The banned user as it is now. */
  user: User;
  reason?: string;
  /** Who imposed it; absent for a ban by a back end that named nobody. */
  banned_by?: User;
  /** Whether the user is not told of it. A user who is banned openly, too, has an open ban. */
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
  /** Where the next page begins; absent after the last. */
  next?: string;
}
