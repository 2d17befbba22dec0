import type { Actor, DurableEventType, UserEvent, UserEventType } from '@rollcall/protocol';
import type { WriteTransaction } from '../database/unit-of-work.js';

/** The data of an event about one user. */
type LoggedUserEvent = Pick<
  UserEvent,
  | 'user'
  | 'changes'
  | 'cause'
  | 'modes'
  | 'mode'
  | 'counts'
  | 'reason'
  | 'banned_by_id'
  | 'target_id'
  | 'device'
> & {
  type: UserEventType & DurableEventType;
};

/** Adds an event about one user to the log. */
export function logUserEvent(transaction: WriteTransaction, actor: Actor, event: LoggedUserEvent): void {
  const { type, ...data } = event;
  transaction.log({
    type,
    actor_type: actor.type,
    ...(actor.id !== undefined && { actor_id: actor.id }),
    user_id: data.user.id,
    data,
  });
}
