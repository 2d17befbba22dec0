import type { RollcallEvent } from '@rollcall/client/server';

/** What an event is about, in a few words. */
export function subjectOf(event: RollcallEvent): string {
  if ('user' in event) return event.user.name ?? event.user.id;
  if ('task' in event) return [event.task.type, event.task.action].filter(Boolean).join(' ');
  if ('settings' in event) return Object.keys(event.changes).join(', ');
  if ('role' in event) return event.role.name;
  if ('webhook' in event) return event.webhook.description ?? event.webhook.id;
  return 'channel' in event ? event.channel.cid : event.call.cid;
}

/** Who caused an event. */
export function actorOf({ actor }: RollcallEvent): string {
  return actor.id ?? { server: 'a back end', user: 'a user', system: 'Rollcall' }[actor.type];
}
