import { useEffect } from 'react';
import { useLiveEvents } from './live-context.js';

const SETTLES_MS = 300;

/** Keeps the presence of the users in sight up to date in the caches. A list that scrolls is watched when it has settled. */
export function usePresence(ids: readonly string[]): void {
  const live = useLiveEvents();
  const key = [...ids].sort().join('\n');
  useEffect(() => {
    if (key === '') return;
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const presence = live.client.watchPresence(key.split('\n'), { signal: stop.signal });
        for await (const event of presence) live.hear(event);
      } catch {
        // The stream of events fails for the same reason, and says so.
      }
    }, SETTLES_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [live, key]);
}
