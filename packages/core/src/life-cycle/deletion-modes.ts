import {
  type ContentModes,
  type DeletionModes,
  USER_DELETION_MODES,
  type UserDeletionMode,
} from '@rollcall/protocol';
import type { ParsedDeleteUsers } from '@rollcall/protocol/schemas';
import type { CascadeRow } from '../products/cascade-table.js';
import type { UserRow } from '../users/model/user-table.js';

/** The modes that a call names. */
export function modesOf({
  user,
  messages,
  conversations,
  calls,
}: Omit<ParsedDeleteUsers, 'ids'>): DeletionModes {
  return {
    user,
    ...(messages && { messages }),
    ...(conversations && { conversations }),
    ...(calls && { calls }),
  };
}

/** How far a user is deleted, or will be by the cascade that is under way. */
export function stateOf(user: UserRow, earlier: CascadeRow | undefined): UserDeletionMode | undefined {
  if (user.deleted_at === undefined) return undefined;
  return furthest(user.deletion, earlier?.user_mode);
}

/** Whether a deletion goes further than the state that a user is in. */
export function isFurther(asked: UserDeletionMode, state: UserDeletionMode | undefined): boolean {
  return furthest(asked, state) !== state;
}

/** The modes for a user whom a cascade already works on: for each thing the mode that goes further. */
export function mergeModes(modes: DeletionModes, earlier: CascadeRow | undefined): Partial<CascadeRow> {
  const before = contentOf(earlier);
  const messages = furthest(modes.messages, before.messages);
  const conversations = furthest(modes.conversations, before.conversations);
  const calls = furthest(modes.calls, before.calls);
  return {
    user_mode: furthest(modes.user, earlier?.user_mode),
    ...(messages && { messages }),
    ...(conversations && { conversations }),
    ...(calls && { calls }),
    ...(earlier?.heir_id !== undefined && { heir_id: earlier.heir_id }),
    ...(earlier?.told !== undefined && { told: earlier.told }),
  };
}

/** The modes of the content that is going already. A deactivation hides messages, so a deletion that takes over does too. */
function contentOf(earlier: CascadeRow | undefined): ContentModes {
  if (earlier?.kind === 'deactivate') return { messages: 'soft' };
  return earlier?.kind === 'delete' ? earlier : {};
}

/** The one of two modes that leaves less. */
function furthest<Mode extends UserDeletionMode>(
  one: Mode | undefined,
  other: Mode | undefined,
): Mode | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return USER_DELETION_MODES.indexOf(one) >= USER_DELETION_MODES.indexOf(other) ? one : other;
}
