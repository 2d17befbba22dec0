import {
  type CreateWebhookAnswer,
  type CreateWebhookInput,
  LIMITS,
  type ListWebhookDeliveriesAnswer,
  type ListWebhookDeliveriesInput,
  type RotateWebhookSecretAnswer,
  type UpdateWebhookInput,
  WEBHOOK_DELIVERY_STATUSES,
  type WebhookDelivery,
  type WebhookEndpoint,
} from '@rollcall/protocol';
import { type ArgumentsOf, checked } from '../check/checked-methods.js';
import { jsonObject } from '../check/json-kind.js';
import { type Kind, optional } from '../check/kind.js';
import { list, name, oneOf, orNull, position, userId, whole } from '../check/kinds.js';
import { shape } from '../check/shape.js';
import { eventType } from '../events/event-names.js';
import { answerOf } from '../to-rollcall-error.js';
import type { Api } from '../transport/transport.js';

/** Which deliveries of a webhook to list. */
export type ListWebhookDeliveriesOptions = Omit<ListWebhookDeliveriesInput, 'id'>;

/** What changes of a webhook. What is absent stays; null takes away. */
export type WebhookChanges = Omit<UpdateWebhookInput, 'id'>;

/** Addresses that the events of the log are sent to, signed as Standard Webhooks says. */
export interface Webhooks {
  /** Lists every webhook, oldest first. */
  listWebhooks(): Promise<WebhookEndpoint[]>;

  /** Reads one webhook. */
  getWebhook(id: string): Promise<WebhookEndpoint>;

  /** Makes a webhook, which receives events from now on. Its secret is in this answer and in no other. */
  createWebhook(webhook: CreateWebhookInput): Promise<CreateWebhookAnswer>;

  /** Changes what is given. With `if_revision`, only if that is the revision of the webhook. */
  updateWebhook(id: string, changes: WebhookChanges): Promise<WebhookEndpoint>;

  /** Deletes a webhook, with its deliveries. */
  deleteWebhook(id: string): Promise<void>;

  /** Gives a webhook a new secret. Until `previous_until`, requests are signed with the one before as well. */
  rotateWebhookSecret(id: string): Promise<RotateWebhookSecretAnswer>;

  /** Sends a webhook nothing more. It keeps its place in the log. */
  disableWebhook(id: string): Promise<WebhookEndpoint>;

  /** Goes on where a webhook stopped, as far as the log is kept. */
  enableWebhook(id: string): Promise<WebhookEndpoint>;

  /** Sends a webhook a signed `webhook.test` at once. Returns what came of it, also when it failed. */
  testWebhook(id: string): Promise<WebhookDelivery>;

  /** Reads one page of the deliveries of a webhook, newest first. They are kept for seven days. */
  listWebhookDeliveries(
    id: string,
    options?: ListWebhookDeliveriesOptions,
  ): Promise<ListWebhookDeliveriesAnswer>;

  /** Tries a delivery once more, now, whatever became of it. */
  retryWebhookDelivery(delivery_id: string): Promise<WebhookDelivery>;

  /** Sends a webhook everything after a position of the log again, as deliveries of their own. */
  replayWebhook(id: string, from: string): Promise<WebhookEndpoint>;
}

type Types = NonNullable<CreateWebhookInput['types']>;
type Type = NonNullable<ListWebhookDeliveriesOptions['event_type']>;

const types = list(eventType, LIMITS.webhookTypes) as unknown as Kind<Types>;
const filter = jsonObject as unknown as Kind<NonNullable<CreateWebhookInput['filter']>>;
const rate = whole(1, LIMITS.webhookRate);
const id: [string, Kind<string>] = ['id', name];

/** What the methods of `Webhooks` take. */
const ARGUMENTS: ArgumentsOf<Webhooks> = {
  listWebhooks: [],
  getWebhook: [id],
  createWebhook: [
    [
      'webhook',
      shape<CreateWebhookInput>({
        url: name,
        types: optional(types),
        filter: optional(filter),
        rate_limit: optional(rate),
        description: optional(name),
      }),
    ],
  ],
  updateWebhook: [
    id,
    [
      'changes',
      shape<WebhookChanges>({
        url: optional(name),
        types: optional(orNull(types)),
        filter: optional(orNull(filter)),
        rate_limit: optional(orNull(rate)),
        description: optional(orNull(name)),
        if_revision: optional(whole(1)),
      }),
    ],
  ],
  deleteWebhook: [id],
  rotateWebhookSecret: [id],
  disableWebhook: [id],
  enableWebhook: [id],
  testWebhook: [id],
  listWebhookDeliveries: [
    id,
    [
      'options',
      optional(
        shape<ListWebhookDeliveriesOptions>({
          status: optional(oneOf(WEBHOOK_DELIVERY_STATUSES)),
          event_type: optional(name as unknown as Kind<Type>),
          user_id: optional(userId),
          limit: optional(whole(1, LIMITS.pageContent)),
          next: optional(name),
        }),
      ),
    ],
  ],
  retryWebhookDelivery: [['delivery_id', name]],
  replayWebhook: [id, ['from', position]],
};

/** The methods of `Webhooks`. */
export function webhookMethods(api: Api): Webhooks {
  const { webhooks } = api;
  const methods: Webhooks = {
    listWebhooks: async () => (await answerOf(webhooks.list.query())).webhooks,
    getWebhook: one => answerOf(webhooks.get.query({ id: one })),
    createWebhook: webhook => answerOf(webhooks.create.mutate(webhook)),
    updateWebhook: (one, changes) => answerOf(webhooks.update.mutate({ ...changes, id: one })),
    deleteWebhook: async one => {
      await answerOf(webhooks.delete.mutate({ id: one }));
    },
    rotateWebhookSecret: one => answerOf(webhooks.rotateSecret.mutate({ id: one })),
    disableWebhook: one => answerOf(webhooks.disable.mutate({ id: one })),
    enableWebhook: one => answerOf(webhooks.enable.mutate({ id: one })),
    testWebhook: one => answerOf(webhooks.test.mutate({ id: one })),
    listWebhookDeliveries: (one, options) => answerOf(webhooks.listDeliveries.query({ ...options, id: one })),
    retryWebhookDelivery: delivery_id => answerOf(webhooks.retryDelivery.mutate({ delivery_id })),
    replayWebhook: (one, from) => answerOf(webhooks.replay.mutate({ id: one, from })),
  };
  return checked(methods, ARGUMENTS);
}
