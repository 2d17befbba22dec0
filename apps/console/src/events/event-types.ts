import type { EventType } from '@rollcall/client/server';

/** The types of events that the log keeps, in their groups. The compiler says when one is missing. */
const KEPT = {
  'user.created': 'users',
  'user.updated': 'users',
  'user.deactivated': 'users',
  'user.reactivated': 'users',
  'user.deleted': 'users',
  'user.restored': 'users',
  'user.messages.deleted': 'users',
  'user.messages.restored': 'users',
  'user.banned': 'users',
  'user.unbanned': 'users',
  'user.blocked': 'users',
  'user.unblocked': 'users',
  'user.device.added': 'users',
  'user.device.removed': 'users',
  'user.tokens.revoked': 'users',
  'channel.updated': 'content',
  'channel.deleted': 'content',
  'channel.restored': 'content',
  'call.deleted': 'content',
  'call.restored': 'content',
  'task.created': 'tasks',
  'task.completed': 'tasks',
  'task.failed': 'tasks',
  'task.cancelled': 'tasks',
  'app.updated': 'the app',
  'role.created': 'the app',
  'role.deleted': 'the app',
  'webhook.disabled': 'the app',
  'webhook.enabled': 'the app',
} as const satisfies Record<Exclude<EventType, 'user.presence.changed' | 'task.progress'>, string>;

/** A type of event that the log keeps. */
export type KeptType = keyof typeof KEPT;

/** The groups of types, each with what belongs to it. */
export const TYPE_GROUPS: [string, KeptType[]][] = ['users', 'content', 'tasks', 'the app'].map(group => [
  group,
  (Object.keys(KEPT) as KeptType[]).filter(type => KEPT[type] === group),
]);

/** The types that a text names, with commas between. What is no type is left out. */
export function typesOf(text: string | undefined): KeptType[] {
  return [...new Set((text ?? '').split(','))].filter((type): type is KeptType => Object.hasOwn(KEPT, type));
}
