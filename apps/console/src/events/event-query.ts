import { RollcallError, type RollcallEvent, type ServerClient } from '@rollcall/client/server';
import { queryOptions } from '@tanstack/react-query';
import { positionBefore } from './selection.js';

/** The server answers at once, or the log has no such place yet. */
const ANSWERS_WITHIN_MS = 10_000;

/** The event at a position of the log; null where the log has none, or none any more. */
export function eventQuery(client: ServerClient, id: string) {
  return queryOptions({
    queryKey: ['events', 'one', id],
    queryFn: async ({ signal }): Promise<RollcallEvent | null> => {
      const lastEventId = positionBefore(id, 1);
      if (lastEventId === undefined || lastEventId === id) return null;
      const late = AbortSignal.timeout(ANSWERS_WITHIN_MS);
      const stream = client.watchEvents({ lastEventId, signal: AbortSignal.any([signal, late]) });
      // Another one in its place: the log has begun anew, or what stood there is erased.
      for await (const item of stream) return item.type !== 'resync' && item.id === id ? item : null;
      if (!navigator.onLine || client.connection.state.status !== 'connected')
        throw new RollcallError('UNAVAILABLE', 'the server does not answer');
      return null;
    },
  });
}
