import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { CodePopover } from '../frame/code-popover.js';
import { useCommands } from '../frame/commands.js';
import { ErrorState } from '../frame/error-state.js';
import layout from '../frame/list-page.module.css';
import { stepFocus } from '../frame/step-focus.js';
import { useClient, useWriteRefusal } from '../session/use-session.js';
import { count } from '../tasks/task-words.js';
import { ListSkeleton } from '../users/list-skeleton.js';
import { EmptyWebhooks } from './empty-webhooks.js';
import { NewWebhook } from './new-webhook.js';
import { useFollowedWebhooks } from './use-followed-webhooks.js';
import { standingOf } from './webhook-words.js';
import { codeOfWebhooks } from './webhooks-code.js';
import classes from './webhooks-page.module.css';
import { webhooksQuery } from './webhooks-query.js';
import { WebhooksTable } from './webhooks-table.js';

/** The addresses that events are sent to: which of them receive them, and which do not. */
export function WebhooksPage() {
  const client = useClient();
  const navigate = useNavigate();
  const refusal = useWriteRefusal();
  const [making, setMaking] = useState(false);
  const { data, error, refetch } = useQuery(webhooksQuery(client));
  useFollowedWebhooks();
  const again = () => void refetch();
  useCommands([
    { label: 'Next webhook', key: 'j', run: () => stepFocus('a[data-webhook]', 1) },
    { label: 'Webhook before', key: 'k', run: () => stepFocus('a[data-webhook]', -1) },
    { label: 'New webhook', key: 'n', refusal, run: () => setMaking(true) },
    { label: 'Read the webhooks again', key: 'r', run: again },
  ]);
  const bad = data?.webhooks.filter(one => ['warned', 'bad'].includes(standingOf(one).kind)).length ?? 0;
  return (
    <div className={layout.page}>
      <section className={layout.list} aria-label="List of webhooks">
        <div className={layout.heading}>
          <h1 className={layout.title}>Webhooks</h1>
          {bad > 0 && <span className={classes.bad}>{bad === 1 ? '1 fails' : `${bad} fail`}</span>}
          <span className={layout.grow} />
          <span className={classes.buttons}>
            <CodePopover samples={() => codeOfWebhooks(location.origin)} />
            <Button disabled={refusal !== undefined} title={refusal ?? 'n'} onClick={() => setMaking(true)}>
              New webhook
            </Button>
          </span>
        </div>
        <div className={layout.rows}>
          {data === undefined && error ? (
            <ErrorState error={error} onRetry={again} />
          ) : data === undefined ? (
            <ListSkeleton of="webhooks" />
          ) : data.webhooks.length === 0 ? (
            <EmptyWebhooks refusal={refusal} onMake={() => setMaking(true)} />
          ) : (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: It scrolls, and keys have to reach it.
            <section className={classes.scroller} aria-label="All webhooks" tabIndex={0}>
              <WebhooksTable list={data} />
            </section>
          )}
        </div>
        {data !== undefined && data.webhooks.length > 0 && (
          <footer className={classes.foot}>
            <span role="status">{count(data.webhooks.length, 'webhook')}</span>
            {error && <span role="alert">They could not be read again: {error.message}.</span>}
          </footer>
        )}
      </section>
      {making && (
        <NewWebhook
          onClose={() => setMaking(false)}
          onKept={webhookId =>
            void navigate({ to: '/webhooks/$webhookId', params: { webhookId }, search: {} })
          }
        />
      )}
    </div>
  );
}
