/** Who caused a change: a back end, a user, or Rollcall itself (a task, a clock). */
export interface Actor {
  type: 'server' | 'user' | 'system';
  /** The user's id; absent for `server` and `system`. */
  id?: string;
}
