import type { Actor, DurableEventType, UserEvent, UserEventType } from '@rollcall/protocol';
import type { WriteTransaction } from '../database/unit-of-work.js';

/** What an event about one user says. Its time is `at`, or when the user was changed. */
type LoggedUserEvent = Pick<UserEvent, 'user' | 'changes' | 'cause' | 'modes' | 'mode' | 'counts'> & {
  type: UserEventType & DurableEventType;
  at?: number;
};

/** Adds an event about one user to the log. */
export function logUserEvent(transaction: WriteTransaction, actor: Actor, event: LoggedUserEvent): void {
  const { type, at, ...data } = event;
  transaction.log({
    type,
    at: at ?? data.user.updated_at,
    actor_type: actor.type,
    ...(actor.id !== undefined && { actor_id: actor.id }),
    user_id: data.user.id,
    data: JSON.stringify(data),
  });
}
