/** Says that something about a task is worth looking at. The row has the truth. */
export interface TaskNotification {
  /** Absent: it may be any task. */
  taskId?: string;
  /** Whether a worker may take it now. */
  claimable: boolean;
}

/**
 * Wake-ups for those who wait for tasks. A notification may be lost, doubled or come out of order without harm, because whoever
 * waits looks at the row from time to time anyway; it only makes them look sooner.
 */
export interface TaskNotifications {
  /** Called after the commit. It must not throw. */
  announce(notification: TaskNotification): void;
  /** @returns what ends it. */
  subscribe(listener: (notification: TaskNotification) => void): () => void;
}

/** Hints within one process. */
export class LocalTaskNotifications implements TaskNotifications {
  readonly #listeners = new Set<(notification: TaskNotification) => void>();

  announce(notification: TaskNotification): void {
    for (const listener of this.#listeners) listener(notification);
  }

  subscribe(listener: (notification: TaskNotification) => void): () => void {
    // A set holds a function once, and the same one may be subscribed twice.
    const own = (notification: TaskNotification) => listener(notification);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }
}

/** Hints that are announced to the listeners of this process and, by `tell`, to the other processes. */
export function broadcastTaskNotifications(
  local: TaskNotifications,
  tell: (notification: TaskNotification) => void,
): TaskNotifications {
  return {
    announce: notification => {
      local.announce(notification);
      tell(notification);
    },
    subscribe: listener => local.subscribe(listener),
  };
}
