import type { RollcallEvent } from '@rollcall/protocol';
import { terminalText } from './terminal-text.js';

/** One event on one line, for a person: time, type, subject, and what changed. */
export function describeEvent(event: RollcallEvent): string {
  const parts = [new Date(event.created_at).toISOString(), event.type, subjectOf(event), ...detailsOf(event)];
  return terminalText(parts.filter(part => part !== '').join('  '));
}

function subjectOf(event: RollcallEvent): string {
  if ('user' in event) return event.user.name ? `${event.user.id} "${event.user.name}"` : event.user.id;
  if ('task' in event) return event.task.task_id;
  if ('role' in event) return event.role.name;
  if ('webhook' in event) return event.webhook.description ?? event.webhook.id;
  return '';
}

function detailsOf(event: RollcallEvent): string[] {
  const details: string[] = [];
  if ('changes' in event && event.changes) details.push(`changed: ${Object.keys(event.changes).join(', ')}`);
  if ('webhook' in event && event.webhook.disabled_reason) details.push(event.webhook.disabled_reason);
  if ('cause' in event && event.cause) details.push(`cause: ${event.cause}`);
  if ('matched' in event && event.matched) details.push(matchOf(event.matched));
  if ('task' in event) {
    const { done, total, failed } = event.task.progress;
    details.push(`${event.task.type} ${done}/${total}, ${failed} failed`);
  }
  return details.filter(detail => detail !== '');
}

function matchOf({ before, after }: { before: boolean; after: boolean }): string {
  if (before === after) return '';
  return after ? 'now matches the filter' : 'no longer matches the filter';
}
