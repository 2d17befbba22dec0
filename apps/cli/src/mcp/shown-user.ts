import { USER_FIELD_NAMES, USER_FIELDS, type User } from '@rollcall/protocol';
import { readableTimes } from './readable-times.js';
import { answerBytes, ITEM_BYTES } from './tool-answer.js';

/** Lists of which an agent learns how long they are. The ids of devices are tokens of push services. */
const COUNTED = ['devices', 'blocked_user_ids'] as const;

/** What goes first where a user is too long. */
const LONG_FIELDS = ['custom', 'teams_role', 'teams', 'image'] as const;

const TIMES = USER_FIELD_NAMES.filter(name => USER_FIELDS[name].holds === 'time');

/** A user with an id, and with whatever else there was room for. */
type ShownUser = { id: string; left_out?: Record<string, string> };

/**
 * A user as an agent reads it: times as words, and in at most so many bytes. `left_out` names what is stored and not shown,
 * and how much it is.
 */
export function shownUser(user: User, maxBytes = ITEM_BYTES): ShownUser {
  const shown: ShownUser & Record<string, unknown> = readableTimes({ ...user }, TIMES);
  const leftOut: Record<string, string> = {};
  for (const field of COUNTED) {
    const { length = 0 } = user[field] ?? {};
    delete shown[field];
    if (length > 0) leftOut[field] = `${length} items`;
  }
  for (const field of LONG_FIELDS) {
    if (answerBytes(shown) <= maxBytes) break;
    if (shown[field] === undefined) continue;
    leftOut[field] = `${answerBytes(shown[field])} bytes`;
    delete shown[field];
  }
  return Object.keys(leftOut).length > 0 ? { ...shown, left_out: leftOut } : shown;
}

/** Who a user is, on one line of a preview or an event. */
export function briefUser({ id, name, role, deactivated_at, deleted_at }: User): { id: string } {
  const state =
    deleted_at !== undefined ? 'deleted' : deactivated_at !== undefined ? 'deactivated' : undefined;
  return { id, ...(name !== undefined && { name }), role, ...(state && { state }) } as { id: string };
}
