/**
 * Wraps an action so that it never runs twice at the same time. All calls that come while it runs share one further
 * run. That run begins afterwards, so it sees every change up to then. Calls of the same moment share a run, too.
 */
export function oneAtATime(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;
  return () => {
    waiting ??= running
      .catch(() => undefined)
      .then(() => {
        waiting = undefined;
        running = action();
        return running;
      });
    return waiting;
  };
}
