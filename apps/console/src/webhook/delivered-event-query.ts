import type { JsonObject, RollcallEvent, ServerClient, WebhookEndpoint } from '@rollcall/client/server';
import { queryOptions } from '@tanstack/react-query';
import { readEvent } from '../events/event-query.js';

/** Where nothing after the event matches, the stream says nothing. */
const MATCHED_WITHIN_MS = 2_000;

/** No event says when the log has forgotten one. */
const AGAIN_MS = 3_000;

/**
 * The event of a delivery as the log has it now, which is what a try sends; null where the log has none any more. It is read again
 * while it is shown, and kept no longer: what is erased meanwhile does not stay on the screen.
 */
export function deliveredEventQuery(client: ServerClient, { filter }: WebhookEndpoint, id: string) {
  return queryOptions({
    queryKey: ['webhooks', 'event', id, filter as JsonObject | undefined],
    queryFn: async ({ signal }): Promise<RollcallEvent | null> => {
      const event = await readEvent(client, id, { signal });
      if (!event || !filter || !('user' in event)) return event;
      const how = { signal, filter: filter as JsonObject, withinMs: MATCHED_WITHIN_MS };
      return (await readEvent(client, id, how)) ?? event;
    },
    staleTime: 0,
    gcTime: 0,
    refetchInterval: ({ state }) => (state.data === null ? false : AGAIN_MS),
  });
}
