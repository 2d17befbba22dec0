import type { RollcallError } from '@rollcall/client/server';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useCommands } from '../frame/commands.js';
import { ErrorState } from '../frame/error-state.js';
import layout from '../frame/list-page.module.css';
import { PageState } from '../frame/page-state.js';
import { useClient, useWriteRefusal } from '../session/use-session.js';
import { useNarrow } from '../theme/use-narrow.js';
import { ListSkeleton } from '../users/list-skeleton.js';
import { useFollowedWebhooks } from '../webhooks/use-followed-webhooks.js';
import type { WebhookSearch } from '../webhooks/webhook-search.js';
import { webhookQuery } from '../webhooks/webhooks-query.js';
import { Deliveries } from './deliveries.js';
import { DeliveryPanel } from './delivery-panel.js';
import { type WebhookDialog, WebhookDialogs } from './webhook-dialogs.js';
import { WebhookHeading } from './webhook-heading.js';
import classes from './webhook-page.module.css';

const route = getRouteApi('/webhooks/$webhookId');

/** One webhook: how it stands, what was sent and what was answered, and what can be done about it. */
export function WebhookPage() {
  const { webhookId: id } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const client = useClient();
  const refusal = useWriteRefusal();
  const narrow = useNarrow();
  const [dialog, setDialog] = useState<WebhookDialog>();
  const { data, error, refetch } = useQuery(webhookQuery(client, id));
  useFollowedWebhooks();
  const change = (changes: WebhookSearch) =>
    void navigate({ search: (before: WebhookSearch) => ({ ...before, ...changes }) });
  // Another list has other pages.
  const list = (changes: WebhookSearch) => change({ next: undefined, ...changes });
  const filtered = search.status !== undefined || search.type !== undefined || search.user !== undefined;
  useCommands([
    { label: 'Edit the webhook', key: 'e', refusal, run: () => data && setDialog({ kind: 'edit' }) },
    {
      label: 'Send again from a position…',
      refusal,
      run: () => data && setDialog({ kind: 'replay', from: data.webhook.position }),
    },
    { label: 'Give the webhook a new secret…', refusal, run: () => data && setDialog({ kind: 'rotate' }) },
    { label: 'Delete the webhook…', refusal, run: () => data && setDialog({ kind: 'delete' }) },
    { label: 'Only the deliveries that failed', run: () => list({ status: 'failed' }) },
    { label: 'Only the deliveries that wait', run: () => list({ status: 'pending' }) },
    {
      label: 'One step back: close the delivery, show all, go to the webhooks',
      key: 'Escape',
      run: () => {
        if (search.delivery !== undefined) change({ delivery: undefined });
        else if (filtered) list({ status: undefined, type: undefined, user: undefined });
        else void navigate({ to: '/webhooks' });
      },
    },
  ]);

  if (data === undefined) {
    if (!error) return <ListSkeleton of="the webhook" />;
    const { code } = error as RollcallError;
    if (code !== 'NOT_FOUND' && code !== 'INPUT_INVALID')
      return <ErrorState error={error} onRetry={() => void refetch()} />;
    return (
      <PageState isPage title="There is no such webhook">
        <p>
          No webhook has the id <code>{id}</code>. It may have been deleted, with its deliveries.
        </p>
        <Link to="/webhooks">Go to the webhooks</Link>
      </PageState>
    );
  }
  const { webhook, head } = data;
  const panel = search.delivery !== undefined;
  return (
    <div className={layout.page} data-panel={panel}>
      <section
        className={`${layout.list} ${classes.whole}`}
        aria-label="One webhook"
        hidden={panel && narrow}
      >
        <WebhookHeading
          webhook={webhook}
          head={head}
          error={error}
          onAsk={setDialog}
          onTested={delivery => change({ delivery })}
        />
        <Deliveries webhookId={id} search={search} onChange={change} onList={list} filtered={filtered} />
      </section>
      {search.delivery !== undefined && (
        <aside className={layout.panel} aria-label="One delivery">
          <DeliveryPanel
            key={search.delivery}
            webhook={webhook}
            id={search.delivery}
            search={search}
            onAsk={setDialog}
            onClose={() => change({ delivery: undefined })}
            onTested={delivery => change({ delivery })}
          />
        </aside>
      )}
      <WebhookDialogs webhook={webhook} head={head} dialog={dialog} onClose={() => setDialog(undefined)} />
    </div>
  );
}
