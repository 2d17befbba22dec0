import type { ProcessHint } from './process-notifications.js';

/** More tasks than this are not named: a notification of PostgreSQL has room for 7,999 bytes. */
const MAX_TASKS = 100;

/** Puts what is to be told together with what was to be told already. */
export function mergeHints(first: ProcessHint, second: ProcessHint): ProcessHint {
  const tasks = new Map([...(first.tasks ?? []), ...(second.tasks ?? [])]);
  if (first.anything || second.anything || tasks.size > MAX_TASKS) return { anything: true };
  return {
    ...((first.log || second.log) && { log: true }),
    ...((first.presence || second.presence) && { presence: true }),
    ...(tasks.size > 0 && { tasks }),
  };
}

/** A hint as the text of a notification, with the name of the process that sends it. */
export function encodeHint(from: string, hint: ProcessHint): string {
  const { tasks, ...rest } = hint;
  return JSON.stringify({ from, ...rest, ...(tasks && { tasks: [...tasks] }) });
}

/**
 * Reads the text of a notification. What cannot be read, since another version or another program sent it, may mean
 * anything.
 * @returns undefined for what this process sent itself.
 */
export function decodeHint(self: string, payload: string): ProcessHint | undefined {
  try {
    const { from, log, presence, tasks, anything } = JSON.parse(payload) as Record<string, unknown>;
    if (from === self) return undefined;
    if (anything || typeof from !== 'string') return { anything: true };
    return {
      ...(log === true && { log }),
      ...(presence === true && { presence }),
      ...(Array.isArray(tasks) && { tasks: new Map(tasks.map(([id, claimable]) => [id, claimable])) }),
    };
  } catch {
    return { anything: true };
  }
}
