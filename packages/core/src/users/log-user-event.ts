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
    mentions: othersNamedIn(data),
    data: JSON.stringify(data),
  });
}

/**
 * The other users that an event names. Their erasure must also find entries about others: each entry holds the users
 * whom its user has blocked, and had blocked before.
 */
function othersNamedIn({ user, changes, target_id, banned_by_id }: Omit<LoggedUserEvent, 'type'>): string[] {
  const before = changes?.blocked_user_ids?.before as string[] | undefined;
  const named = [...(user.blocked_user_ids ?? []), ...(before ?? []), target_id, banned_by_id];
  return named.filter(id => id !== undefined);
}
