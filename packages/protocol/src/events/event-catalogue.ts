/**
 * The one table of event types (SPEC section 8). A durable event is written in the transaction of its change and keeps
 * its place in the log; an ephemeral one is sent to whoever listens and forgotten. `audience`: `public` reaches those
 * who follow the user, `own` the user itself and server tokens, `server` server tokens only.
 */
export const EVENT_CATALOGUE = {
  'user.created': { durable: true, audience: 'public', when: 'A user comes into being.' },
  'user.updated': {
    durable: true,
    audience: 'public',
    when: 'Fields of a user change; `changes` says which.',
  },
  'user.deactivated': { durable: true, audience: 'public', when: 'A user is deactivated.' },
  'user.reactivated': { durable: true, audience: 'public', when: 'A user is reactivated.' },
  'user.banned': { durable: true, audience: 'public', when: 'A user becomes banned, or its ban changes.' },
  'user.unbanned': { durable: true, audience: 'public', when: 'A ban ends.' },
  'task.created': { durable: true, audience: 'server', when: 'Long-running work is asked for.' },
  'task.progress': {
    durable: false,
    audience: 'server',
    when: 'Long-running work gets on; the last state wins.',
  },
  'task.completed': { durable: true, audience: 'server', when: 'Long-running work is done.' },
  'task.failed': { durable: true, audience: 'server', when: 'Long-running work gives up after its tries.' },
  'task.cancelled': { durable: true, audience: 'server', when: 'Long-running work has stopped as asked.' },
  'app.updated': { durable: true, audience: 'server', when: 'The settings of the app change.' },
  'role.created': { durable: true, audience: 'server', when: 'A role is made.' },
  'role.deleted': { durable: true, audience: 'server', when: 'A role is deleted.' },
} as const satisfies Record<string, EventRule>;

/** How one type of event behaves. */
export interface EventRule {
  durable: boolean;
  audience: 'public' | 'own' | 'server';
  when: string;
}

/** The type of an event. */
export type EventType = keyof typeof EVENT_CATALOGUE;

/** The types of events that keep a place in the log. */
export type DurableEventType = {
  [Type in EventType]: (typeof EVENT_CATALOGUE)[Type]['durable'] extends true ? Type : never;
}[EventType];

/** The types of events about one user. */
export type UserEventType = Extract<EventType, `user.${string}`>;

/** The types of events about a task. */
export type TaskEventType = Extract<EventType, `task.${string}`>;
