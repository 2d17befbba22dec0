import type { WebhookDelivery, WebhookEndpoint } from '@rollcall/client/server';
import { useQuery } from '@tanstack/react-query';
import { CopyButton } from '../frame/copy-button.js';
import { useClient } from '../session/use-session.js';
import { visible } from '../webhooks/webhook-words.js';
import { deliveredEventQuery } from './delivered-event-query.js';
import classes from './delivery-panel.module.css';
import { requestBody, requestHead, testBody } from './delivery-request.js';

interface DeliveryRequestProps {
  webhook: WebhookEndpoint;
  delivery: WebhookDelivery;
}

/** The request of a delivery: its head as the last try had it, and its body as the log makes it now. */
export function DeliveryRequest({ webhook, delivery }: DeliveryRequestProps) {
  const { event_id } = delivery;
  return (
    <>
      <h2 className={classes.part}>Request</h2>
      <pre className={classes.text}>{visible(requestHead(webhook, delivery, delivery.attempts.at(-1)))}</pre>
      {event_id === undefined ? (
        <Body body={testBody(delivery)} />
      ) : (
        <EventBody webhook={webhook} delivery={delivery} eventId={event_id} />
      )}
    </>
  );
}

function EventBody({ webhook, delivery, eventId }: DeliveryRequestProps & { eventId: string }) {
  const client = useClient();
  const { data: event, error } = useQuery(deliveredEventQuery(client, webhook, eventId));
  if (error) {
    return (
      <p role="alert" className={classes.bad}>
        The event could not be read: {error.message}.
      </p>
    );
  }
  if (event === undefined) return <p className={classes.dim}>Reading the log…</p>;
  if (event === null) {
    return (
      <p className={classes.dim}>
        The log has this event no more, so there is no body: it is erased, or older than the setting
        event_retention_days keeps it.
      </p>
    );
  }
  return (
    <>
      <p className={classes.dim}>
        The body is made from the log at every try. This is how a try would send it now: what was erased since
        is not in it.
      </p>
      <Body body={requestBody(delivery, event)} />
    </>
  );
}

/** A body, laid out to be read. What is copied is what is sent. */
function Body({ body }: { body: object }) {
  return (
    <>
      <div className={classes.line}>
        <CopyButton text={JSON.stringify(body)}>Copy the body</CopyButton>
      </div>
      <pre className={classes.text}>{visible(JSON.stringify(body, null, 2))}</pre>
    </>
  );
}
