import type { User } from '../users/user.js';
import type { UserInput } from '../users/user-input.js';

/** A guest as it introduces itself: the profile of a user, and an id that nobody has had; without one it is given one. */
export type GuestInput = Partial<UserInput>;

/** A guest, the token that it is from now on, good for a day, and the position where its live events begin. */
export interface GuestAnswer {
  user: User;
  token: string;
  position: string;
}
