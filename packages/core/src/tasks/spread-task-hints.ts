import type { TaskHint, TaskHints } from './task-notifications.js';

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
