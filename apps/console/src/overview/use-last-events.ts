import type { RollcallEvent } from '@rollcall/client/server';
import { useEffect, useState } from 'react';
import { useLiveEvents } from '../live/live-context.js';
import { useClient } from '../session/use-session.js';
import { newestOf, placeOf, startBefore } from './last-events.js';

/**
 * The last events of the log, newest first, live; undefined until they are read. What came before the page was opened is read
 * from the log once, by a short stream that ends where the log ended then.
 */
export function useLastEvents(): { events: readonly RollcallEvent[] | undefined; error: Error | undefined } {
  const client = useClient();
  const live = useLiveEvents();
  const [events, setEvents] = useState<readonly RollcallEvent[]>();
  const [error, setError] = useState<Error>();
  useEffect(() => {
    const stop = new AbortController();
    const add = (news: readonly RollcallEvent[]) => setEvents(shown => newestOf(shown ?? [], news));
    const unsubscribe = live.subscribe(add);
    const read = async () => {
      // Every answer of a query says how far the log was.
      const { position } = await client.queryUsers({}, [], { limit: 1 });
      const end = placeOf(position);
      if (end === undefined || end.seq === 0) return add([]);
      const stream = client.watchEvents({ lastEventId: startBefore(end), signal: stop.signal });
      for await (const item of stream) {
        // The log does not reach back so far: what happens from now on is shown.
        if (item.type === 'resync') break;
        add([item]);
        if ((placeOf(item.id)?.seq ?? 0) >= end.seq) break;
      }
      add([]);
    };
    read().catch(problem => {
      if (!stop.signal.aborted) setError(problem as Error);
    });
    return () => {
      stop.abort();
      unsubscribe();
    };
  }, [client, live]);
  return { events, error };
}
