import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useLiveEvents } from '../live/live-context.js';

/** Reads what is shown of webhooks again when one is disabled or enabled, by whomever. */
export function useFollowedWebhooks(): void {
  const live = useLiveEvents();
  const cache = useQueryClient();
  useEffect(
    () =>
      live.subscribe(events => {
        if (events.some(event => 'webhook' in event))
          void cache.invalidateQueries({ queryKey: ['webhooks'] });
      }),
    [live, cache],
  );
}
