/** Says that something about a task is worth looking at. The row has the truth. */
export interface TaskHint {
  /** Absent: it may be any task. */
  taskId?: string;
  /** Whether a worker may take it now. */
  claimable: boolean;
}

/**
 * Wake-ups for those who wait for tasks. A hint may be lost, doubled or come out of order without harm, because whoever
 * waits looks at the row from time to time anyway; it only makes them look sooner.
 */
export interface TaskHints {
  /** Called after the commit. It must not throw. */
  announce(hint: TaskHint): void;
  /** @returns what ends it. */
  subscribe(listener: (hint: TaskHint) => void): () => void;
}

/** Hints within one process. */
export class LocalTaskHints implements TaskHints {
  readonly #listeners = new Set<(hint: TaskHint) => void>();

  announce(hint: TaskHint): void {
    for (const listener of this.#listeners) listener(hint);
  }

  subscribe(listener: (hint: TaskHint) => void): () => void {
    // A set holds a function once, and the same one may be subscribed twice.
    const own = (hint: TaskHint) => listener(hint);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }
}

/** Hints that are announced to the listeners of this process and, by `tell`, to the other processes. */
export function spreadTaskHints(local: TaskHints, tell: (hint: TaskHint) => void): TaskHints {
  return {
    announce: hint => {
      local.announce(hint);
      tell(hint);
    },
    subscribe: listener => local.subscribe(listener),
  };
}
