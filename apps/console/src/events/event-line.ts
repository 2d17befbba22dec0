import type { ResyncNotice, RollcallEvent, StreamItem } from '@rollcall/client/server';
import { actorWords, whatOf } from '../tasks/task-words.js';

/** An event in the columns of the tail. */
export interface EventLine {
  /** In the zone of the browser, to the millisecond. */
  time: string;
  who: string;
  whom: string;
  /** The paths that changed, or what else the event says. */
  what: string;
}

/** An event as a line. */
export function lineOf(event: RollcallEvent): EventLine {
  return {
    time: clock(event.created_at),
    who: actorWords(event.actor),
    whom: whomOf(event),
    what: whatIn(event).join(' · '),
  };
}

export function isResync(item: StreamItem): item is ResyncNotice {
  return item.type === 'resync';
}

function whomOf(event: RollcallEvent): string {
  if ('user' in event) return event.user.id;
  if ('channel' in event) return event.channel.cid;
  if ('call' in event) return event.call.cid;
  if ('role' in event) return event.role.name;
  if ('webhook' in event) return event.webhook.description ?? event.webhook.id;
  if ('task' in event) return event.task.task_id.slice(0, 8);
  return 'settings';
}

function whatIn(event: RollcallEvent): string[] {
  const parts: string[] = [];
  if ('task' in event) {
    const { done, total, failed } = event.task.progress;
    parts.push(`${whatOf(event.task)}, ${done} of ${total}${failed > 0 ? `, ${failed} failed` : ''}`);
  }
  if ('changes' in event && event.changes) parts.push(Object.keys(event.changes).join(', '));
  if ('user_ids' in event) parts.push(event.user_ids.join(', '));
  if ('target_id' in event && event.target_id !== undefined) parts.push(event.target_id);
  if ('device' in event && event.device) parts.push(event.device.id);
  if ('modes' in event && event.modes)
    parts.push(
      Object.entries(event.modes)
        .map(([of, mode]) => `${of}: ${String(mode)}`)
        .join(', '),
    );
  if ('mode' in event && event.mode) parts.push(event.mode);
  if ('reason' in event && event.reason !== undefined) parts.push(event.reason);
  if ('cause' in event && event.cause) parts.push(event.cause);
  if ('matched' in event && event.matched && event.matched.before !== event.matched.after)
    parts.push(event.matched.after ? 'now matches' : 'matches no more');
  return parts.filter(part => part !== '');
}

/** A time of day. Making it by hand is what a thousand events a second can afford. */
function clock(ms: number): string {
  const at = new Date(ms);
  const two = (number: number) => String(number).padStart(2, '0');
  const millis = String(at.getMilliseconds()).padStart(3, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${millis}`;
}
