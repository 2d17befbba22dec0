/** What happened at one process and is worth a look at the others. */
export interface ProcessNotification {
  /** The event log has grown. */
  log?: true;
  /** Somebody may have come or gone. */
  presence?: true;
  /** Tasks that have changed, and whether a worker may take them now. */
  tasks?: ReadonlyMap<string, boolean>;
  /** Anything may have happened: more than is worth naming, or what was said in the meantime was not heard. */
  anything?: true;
}

/**
 * Hints between the processes on one database. They only make the others look sooner: one that is lost, doubled or late
 * does no harm, since everybody looks from time to time anyway. No hint is ever a part of a transaction.
 */
export interface ProcessNotifications {
  /** Tells the other processes, together with whatever else there is to tell at the moment. It never throws. */
  tell(notification: ProcessNotification): void;
  /** Resolves when nothing more is told or heard. */
  close(): Promise<void>;
}

/** For a database that one process has to itself, and for processes that are left to look by themselves. */
export const NO_NOTIFICATIONS: ProcessNotifications = {
  tell: () => undefined,
  close: async () => undefined,
};

/** More tasks than this are not named: a notification of PostgreSQL has room for 7,999 bytes. */
const MAX_TASKS = 100;

/** Puts what is to be told together with what was to be told already. */
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

/** A hint as the text of a notification, with the name of the process that sends it. */
export function encodeNotification(from: string, notification: ProcessNotification): string {
  const { tasks, ...rest } = notification;
  return JSON.stringify({ from, ...rest, ...(tasks && { tasks: [...tasks] }) });
}

/**
 * Reads the text of a notification. What cannot be read, since another version or another program sent it, may mean
 * anything.
 * @returns undefined for what this process sent itself.
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
