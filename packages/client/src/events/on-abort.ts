interface Heard {
  /** What is called when the signal aborts. Each has a listener of its own, so that the same function can be there twice. */
  readonly listeners: Set<() => void>;
  stop(): void;
}

const heard = new WeakMap<AbortSignal, Heard>();

/**
 * Calls a listener when a signal aborts. However many streams wait for one signal, the signal has one listener: Node
 * takes eleven for a leak, and prints a warning.
 * @returns a function that removes the listener.
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (!signal) return () => undefined;
  const { listeners, stop } = heard.get(signal) ?? hear(signal);
  const entry = () => listener();
  listeners.add(entry);
  return () => {
    listeners.delete(entry);
    if (listeners.size === 0) stop();
  };
}

function hear(signal: AbortSignal): Heard {
  const listeners = new Set<() => void>();
  const abort = () => {
    for (const listener of [...listeners]) listener();
  };
  const one: Heard = {
    listeners,
    stop: () => {
      signal.removeEventListener('abort', abort);
      if (heard.get(signal) === one) heard.delete(signal);
    },
  };
  signal.addEventListener('abort', abort);
  heard.set(signal, one);
  return one;
}
