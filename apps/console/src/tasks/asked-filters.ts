import type { JsonObject } from '@rollcall/client/server';
import { session } from '../session/session.js';

const KEY = 'rollcall.asked-filters';

/** Of so many tasks the filter is kept. */
const MOST = 50;

let kept: Record<string, JsonObject> | undefined;

/**
 * The filter that a task was asked with in this tab. The server forgets it when the task has ended, because it may hold anything
 * about anybody. So it is kept as long as the session, and in the address of the task.
 */
export function askedFilter(taskId: string): JsonObject | undefined {
  const all = read();
  return Object.hasOwn(all, taskId) ? all[taskId] : undefined;
}

/** Keeps the filter of a task that was just asked for. */
export function keepAskedFilter(taskId: string, filter: JsonObject): void {
  kept = Object.fromEntries([...Object.entries(read()), [taskId, filter] as const].slice(-MOST));
  sessionStorage.setItem(KEY, JSON.stringify(kept));
}

function read(): Record<string, JsonObject> {
  if (kept !== undefined) return kept;
  try {
    kept = JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Record<string, JsonObject>;
  } catch {
    kept = {};
  }
  return kept;
}

session.subscribe(() => {
  if (session.state.status !== 'out') return;
  kept = undefined;
  sessionStorage.removeItem(KEY);
});
