import type { Time } from '../users/user.js';

/** A role that users can have. */
export interface Role {
  name: string;
  built_in: boolean;
  /** Absent for built-in roles. */
  created_at?: Time;
}
