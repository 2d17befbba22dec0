/**
 * The table of event types (docs/contract/events.md). A durable event is written in the transaction of its change and
 * keeps its place in the log. An ephemeral event is sent to current listeners only. `audience`: `public` reaches
 * callers who follow the user, `own` reaches the user itself and server tokens, `server` reaches server tokens only.
 */
export const EVENT_CATALOGUE = {
  'user.created': { durable: true, audience: 'public', when: 'A user is created.' },
  'user.updated': {
    durable: true,
    audience: 'public',
    when: 'Fields of a user change; `changes` says which.',
  },
  'user.deactivated': { durable: true, audience: 'public', when: 'A user is deactivated.' },
  'user.reactivated': { durable: true, audience: 'public', when: 'A user is reactivated.' },
  'user.deleted': {
    durable: true,
    audience: 'public',
    when: 'A user is deleted, or a deletion goes further than before. `modes` says what becomes of it and of its content.',
  },
  'user.restored': { durable: true, audience: 'public', when: 'A soft-deleted user is restored.' },
  'user.messages.deleted': {
    durable: true,
    audience: 'public',
    when: 'The messages and activities of a user are deleted. `mode` says how. One event reports all of them.',
  },
  'user.messages.restored': {
    durable: true,
    audience: 'public',
    when: 'The messages and activities of a user that were hidden with it are back.',
  },
  'user.banned': { durable: true, audience: 'public', when: 'A user becomes banned, or its ban changes.' },
  'user.unbanned': { durable: true, audience: 'public', when: 'A ban ends.' },
  'user.blocked': { durable: true, audience: 'own', when: 'A user blocks another, `target_id`.' },
  'user.unblocked': {
    durable: true,
    audience: 'own',
    when: 'A user unblocks another, `target_id`.',
  },
  'user.device.added': {
    durable: true,
    audience: 'own',
    when: 'A user adds a `device`, or changes one.',
  },
  'user.device.removed': {
    durable: true,
    audience: 'own',
    when: 'A `device` of a user is removed, by a call or because there are too many.',
  },
  'user.tokens.revoked': {
    durable: true,
    audience: 'own',
    when: 'Tokens of a user that were issued before a time are refused from now on, or accepted again.',
  },
  'user.presence.changed': {
    durable: false,
    audience: 'public',
    when: 'A user whose presence the caller follows comes online or goes offline. The last state wins.',
  },
  'channel.updated': {
    durable: true,
    audience: 'named',
    when: 'A channel has a new owner, because its owner was hard-deleted.',
  },
  'channel.deleted': {
    durable: true,
    audience: 'named',
    when: 'A 1:1 channel is deleted with one of its members.',
  },
  'channel.restored': {
    durable: true,
    audience: 'named',
    when: 'A 1:1 channel that was deleted with one of its members is back.',
  },
  'call.deleted': {
    durable: true,
    audience: 'named',
    when: 'A 1:1 call is deleted with one of its members.',
  },
  'call.restored': {
    durable: true,
    audience: 'named',
    when: 'A 1:1 call that was deleted with one of its members is back.',
  },
  'task.created': { durable: true, audience: 'server', when: 'A task is created.' },
  'task.progress': {
    durable: false,
    audience: 'server',
    when: 'A task has made progress. The last state wins.',
  },
  'task.completed': { durable: true, audience: 'server', when: 'A task has completed.' },
  'task.failed': { durable: true, audience: 'server', when: 'A task has failed after five tries.' },
  'task.cancelled': { durable: true, audience: 'server', when: 'A task was cancelled.' },
  'app.updated': { durable: true, audience: 'server', when: 'The settings of the app change.' },
  'role.created': { durable: true, audience: 'server', when: 'A role is created.' },
  'role.deleted': { durable: true, audience: 'server', when: 'A role is deleted.' },
} as const satisfies Record<string, EventRule>;

/** How one type of event behaves. */
export interface EventRule {
  durable: boolean;
  audience: 'public' | 'own' | 'named' | 'server';
  when: string;
}

/** The type of an event. */
export type EventType = keyof typeof EVENT_CATALOGUE;

/** The types of events that keep a place in the log. */
export type DurableEventType = {
  [Type in EventType]: (typeof EVENT_CATALOGUE)[Type]['durable'] extends true ? Type : never;
}[EventType];

/** The types of events about one user that carry the user object. */
export type UserEventType = Exclude<Extract<EventType, `user.${string}`>, 'user.presence.changed'>;

/** The types of events about a task. */
export type TaskEventType = Extract<EventType, `task.${string}`>;

/** The types of events about a channel. */
export type ChannelEventType = Extract<EventType, `channel.${string}`>;

/** The types of events about a call. */
export type CallEventType = Extract<EventType, `call.${string}`>;
