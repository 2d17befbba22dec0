import { type EventType, unknownName } from '@rollcall/protocol';
import type { Kind } from '../check/kind.js';
import { wrong } from '../check/kind.js';

/** Every type of event; the compiler says when one is missing. The catalogue itself is larger than a browser needs. */
const EVENT_TYPES = Object.keys({
  'user.created': true,
  'user.updated': true,
  'user.deactivated': true,
  'user.reactivated': true,
  'user.deleted': true,
  'user.restored': true,
  'user.messages.deleted': true,
  'user.messages.restored': true,
  'user.banned': true,
  'user.unbanned': true,
  'user.blocked': true,
  'user.unblocked': true,
  'user.device.added': true,
  'user.device.removed': true,
  'user.tokens.revoked': true,
  'user.presence.changed': true,
  'channel.updated': true,
  'channel.deleted': true,
  'channel.restored': true,
  'call.deleted': true,
  'call.restored': true,
  'task.created': true,
  'task.progress': true,
  'task.completed': true,
  'task.failed': true,
  'task.cancelled': true,
  'app.updated': true,
  'role.created': true,
  'role.deleted': true,
  'webhook.disabled': true,
  'webhook.enabled': true,
} satisfies Record<EventType, true>);

/** Every name that a handler can have. */
export const EVENT_NAMES: readonly string[] = [...EVENT_TYPES, 'resync'];

/** A type of event. No event has another name, so a handler of one would wait for ever. */
export const eventType: Kind<EventType> = {
  accepts: 'a type of event',
  problem(value, field) {
    if (typeof value !== 'string') return wrong(field, 'a type of event', value);
    if (EVENT_TYPES.includes(value)) return undefined;
    return { field, message: `"${value}" ${unknownName(value, EVENT_TYPES)}` };
  },
};
