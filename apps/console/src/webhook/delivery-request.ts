import type {
  RollcallEvent,
  WebhookAttempt,
  WebhookDelivery,
  WebhookEndpoint,
} from '@rollcall/client/server';

/** The head of the request of one try. The signature is made of the secret at each try, and kept nowhere. */
export function requestHead(
  { url }: WebhookEndpoint,
  { id }: WebhookDelivery,
  attempt: WebhookAttempt | undefined,
): string {
  const { host, pathname, search } = new URL(url);
  const at = attempt === undefined ? '… (seconds, of the try)' : Math.floor(attempt.at / 1000);
  return [
    `POST ${pathname}${search} HTTP/1.1`,
    `host: ${host}`,
    'user-agent: Rollcall-Webhooks',
    'content-type: application/json',
    `webhook-id: ${id}`,
    `webhook-timestamp: ${at}`,
    'webhook-signature: v1,… (made of the secret at each try, and not kept)',
  ].join('\n');
}

/** The body of a delivery, as a try would send it now. @param event as the log has it now. */
export function requestBody({ sequence }: WebhookDelivery, event: RollcallEvent): object {
  return {
    type: event.type,
    timestamp: new Date(event.created_at).toISOString(),
    sequence,
    data: event,
  };
}

/** The body of a test, which carries no event. */
export function testBody({ endpoint_id, attempts, created_at }: WebhookDelivery): object {
  return {
    type: 'webhook.test',
    timestamp: new Date(attempts[0]?.at ?? created_at).toISOString(),
    data: { webhook: { id: endpoint_id } },
  };
}
