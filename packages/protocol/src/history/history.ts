import type { RollcallEvent } from '../events/event.js';

/** What `users.history` takes. */
export interface UserHistoryInput {
  user_id: string;
  /** Whether to include what the user did to others. */
  by?: boolean;
  /** 1–100; default 50. */
  limit?: number;
  /** `next` of the page before, with the same `user_id` and `by`. */
  next?: string;
}

/** One page of what the event log says about a user, newest first. */
export interface UserHistoryAnswer {
  /** Whole events, each with its actor. */
  events: RollcallEvent[];
  /** Where the next page begins. The last page has none. */
  next?: string;
}
