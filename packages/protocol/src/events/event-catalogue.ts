/**
 * The table of event types (docs/contract/events.md). A durable event is written in the transaction of its change and
 * keeps its place in the log. An ephemeral event is sent to current listeners only. `audience`: `public` reaches
 * callers who follow the user, `own` reaches the user itself and server tokens, `server` reaches server tokens only.
 * `about` says what the event carries, and by that where it holds ids of users ({@link USER_IDS_IN_EVENTS}).
 */
export const EVENT_CATALOGUE = {
  'user.created': { about: 'user', durable: true, audience: 'public', when: 'A user is created.' },
  'user.updated': {
    about: 'user',
    durable: true,
    audience: 'public',
    when: 'Fields of a user change; `changes` says which.',
  },
  'user.deactivated': { about: 'user', durable: true, audience: 'public', when: 'A user is deactivated.' },
  'user.reactivated': { about: 'user', durable: true, audience: 'public', when: 'A user is reactivated.' },
  'user.deleted': {
    about: 'user',
    durable: true,
    audience: 'public',
    when: 'A user is deleted, or a deletion goes further than before. `modes` says what becomes of it and of its content.',
  },
  'user.restored': {
    about: 'user',
    durable: true,
    audience: 'public',
    when: 'A soft-deleted user is restored.',
  },
  'user.messages.deleted': {
    about: 'user',
    durable: true,
    audience: 'public',
    when: 'The messages and activities of a user are deleted. `mode` says how. One event reports all of them.',
  },
  'user.messages.restored': {
    about: 'user',
    durable: true,
    audience: 'public',
    when: 'The messages and activities of a user that were hidden with it are back.',
  },
  'user.banned': {
    about: 'user',
    durable: true,
    audience: 'public',
    when: 'A user becomes banned, or its ban changes.',
  },
  'user.unbanned': { about: 'user', durable: true, audience: 'public', when: 'A ban ends.' },
  'user.blocked': {
    about: 'user',
    durable: true,
    audience: 'own',
    when: 'A user blocks another, `target_id`.',
  },
  'user.unblocked': {
    about: 'user',
    durable: true,
    audience: 'own',
    when: 'A user unblocks another, `target_id`.',
  },
  'user.device.added': {
    about: 'user',
    durable: true,
    audience: 'own',
    when: 'A user adds a `device`, or changes one.',
  },
  'user.device.removed': {
    about: 'user',
    durable: true,
    audience: 'own',
    when: 'A `device` of a user is removed, by a call or because there are too many.',
  },
  'user.tokens.revoked': {
    about: 'user',
    durable: true,
    audience: 'own',
    when: 'Tokens of a user that were issued before a time are refused from now on, or accepted again.',
  },
  'user.presence.changed': {
    about: 'user',
    durable: false,
    audience: 'public',
    when: 'A user whose presence the caller follows comes online or goes offline. The last state wins.',
  },
  'channel.updated': {
    about: 'channel',
    durable: true,
    audience: 'named',
    when: 'A channel has a new owner, because its owner was hard-deleted.',
  },
  'channel.deleted': {
    about: 'channel',
    durable: true,
    audience: 'named',
    when: 'A 1:1 channel is deleted with one of its members.',
  },
  'channel.restored': {
    about: 'channel',
    durable: true,
    audience: 'named',
    when: 'A 1:1 channel that was deleted with one of its members is back.',
  },
  'call.deleted': {
    about: 'call',
    durable: true,
    audience: 'named',
    when: 'A 1:1 call is deleted with one of its members.',
  },
  'call.restored': {
    about: 'call',
    durable: true,
    audience: 'named',
    when: 'A 1:1 call that was deleted with one of its members is back.',
  },
  'task.created': { about: 'task', durable: true, audience: 'server', when: 'A task is created.' },
  'task.progress': {
    about: 'task',
    durable: false,
    audience: 'server',
    when: 'A task has made progress. The last state wins.',
  },
  'task.completed': { about: 'task', durable: true, audience: 'server', when: 'A task has completed.' },
  'task.failed': {
    about: 'task',
    durable: true,
    audience: 'server',
    when: 'A task has failed after five tries.',
  },
  'task.cancelled': { about: 'task', durable: true, audience: 'server', when: 'A task was cancelled.' },
  'app.updated': { about: 'app', durable: true, audience: 'server', when: 'The settings of the app change.' },
  'role.created': { about: 'role', durable: true, audience: 'server', when: 'A role is created.' },
  'role.deleted': { about: 'role', durable: true, audience: 'server', when: 'A role is deleted.' },
  'webhook.disabled': {
    about: 'webhook',
    durable: true,
    audience: 'server',
    when: 'A webhook receives nothing any more. `webhook.disabled_reason` says why.',
  },
  'webhook.enabled': {
    about: 'webhook',
    durable: true,
    audience: 'server',
    when: 'A webhook that was disabled receives events again.',
  },
} as const satisfies Record<string, EventRule>;

/**
 * Where an event holds ids of users, by what it is about: dotted paths in the event; `[]` stands for each item of an
 * array. The erasure of a user, and nothing else, renames ids in these places: text elsewhere that equals an id stays.
 */
export const USER_IDS_IN_EVENTS = {
  user: [
    'actor.id',
    'user.id',
    'user.blocked_user_ids[]',
    'changes.blocked_user_ids.before[]',
    'changes.blocked_user_ids.after[]',
    'target_id',
    'banned_by_id',
  ],
  channel: ['actor.id', 'channel.owner_id', 'user_ids[]'],
  call: ['actor.id', 'user_ids[]'],
  task: ['actor.id'],
  app: ['actor.id'],
  role: ['actor.id'],
  webhook: ['actor.id'],
} as const satisfies Record<string, readonly string[]>;

/** How one type of event behaves. */
export interface EventRule {
  about: keyof typeof USER_IDS_IN_EVENTS;
  durable: boolean;
  audience: 'public' | 'own' | 'named' | 'server';
  when: string;
}

/** The type of an event. */
export type EventType = keyof typeof EVENT_CATALOGUE;

/**
 * How events of a type behave; undefined for a type that this version does not know, such as one that a newer process
 * has logged.
 */
export function eventRule(type: string): EventRule | undefined {
  return Object.hasOwn(EVENT_CATALOGUE, type) ? EVENT_CATALOGUE[type as EventType] : undefined;
}

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
