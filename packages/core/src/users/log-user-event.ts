import type { Actor, Changes, DurableEventType, User, UserEventType } from '@rollcall/protocol';
import type { WriteTransaction } from '../database/unit-of-work.js';

/** Adds an event about one user to the log. */
export function logUserEvent(
  transaction: WriteTransaction,
  actor: Actor,
  event: { type: UserEventType & DurableEventType; user: User; changes?: Changes; cause?: 'expired' },
): void {
  const { type, user, changes, cause } = event;
  transaction.log({
    type,
    at: user.updated_at,
    actor_type: actor.type,
    ...(actor.id !== undefined && { actor_id: actor.id }),
    user_id: user.id,
    data: JSON.stringify({ user, ...(changes && { changes }), ...(cause && { cause }) }),
  });
}
