/** What happened in one process and is worth a look in the others. */
export interface ProcessNotification {
  /** The event log has grown. */
  log?: true;
  /** Users may have come online or gone offline. */
  presence?: true;
  /** Tasks that have changed, and whether a worker may take them now. */
  tasks?: ReadonlyMap<string, boolean>;
  /** Anything may have happened: too much to be named, or notifications were missed. */
  anything?: true;
}

/**
 * Notifications between the processes on one database. They only make the others look sooner. One that is lost, doubled
 * or late does no harm, since all processes look from time to time anyway. A notification is never part of a transaction.
 */
export interface ProcessNotifications {
  /** Notifies the other processes, together with what else is waiting to be sent. It never throws. */
  tell(notification: ProcessNotification): void;
  /** Resolves when nothing more is sent or received. */
  close(): Promise<void>;
}

/** For a database that belongs to one process, and for processes that only look by themselves. */
export const NO_NOTIFICATIONS: ProcessNotifications = {
  tell: () => undefined,
  close: async () => undefined,
};

/** The most tasks that are named: a notification of PostgreSQL has room for 7,999 bytes. */
const MAX_TASKS = 100;

/** Merges two notifications into one. */
export function mergeNotifications(
  first: ProcessNotification,
  second: ProcessNotification,
): ProcessNotification {
  const tasks = new Map([...(first.tasks ?? []), ...(second.tasks ?? [])]);
  if (first.anything || second.anything || tasks.size > MAX_TASKS) return { anything: true };
  return {
    ...((first.log || second.log) && { log: true }),
    ...((first.presence || second.presence) && { presence: true }),
    ...(tasks.size > 0 && { tasks }),
  };
}

/** A notification as text, with the name of the process that sends it. */
export function encodeNotification(from: string, notification: ProcessNotification): string {
  const { tasks, ...rest } = notification;
  return JSON.stringify({ from, ...rest, ...(tasks && { tasks: [...tasks] }) });
}

/**
 * Reads the text of a notification. A text that cannot be read, because another version or another program sent it, may
 * mean anything.
 * @returns undefined for a notification that this process sent itself.
 */
export function decodeNotification(self: string, payload: string): ProcessNotification | undefined {
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
