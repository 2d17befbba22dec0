import { Button } from '@mantine/core';
import type { WebhookEndpoint } from '@rollcall/client/server';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useCommands } from '../frame/commands.js';
import { CopyButton } from '../frame/copy-button.js';
import { Moment } from '../frame/moment.js';
import { say } from '../frame/notices.js';
import { useClient, useWriteRefusal } from '../session/use-session.js';
import { Standing } from '../webhooks/standing.js';
import { lagWords, standingOf, titleOf, visible, whatItReceives } from '../webhooks/webhook-words.js';
import { useTestWebhook } from './use-test-webhook.js';
import type { WebhookDialog } from './webhook-dialogs.js';
import classes from './webhook-page.module.css';

interface WebhookHeadingProps {
  webhook: WebhookEndpoint;
  head: string | undefined;
  /** Why it could not be read again. */
  error: Error | null;
  onAsk(dialog: WebhookDialog): void;
  onTested(delivery: string): void;
}

/** What a webhook is and how it stands, and what can be done with it. */
export function WebhookHeading({ webhook, head, error, onAsk, onTested }: WebhookHeadingProps) {
  const refusal = useWriteRefusal();
  const test = useTestWebhook(webhook.id, onTested);
  const toggle = useToggle(webhook);
  const isOn = webhook.status === 'active';
  useCommands([
    { label: 'Send a test', key: 't', refusal, run: () => !test.isPending && test.mutate() },
    { label: isOn ? 'Disable the webhook' : 'Enable the webhook', refusal, run: () => toggle.mutate() },
  ]);
  const may = { disabled: refusal !== undefined, title: refusal };
  const standing = standingOf(webhook);
  return (
    <header className={classes.heading}>
      <div className={classes.line}>
        <Link to="/webhooks" className={classes.back}>
          Webhooks
        </Link>
        <span aria-hidden>▸</span>
        <h1 className={classes.title}>{titleOf(webhook)}</h1>
        <Standing of={standing} />
      </div>
      {standing.meaning && <p className={classes.meaning}>{standing.meaning}</p>}
      <Facts webhook={webhook} head={head} />
      {error && (
        <p role="alert" className={classes.bad}>
          It could not be read again: {error.message}.
        </p>
      )}
      <div className={classes.line}>
        <Button
          disabled={refusal !== undefined || test.isPending}
          title={refusal ?? 't'}
          onClick={() => test.mutate()}
        >
          {test.isPending ? 'Sending a test…' : 'Send a test'}
        </Button>
        <Button variant="default" {...may} title={refusal ?? 'e'} onClick={() => onAsk({ kind: 'edit' })}>
          Edit…
        </Button>
        <Button
          variant="default"
          disabled={refusal !== undefined || toggle.isPending}
          title={refusal}
          onClick={() => toggle.mutate()}
        >
          {isOn ? 'Disable' : 'Enable'}
        </Button>
        <Button variant="default" {...may} onClick={() => onAsk({ kind: 'replay', from: webhook.position })}>
          Send again…
        </Button>
        <Button variant="default" {...may} onClick={() => onAsk({ kind: 'rotate' })}>
          New secret…
        </Button>
        <Button
          variant="default"
          {...(!may.disabled && { c: 'var(--rc-red)' })}
          {...may}
          onClick={() => onAsk({ kind: 'delete' })}
        >
          Delete…
        </Button>
      </div>
    </header>
  );
}

function Facts({ webhook, head }: { webhook: WebhookEndpoint; head: string | undefined }) {
  const { id, url, types, filter, rate_limit, failing_since, created_at, updated_at, revision } = webhook;
  return (
    <>
      <div className={classes.facts}>
        <CopyButton text={url} label={`Copy the address ${url}`}>
          {visible(url)}
        </CopyButton>
        <CopyButton text={id} label={`Copy the id ${id}`}>
          {id}
        </CopyButton>
      </div>
      <div className={classes.facts}>
        <span title={types?.join(', ')}>receives {whatItReceives(webhook)}</span>
        {filter && <code>{visible(JSON.stringify(filter))}</code>}
        {rate_limit !== undefined && <span>at most {rate_limit.toLocaleString('en')} a second</span>}
        <span>{webhook.sequence.toLocaleString('en')} sent</span>
        <span>{lagWords(webhook, head)}</span>
        {failing_since !== undefined && (
          <span className={classes.warned}>
            failing since <Moment at={failing_since} />
          </span>
        )}
        <span>revision {revision}</span>
        <span>
          made <Moment at={created_at} />
        </span>
        {updated_at !== created_at && (
          <span>
            changed <Moment at={updated_at} />
          </span>
        )}
      </div>
    </>
  );
}

/** Disables a webhook, or enables it. Both can be taken back, so neither is asked about. */
function useToggle({ id, status }: WebhookEndpoint) {
  const client = useClient();
  const cache = useQueryClient();
  const isOn = status === 'active';
  return useMutation({
    mutationFn: () => (isOn ? client.disableWebhook(id) : client.enableWebhook(id)),
    onSuccess: after => {
      say(isOn ? 'It is sent nothing more, and keeps its place.' : 'It goes on where it stopped.');
      cache.setQueryData<{ webhook: WebhookEndpoint; head: string | undefined }>(
        ['webhooks', 'one', id],
        known => known && { ...known, webhook: after },
      );
      void cache.invalidateQueries({ queryKey: ['webhooks'] });
    },
    onError: error => say(`The webhook could not be changed: ${error.message}.`, { failed: true }),
  });
}
