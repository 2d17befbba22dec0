import { session } from './session.js';

const CHECK_MS = 5_000;
const INPUTS = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const;

/** Ends the session when its time is over, also in a tab that slept. Returns what stops that. */
export function watchSessionEnd(): () => void {
  const onInput = () => session.input();
  const onSight = () => void (document.visibilityState === 'visible' && session.endIfDue());
  for (const type of INPUTS) addEventListener(type, onInput, { capture: true, passive: true });
  document.addEventListener('visibilitychange', onSight);
  const timer = setInterval(() => session.endIfDue(), CHECK_MS);
  return () => {
    for (const type of INPUTS) removeEventListener(type, onInput, { capture: true });
    document.removeEventListener('visibilitychange', onSight);
    clearInterval(timer);
  };
}
