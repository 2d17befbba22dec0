import type { PresenceEvent } from '@rollcall/client/server';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useClient } from '../session/use-session.js';
import { everyFrame } from './every-frame.js';
import { patchUsers, type UserPatch } from './patch-users.js';

const SETTLES_MS = 300;

/** Keeps the presence of the users in sight up to date in the caches. A list that scrolls is watched when it has settled. */
export function usePresence(ids: readonly string[]): void {
  const client = useClient();
  const cache = useQueryClient();
  const key = [...ids].sort().join('\n');
  useEffect(() => {
    if (key === '') return;
    const stop = new AbortController();
    const batch = everyFrame<PresenceEvent>(events => {
      const patches = new Map<string, UserPatch>();
      for (const { user } of events) {
        patches.set(user.id, cached =>
          cached.online === user.online && cached.last_active === user.last_active
            ? cached
            : { ...cached, online: user.online, last_active: user.last_active },
        );
      }
      patchUsers(cache, patches);
    });
    const timer = setTimeout(async () => {
      try {
        for await (const event of client.watchPresence(key.split('\n'), { signal: stop.signal }))
          batch(event);
      } catch {
        // The stream of events fails for the same reason, and says so.
      }
    }, SETTLES_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [client, cache, key]);
}
