import {
  type JsonObject,
  RollcallError,
  type RollcallEvent,
  type ServerClient,
} from '@rollcall/client/server';
import { queryOptions } from '@tanstack/react-query';
import { positionBefore } from './selection.js';

/** The server answers at once, or the log has no such place yet. */
const ANSWERS_WITHIN_MS = 10_000;

/** The event at a position of the log; null where the log has none, or none any more. */
export function eventQuery(client: ServerClient, id: string) {
  return queryOptions({
    queryKey: ['events', 'one', id],
    queryFn: ({ signal }) => readEvent(client, id, { signal }),
  });
}

/**
 * Reads the event at a position; null where the log has none that matches the filter. With a filter, the event says whether its
 * user matched before and after.
 */
export async function readEvent(
  client: ServerClient,
  id: string,
  {
    signal,
    filter,
    withinMs = ANSWERS_WITHIN_MS,
  }: { signal: AbortSignal; filter?: JsonObject; withinMs?: number },
): Promise<RollcallEvent | null> {
  const lastEventId = positionBefore(id, 1);
  if (lastEventId === undefined || lastEventId === id) return null;
  const ending = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
  const stream = client.watchEvents({ lastEventId, signal: ending, ...(filter && { filter }) });
  // The log has another entry at this position: it has begun anew, or the old entry was erased.
  for await (const item of stream) return item.type !== 'resync' && item.id === id ? item : null;
  if (!navigator.onLine || client.connection.state.status !== 'connected')
    throw new RollcallError('UNAVAILABLE', 'the server does not answer');
  return null;
}
