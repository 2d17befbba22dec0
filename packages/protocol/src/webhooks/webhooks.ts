import type { DurableEventType } from '../events/event-catalogue.js';
import type { Filter } from '../query/filter.js';
import type { Time } from '../users/user-fields.js';

/**
 * Why an endpoint receives nothing.
 *
 * - `requested`: somebody disabled it.
 * - `gone`: it answered with 410.
 * - `failing`: nothing reached it for three days.
 */
export const WEBHOOK_DISABLED_REASONS = ['requested', 'gone', 'failing'] as const;

/** One of these reasons. */
export type WebhookDisabledReason = (typeof WEBHOOK_DISABLED_REASONS)[number];

/** An address that the events of the log are sent to, in their order. */
export interface WebhookEndpoint {
  id: string;
  /** Where events are sent, by POST. */
  url: string;
  /** Only events of these types. Absent: every type that the log keeps. */
  types?: DurableEventType[];
  /** Only events about users who match this filter before or after the change. */
  filter?: Filter;
  /** At most so many requests a second. Absent: as many as the endpoint answers. */
  rate_limit?: number;
  description?: string;
  status: 'active' | 'disabled';
  disabled_reason?: WebhookDisabledReason;
  /** Up to where the log has been worked on, `<epoch>.<seq>`. */
  position: string;
  /** The number of the last delivery. */
  sequence: number;
  /** Deliveries that wait for another try, or for an earlier delivery about the same user. */
  waiting: number;
  /** Since when every try has failed. Absent while tries succeed. */
  failing_since?: Time;
  created_at: Time;
  updated_at: Time;
  /** +1 with every change of the endpoint. What it has received does not count. */
  revision: number;
}

/** What an endpoint is made of. */
export interface CreateWebhookInput {
  /** An http or https URL, at most 2,048 characters, without a user name, a password or a fragment. */
  url: string;
  types?: DurableEventType[];
  filter?: Filter;
  /** 1–1,000. */
  rate_limit?: number;
  /** 1–255 characters. */
  description?: string;
}

/** A new endpoint, and the secret that its receiver checks signatures with. It is shown this once. */
export interface CreateWebhookAnswer {
  webhook: WebhookEndpoint;
  /** `whsec_…` */
  secret: string;
}

/** What changes of an endpoint. What is absent stays; null takes away. */
export interface UpdateWebhookInput {
  id: string;
  url?: string;
  types?: DurableEventType[] | null;
  filter?: Filter | null;
  rate_limit?: number | null;
  description?: string | null;
  /** The change is refused unless this is the revision of the endpoint. */
  if_revision?: number;
}

/** A new secret. The one before signs, too, until `previous_until`. */
export interface RotateWebhookSecretAnswer {
  secret: string;
  previous_until: Time;
}

/** From which position an endpoint receives everything again. */
export interface ReplayWebhookInput {
  id: string;
  /** `<epoch>.<seq>`, as an event carries it. What comes after it is sent again. */
  from: string;
}

/**
 * How a delivery stands.
 *
 * - `pending`: it waits for its next try, or for an earlier delivery about the same user.
 * - `delivered`: the endpoint answered with 2xx.
 * - `failed`: ten tries over three days failed.
 * - `skipped`: it was not sent: the log no longer has the event, or a replay took its place.
 */
export const WEBHOOK_DELIVERY_STATUSES = ['pending', 'delivered', 'failed', 'skipped'] as const;

/** One of these states. */
export type WebhookDeliveryStatus = (typeof WEBHOOK_DELIVERY_STATUSES)[number];

/** One try to deliver. */
export interface WebhookAttempt {
  at: Time;
  /** The status of the answer, if there was one. */
  status_code?: number;
  /** Why there was no answer. */
  error?: string;
  duration_ms: number;
  /** How the body of the answer begins, up to 1 KiB. An erasure of the user takes it away. */
  answer?: string;
}

/** One event for one endpoint. */
export interface WebhookDelivery {
  /** The header `webhook-id`, the same in all tries. */
  id: string;
  endpoint_id: string;
  /** The event that it carries. A test carries none. */
  event_id?: string;
  event_type: DurableEventType | 'webhook.test';
  /** The user whom the event is about. */
  user_id?: string;
  /** The place among the deliveries of the endpoint. A test has none. */
  sequence?: number;
  status: WebhookDeliveryStatus;
  /** How many tries there have been. */
  attempt: number;
  /** The last tries, oldest first. */
  attempts: WebhookAttempt[];
  next_attempt_at?: Time;
  created_at: Time;
}

/** Which deliveries of an endpoint to list, newest first. They are kept for seven days. */
export interface ListWebhookDeliveriesInput {
  /** The endpoint. */
  id: string;
  status?: WebhookDeliveryStatus;
  event_type?: DurableEventType | 'webhook.test';
  /** Only deliveries of events about this user. */
  user_id?: string;
  /** 1–100; default 30. */
  limit?: number;
  next?: string;
}

/** One page of deliveries. */
export interface ListWebhookDeliveriesAnswer {
  deliveries: WebhookDelivery[];
  next?: string;
}
