import {
  type Actor,
  type Change,
  type DurableEventType,
  LIMITS,
  type UserEvent,
  type UserEventType,
} from '@rollcall/protocol';
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

/**
 * Adds an event about one user to the log. A long list of blocked users is left out of it: each event about a user would
 * repeat the list, up to three times, and note everybody in it.
 */
export function logUserEvent(transaction: WriteTransaction, actor: Actor, event: LoggedUserEvent): void {
  const { type, ...data } = withoutLongBlocks(event);
  transaction.log({
    type,
    actor_type: actor.type,
    ...(actor.id !== undefined && { actor_id: actor.id }),
    user_id: data.user.id,
    data,
  });
}

/** The event, in which a change of a long list is named without what it was before and after. */
function withoutLongBlocks(event: LoggedUserEvent): LoggedUserEvent {
  const { user, changes } = event;
  const { blocked_user_ids: ids, ...rest } = user;
  const change = changes?.blocked_user_ids;
  const named = change && (isLong(change.before) || isLong(change.after));
  return {
    ...event,
    ...(isLong(ids) && { user: rest }),
    ...(named && { changes: { ...changes, blocked_user_ids: {} } }),
  };
}

function isLong(ids: Change['before'] | readonly string[]): boolean {
  return (
    Array.isArray(ids) && ids.length > 0 && Buffer.byteLength(JSON.stringify(ids)) > LIMITS.eventBlockedBytes
  );
}
