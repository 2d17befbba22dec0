import type { Actor, WebhookEvent } from '@rollcall/protocol';
import type { WriteTransaction } from '../database/unit-of-work.js';
import type { EndpointRow } from './endpoint-table.js';

/** Says in the log that an endpoint was disabled or enabled. */
export function logWebhookEvent(
  transaction: WriteTransaction,
  actor: Actor,
  { type, row }: { type: WebhookEvent['type']; row: EndpointRow },
): void {
  const { id, description, disabled_reason } = row;
  const webhook: WebhookEvent['webhook'] = {
    id,
    ...(description !== undefined && { description }),
    ...(disabled_reason !== undefined && { disabled_reason }),
  };
  transaction.log({
    type,
    actor_type: actor.type,
    ...(actor.id !== undefined && { actor_id: actor.id }),
    data: { webhook },
  });
}
