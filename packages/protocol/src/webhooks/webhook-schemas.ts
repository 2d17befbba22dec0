import { z } from 'zod';
import { type DurableEventType, EVENT_CATALOGUE, type EventType } from '../events/event-catalogue.js';
import { parsePosition } from '../events/live.js';
import type { JsonObject } from '../json.js';
import { LIMITS } from '../limits.js';
import { contentTextSchema } from '../products/content-schemas.js';
import { cursorSchema } from '../query/query-users-schema.js';
import { jsonBytes } from '../users/custom-data.js';
import { userIdSchema } from '../users/user-fields-schema.js';
import { WEBHOOK_DELIVERY_STATUSES } from './webhooks.js';

/** The types of events that the log keeps, and so may be sent. */
const KEPT_TYPES = (Object.keys(EVENT_CATALOGUE) as EventType[]).filter(
  (type): type is DurableEventType => EVENT_CATALOGUE[type].durable,
);

const webhookIdSchema = z.string().regex(/^[0-9a-f-]{36}$/, 'the id of a webhook is a UUID');

const URL_RULE =
  'the address of a webhook is an http or https URL without a user name, a password or a fragment';

const urlSchema = contentTextSchema(LIMITS.webhookUrlLength).refine(isReceiverUrl, URL_RULE);

const typesSchema = z
  .array(z.enum(KEPT_TYPES))
  .min(1)
  .max(LIMITS.webhookTypes)
  .refine(types => new Set(types).size === types.length, 'must name each type at most once');

/** Its form only: `parseFilter` checks the rest. */
const filterSchema = z
  .record(z.string(), z.unknown())
  .refine(
    filter => jsonBytes(filter as JsonObject) <= LIMITS.webhookFilterBytes,
    `a filter of a webhook has at most ${LIMITS.webhookFilterBytes} bytes of JSON`,
  );

const rateSchema = z.number().int().min(1).max(LIMITS.webhookRate);

const descriptionSchema = contentTextSchema(LIMITS.webhookDescriptionLength).min(
  1,
  'a description must have at least one character',
);

/** The input of `webhooks.create`. */
export const createWebhookSchema = z.strictObject({
  url: urlSchema,
  types: typesSchema.optional(),
  filter: filterSchema.optional(),
  rate_limit: rateSchema.optional(),
  description: descriptionSchema.optional(),
});

/** The input of `webhooks.update`. */
export const updateWebhookSchema = z.strictObject({
  id: webhookIdSchema,
  url: urlSchema.optional(),
  types: typesSchema.nullable().optional(),
  filter: filterSchema.nullable().optional(),
  rate_limit: rateSchema.nullable().optional(),
  description: descriptionSchema.nullable().optional(),
  if_revision: z.number().int().min(1).optional(),
});

/** The input of what is about one endpoint. */
export const oneWebhookSchema = z.strictObject({ id: webhookIdSchema });

/** The input of `webhooks.replay`. */
export const replayWebhookSchema = z.strictObject({
  id: webhookIdSchema,
  from: z
    .string()
    .refine(text => parsePosition(text) !== undefined, 'a position is <epoch>.<seq>, as an event carries it'),
});

/** The input of `webhooks.retryDelivery`. */
export const oneDeliverySchema = z.strictObject({
  delivery_id: z
    .string()
    .regex(
      /^msg_[A-Za-z0-9_-]{22}$/,
      'the id of a delivery begins with msg_, as the header webhook-id has it',
    ),
});

/** The input of `webhooks.listDeliveries`. */
export const listWebhookDeliveriesSchema = z.strictObject({
  id: webhookIdSchema,
  status: z.enum(WEBHOOK_DELIVERY_STATUSES).optional(),
  event_type: z.enum([...KEPT_TYPES, 'webhook.test']).optional(),
  user_id: userIdSchema.optional(),
  limit: z.number().int().min(1).max(LIMITS.pageContent).default(LIMITS.pageContentDefault),
  next: cursorSchema.optional(),
});

/** The parsed input of `webhooks.create`. */
export type ParsedCreateWebhook = z.output<typeof createWebhookSchema>;

/** The parsed input of `webhooks.update`. */
export type ParsedUpdateWebhook = z.output<typeof updateWebhookSchema>;

/** The parsed input of `webhooks.listDeliveries`. */
export type ParsedListWebhookDeliveries = z.output<typeof listWebhookDeliveriesSchema>;

function isReceiverUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hash } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && username + password + hash === '';
}
