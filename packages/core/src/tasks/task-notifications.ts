/** Says that a task may have changed. The row says how. */
export interface TaskNotification {
  /** Absent when it may be any task. */
  taskId?: string;
  /** Whether a worker may take it now. */
  claimable: boolean;
}

/**
 * Notifications for all who wait for tasks. One may be lost, doubled or out of order without harm: it only makes them look
 * sooner, and they look at the row from time to time anyway.
 */
export interface TaskNotifications {
  /** Called after the commit. It must not throw. */
  announce(notification: TaskNotification): void;
  /** @returns what ends it. */
  subscribe(listener: (notification: TaskNotification) => void): () => void;
}

/** Notifications within one process. */
export class LocalTaskNotifications implements TaskNotifications {
  readonly #listeners = new Set<(notification: TaskNotification) => void>();

  announce(notification: TaskNotification): void {
    for (const listener of this.#listeners) listener(notification);
  }

  subscribe(listener: (notification: TaskNotification) => void): () => void {
    // A set holds a function only once, and the same function may be subscribed twice.
    const own = (notification: TaskNotification) => listener(notification);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }
}

/** Announces notifications to the listeners of this process and, with `tell`, to the other processes. */
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
