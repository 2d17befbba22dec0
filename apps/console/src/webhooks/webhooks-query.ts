import type {
  ListWebhookDeliveriesAnswer,
  RollcallError,
  ServerClient,
  WebhookDelivery,
  WebhookDeliveryStatus,
  WebhookEndpoint,
} from '@rollcall/client/server';
import { toRollcallError } from '@rollcall/client/server';
import { queryOptions } from '@tanstack/react-query';
import { typesOf } from '../events/event-types.js';
import type { WebhookSearch } from './webhook-search.js';

/** No event tells of a delivery, so while somebody looks, it is read again after this long. */
const AGAIN_MS = 3_000;

/** What is refused is refused again: it waits for somebody. What is away is asked until it is back. */
function again({ state }: { state: { error: Error | null } }): number | false {
  const code = (state.error as RollcallError | null)?.code;
  return code !== undefined && code !== 'UNAVAILABLE' ? false : AGAIN_MS;
}

/** The states of a delivery, in the order in which one wants to see them. */
export const DELIVERY_STATUSES = [
  'pending',
  'failed',
  'delivered',
  'skipped',
] as const satisfies WebhookDeliveryStatus[];

/** This many deliveries are on a page. */
const PAGE = 50;

/** The webhooks, and how far the log is. */
export interface WebhookList {
  webhooks: WebhookEndpoint[];
  head: string | undefined;
}

/** All webhooks, oldest first. */
export function webhooksQuery(client: ServerClient) {
  return queryOptions({
    queryKey: ['webhooks', 'list'],
    queryFn: async (): Promise<WebhookList> => {
      const [webhooks, head] = await Promise.all([client.listWebhooks(), headOf(client)]);
      return { webhooks, head };
    },
    staleTime: 0,
    refetchInterval: again,
  });
}

/** One webhook, and how far the log is. */
export function webhookQuery(client: ServerClient, id: string) {
  return queryOptions({
    queryKey: ['webhooks', 'one', id],
    queryFn: async (): Promise<{ webhook: WebhookEndpoint; head: string | undefined }> => {
      const [webhook, head] = await Promise.all([client.getWebhook(id), headOf(client)]);
      return { webhook, head };
    },
    staleTime: 0,
    refetchInterval: again,
  });
}

/** The newest delivery of a webhook, or null. It is read again when the webhook has got further. */
export function lastDeliveryQuery(
  client: ServerClient,
  { id, sequence, waiting, failing_since }: WebhookEndpoint,
) {
  return queryOptions({
    queryKey: ['webhooks', 'last', id, sequence, waiting, failing_since ?? 0],
    queryFn: async (): Promise<WebhookDelivery | null> =>
      (await client.listWebhookDeliveries(id, { limit: 1 })).deliveries[0] ?? null,
    staleTime: 0,
  });
}

/** Which deliveries a page lists, as the server takes it. */
export type DeliveryList = Omit<NonNullable<Parameters<ServerClient['listWebhookDeliveries']>[1]>, 'limit'>;

/** The list of an address. A state or a type that there is not is left out. */
export function deliveryListOf({ status, type, user, next }: WebhookSearch): DeliveryList {
  const known = DELIVERY_STATUSES.find(one => one === status);
  const of = type === 'webhook.test' ? type : typesOf(type)[0];
  return {
    ...(known && { status: known }),
    ...(of && { event_type: of }),
    ...(user !== undefined && { user_id: user }),
    ...(next !== undefined && { next }),
  };
}

/** One page of the deliveries of a webhook, newest first. */
export function deliveriesQuery(client: ServerClient, id: string, list: DeliveryList) {
  return queryOptions({
    queryKey: ['webhooks', 'deliveries', id, list],
    queryFn: async ({ signal }): Promise<ListWebhookDeliveriesAnswer> => {
      try {
        return await client.api.webhooks.listDeliveries.query({ ...list, id, limit: PAGE }, { signal });
      } catch (error) {
        throw toRollcallError(error);
      }
    },
    staleTime: 0,
    refetchInterval: again,
  });
}

/** So many deliveries are looked through for one that has left its page. */
const LOOKED_THROUGH = 100;

/**
 * A delivery that is on no page that is shown, because its state or its page is another one now. It is looked for among the
 * newest that are like it.
 */
export function deliveryQuery(client: ServerClient, id: string, known: WebhookDelivery | string) {
  const [delivery, like] =
    typeof known === 'string'
      ? [known, {}]
      : [known.id, { event_type: known.event_type, ...(known.user_id && { user_id: known.user_id }) }];
  return queryOptions({
    queryKey: ['webhooks', 'delivery', id, delivery, like],
    queryFn: async (): Promise<WebhookDelivery | null> => {
      const { deliveries } = await client.listWebhookDeliveries(id, { ...like, limit: LOOKED_THROUGH });
      return deliveries.find(one => one.id === delivery) ?? null;
    },
    staleTime: 0,
    refetchInterval: again,
  });
}

/** How far the log is: every answer of a query says so. */
async function headOf(client: ServerClient): Promise<string | undefined> {
  return (await client.queryUsers({}, [], { limit: 1 })).position;
}
