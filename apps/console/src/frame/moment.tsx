import { useSyncExternalStore } from 'react';

let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

const TICK_MS = 30_000;

/** One clock moves every moment on the page, while there is one. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const tell of listeners) tell();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
const STEPS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** How long ago a moment is, in words. */
function agoOf(ms: number, from = Date.now()): string {
  const seconds = Math.round((ms - from) / 1000);
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return 'just now';
}

/** A moment, relative to now; the exact one on hover. */
export function Moment({ at }: { at: number }) {
  const from = useSyncExternalStore(subscribe, () => now);
  const exact = new Date(at).toISOString();
  return (
    <time dateTime={exact} title={exact}>
      {agoOf(at, Math.max(from, Math.min(Date.now(), at)))}
    </time>
  );
}
