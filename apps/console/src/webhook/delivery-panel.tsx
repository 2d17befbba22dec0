import { ActionIcon, Button } from '@mantine/core';
import type { ListWebhookDeliveriesAnswer, WebhookDelivery, WebhookEndpoint } from '@rollcall/client/server';
import { IconX } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { positionBefore } from '../events/selection.js';
import { CodePopover } from '../frame/code-popover.js';
import { useCommands } from '../frame/commands.js';
import { CopyButton } from '../frame/copy-button.js';
import { ErrorState } from '../frame/error-state.js';
import { Moment } from '../frame/moment.js';
import { say } from '../frame/notices.js';
import { PageState } from '../frame/page-state.js';
import { useClient, useWriteRefusal } from '../session/use-session.js';
import { Standing } from '../webhooks/standing.js';
import type { WebhookSearch } from '../webhooks/webhook-search.js';
import { deliveryStanding } from '../webhooks/webhook-words.js';
import { codeOfDeliveries, codeOfRetry } from '../webhooks/webhooks-code.js';
import { deliveriesQuery, deliveryListOf, deliveryQuery } from '../webhooks/webhooks-query.js';
import classes from './delivery-panel.module.css';
import { DeliveryRequest } from './delivery-request-view.js';
import { DeliveryTries } from './delivery-tries.js';
import { NextTry } from './next-try.js';
import { useTestWebhook } from './use-test-webhook.js';
import type { WebhookDialog } from './webhook-dialogs.js';

interface DeliveryPanelProps {
  webhook: WebhookEndpoint;
  id: string;
  search: WebhookSearch;
  onAsk(dialog: WebhookDialog): void;
  onClose(): void;
  onTested(delivery: string): void;
}

/** One delivery: what is sent, what was answered to each try, and what can be done about it. */
export function DeliveryPanel({ webhook, id, search, onAsk, onClose, onTested }: DeliveryPanelProps) {
  const { delivery, error, isReading, again } = useDelivery(webhook.id, id, search);
  if (delivery === undefined && error) return <ErrorState error={error} onRetry={again} />;
  if (delivery === undefined && isReading)
    return <div className={classes.panel} role="status" aria-label="Reading the delivery" />;
  if (delivery === undefined) {
    return (
      <PageState title="This delivery is not here">
        <p>
          <code>{id}</code> is not on this page, nor among the newest deliveries. Deliveries are kept for
          seven days.
        </p>
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
      </PageState>
    );
  }
  const { event_type, event_id, user_id, sequence, created_at, next_attempt_at } = delivery;
  const standing = deliveryStanding(delivery);
  return (
    <article className={classes.panel} aria-label={`The delivery of ${event_type}`}>
      <header className={classes.heading}>
        <div className={classes.line}>
          <h1 className={classes.title}>{event_type}</h1>
          <Standing of={standing} />
          <span className={classes.grow} />
          <CodePopover
            samples={() =>
              event_id === undefined
                ? codeOfDeliveries(location.origin, webhook.id, { event_type })
                : codeOfRetry(location.origin, id)
            }
          />
          <ActionIcon aria-label="Close the delivery" title="Esc" onClick={onClose}>
            <IconX size={16} />
          </ActionIcon>
        </div>
        {standing.meaning && <p className={classes.dim}>{standing.meaning}</p>}
        <div className={classes.facts}>
          <CopyButton text={id} label={`Copy the id ${id}`}>
            {id}
          </CopyButton>
          {sequence !== undefined && <span>number {sequence.toLocaleString('en')}</span>}
          <span>
            stored <Moment at={created_at} />
          </span>
          {next_attempt_at !== undefined && (
            <span>
              <NextTry at={next_attempt_at} />
            </span>
          )}
          {user_id !== undefined && (
            <Link to="/users/$userId" params={{ userId: user_id }} search={{}}>
              {user_id}
            </Link>
          )}
          {event_id !== undefined && (
            <Link to="/events" search={{ event: event_id }}>
              event {event_id}
            </Link>
          )}
        </div>
        {event_id === undefined ? (
          <TestAgain webhookId={webhook.id} onTested={onTested} />
        ) : (
          <Again webhook={webhook} delivery={delivery} eventId={event_id} onAsk={onAsk} />
        )}
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: It scrolls, and keys have to reach it. */}
      <section className={classes.body} tabIndex={0} aria-label="Request and answers">
        <DeliveryTries delivery={delivery} />
        <DeliveryRequest webhook={webhook} delivery={delivery} />
      </section>
    </article>
  );
}

/** The delivery, as the page beside it has it, or as it was found when it is on that page no more. */
function useDelivery(webhookId: string, id: string, search: WebhookSearch) {
  const client = useClient();
  const cache = useQueryClient();
  const ofPage = (page: ListWebhookDeliveriesAnswer | undefined) =>
    page?.deliveries.find(one => one.id === id);
  const page = useQuery(deliveriesQuery(client, webhookId, deliveryListOf(search)));
  const onPage = ofPage(page.data);
  const key = ['webhooks', 'known', id];
  const known = cache.getQueryData<WebhookDelivery>(key);
  useEffect(() => {
    if (onPage) cache.setQueryData(['webhooks', 'known', id], onPage);
  }, [cache, id, onPage]);
  const found = useQuery({
    ...deliveryQuery(client, webhookId, known ?? id),
    enabled: onPage === undefined && !page.isPending,
  });
  return {
    delivery: onPage ?? found.data ?? known,
    error: found.error ?? page.error,
    isReading: page.isPending || found.isFetching,
    again: () => void found.refetch(),
  };
}

interface AgainProps {
  webhook: WebhookEndpoint;
  delivery: WebhookDelivery;
  eventId: string;
  onAsk(dialog: WebhookDialog): void;
}

/** Sends the delivery once more, or everything from it on. */
function Again({ webhook, delivery: { id, status }, eventId, onAsk }: AgainProps) {
  const client = useClient();
  const cache = useQueryClient();
  const refusal = useWriteRefusal();
  const retry = useMutation({
    mutationFn: () => client.retryWebhookDelivery(id),
    onSuccess: after => {
      cache.setQueryData(['webhooks', 'known', id], after);
      say(
        webhook.status === 'active'
          ? 'It is tried now. Later deliveries about the same user wait for it.'
          : 'It is tried when the webhook is enabled.',
      );
      void cache.invalidateQueries({ queryKey: ['webhooks'] });
    },
  });
  const words = status === 'delivered' ? 'Send once more' : 'Try now';
  useCommands([{ label: `${words}: this delivery`, key: 'a', refusal, run: () => retry.mutate() }]);
  const before = positionBefore(eventId, 1) ?? eventId;
  return (
    <>
      <div className={classes.line}>
        <Button
          variant="default"
          disabled={refusal !== undefined || retry.isPending}
          title={refusal ?? 'a'}
          onClick={() => retry.mutate()}
        >
          {words}
        </Button>
        <Button
          variant="default"
          disabled={refusal !== undefined}
          title={refusal}
          onClick={() => onAsk({ kind: 'replay', from: before })}
        >
          Send everything from here again…
        </Button>
      </div>
      {retry.error && (
        <p role="alert" className={classes.bad}>
          {retry.error.message}
        </p>
      )}
    </>
  );
}

function TestAgain({ webhookId, onTested }: { webhookId: string; onTested(delivery: string): void }) {
  const refusal = useWriteRefusal();
  const test = useTestWebhook(webhookId, onTested);
  return (
    <Button
      variant="default"
      disabled={refusal !== undefined || test.isPending}
      title={refusal}
      onClick={() => test.mutate()}
    >
      Send another test
    </Button>
  );
}
