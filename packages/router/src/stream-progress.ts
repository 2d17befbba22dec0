import type { Tasks } from '@rollcall/core';
import type { RollcallEvent } from '@rollcall/protocol';

/** Progress of tasks as it happens. What nobody took in time is overtaken: the last state of each task wins. */
export async function* streamProgress(tasks: Tasks, signal: AbortSignal): AsyncGenerator<RollcallEvent[]> {
  const latest = new Map<string, RollcallEvent>();
  let wake = () => {};
  const unsubscribe = tasks.onProgress(event => {
    latest.set(event.task.task_id, event);
    wake();
  });
  const onAbort = () => wake();
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      if (latest.size === 0) {
        await new Promise<void>(resolve => {
          wake = resolve;
        });
        continue;
      }
      const events = [...latest.values()];
      latest.clear();
      yield events;
    }
  } finally {
    unsubscribe();
    signal.removeEventListener('abort', onAbort);
  }
}
