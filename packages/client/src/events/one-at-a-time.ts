/**
 * Wraps an action so that it never runs twice at once. Whoever asks while it runs shares one further run, which begins
 * after it and so sees everything that was decided up to then. Requests of the same moment share a run, too.
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
