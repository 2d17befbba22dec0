import { Button } from '@mantine/core';
import type { CreateWebhookInput } from '@rollcall/client/server';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { Dialog } from '../frame/dialog.js';
import { useClient } from '../session/use-session.js';
import { SecretShown } from './secret-shown.js';
import { NEW_WEBHOOK, webhookOf } from './webhook-draft.js';
import { WebhookFields } from './webhook-fields.js';
import classes from './webhook-form.module.css';
import { codeOfNewWebhook } from './webhooks-code.js';

const CodeSamples = lazy(() =>
  import('../frame/code-samples.js').then(({ CodeSamples }) => ({ default: CodeSamples })),
);

interface NewWebhookProps {
  onClose(): void;
  /** The webhook is made, and its secret was kept. */
  onKept(id: string): void;
}

/** Makes a webhook, and then shows its secret. */
export function NewWebhook({ onClose, onKept }: NewWebhookProps) {
  const client = useClient();
  const cache = useQueryClient();
  const [draft, setDraft] = useState(NEW_WEBHOOK);
  const [tried, setTried] = useState(false);
  const [code, setCode] = useState(false);
  const wanted = webhookOf(draft);
  const make = useMutation({
    mutationFn: (webhook: CreateWebhookInput) => client.createWebhook(webhook),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['webhooks', 'list'] }),
    // A cache of answers is no place for a secret.
    gcTime: 0,
  });
  if (make.data) {
    const { webhook, secret } = make.data;
    const done = () => {
      onClose();
      onKept(webhook.id);
    };
    return (
      <Dialog key="secret" label="The webhook is made" canLeave={false} onClose={done}>
        <SecretShown secret={secret} onDone={done}>
          <p className={classes.dim}>It receives what happens from now on.</p>
        </SecretShown>
      </Dialog>
    );
  }
  const problem = 'problem' in wanted ? wanted.problem : undefined;
  const error = (tried ? problem : undefined) ?? make.error?.message;
  return (
    <Dialog label="New webhook" onClose={onClose}>
      <form
        className={classes.form}
        onSubmit={event => {
          event.preventDefault();
          setTried(true);
          if ('webhook' in wanted) make.mutate(wanted.webhook);
        }}
      >
        <WebhookFields
          draft={draft}
          onChange={changes => {
            setDraft(before => ({ ...before, ...changes }));
            setTried(false);
          }}
        />
        {error !== undefined && (
          <p role="alert" className={classes.error}>
            {error}
          </p>
        )}
        <div className={classes.foot}>
          <Button type="submit" disabled={make.isPending}>
            Make the webhook
          </Button>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <span className={classes.grow} />
          <button
            type="button"
            className={classes.link}
            aria-expanded={code}
            onClick={() => setCode(open => !open)}
          >
            As code
          </button>
        </div>
        {code && (
          <Suspense fallback="…">
            {'webhook' in wanted ? (
              <CodeSamples samples={codeOfNewWebhook(location.origin, wanted.webhook)} />
            ) : (
              <p className={classes.dim}>{problem}</p>
            )}
          </Suspense>
        )}
      </form>
    </Dialog>
  );
}
