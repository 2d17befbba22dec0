import { Button } from '@mantine/core';
import type { CreateWebhookInput, WebhookEndpoint } from '@rollcall/client/server';
import { useState } from 'react';
import { Dialog } from '../frame/dialog.js';
import { Moment } from '../frame/moment.js';
import { say } from '../frame/notices.js';
import { draftOf, fieldWords, webhookOf } from '../webhooks/webhook-draft.js';
import { WebhookFields } from '../webhooks/webhook-fields.js';
import classes from '../webhooks/webhook-form.module.css';
import { visible } from '../webhooks/webhook-words.js';
import { useSaveWebhook, WebhookConflict } from './use-save-webhook.js';

/** Changes what a webhook is. What somebody else has changed meanwhile is shown beside it, and never overwritten unseen. */
export function EditWebhook({ webhook, onClose }: { webhook: WebhookEndpoint; onClose(): void }) {
  // The page goes on reading the webhook; what is edited is what was seen.
  const [seen] = useState(webhook);
  const [draft, setDraft] = useState(() => draftOf(webhook));
  const [tried, setTried] = useState(false);
  const save = useSaveWebhook();
  const wanted = webhookOf(draft);
  const conflict = save.error instanceof WebhookConflict ? save.error : undefined;
  const submit = (basis: WebhookEndpoint) => {
    setTried(true);
    if ('problem' in wanted) return;
    const onSuccess = () => {
      say('The webhook is saved. What waits is sent as it says now.');
      onClose();
    };
    save.mutate({ seen: basis, wanted: wanted.webhook }, { onSuccess });
  };
  const problem = tried && 'problem' in wanted ? wanted.problem : undefined;
  const error = problem ?? (conflict ? undefined : save.error?.message);
  return (
    <Dialog label="Edit the webhook" onClose={onClose}>
      <form
        className={classes.form}
        onSubmit={event => {
          event.preventDefault();
          if (!conflict) submit(seen);
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
        {conflict && 'webhook' in wanted ? (
          <Conflict
            conflict={conflict}
            yours={wanted.webhook}
            onTheirs={onClose}
            onYours={() => submit(conflict.theirs)}
          />
        ) : (
          <div className={classes.foot}>
            <Button type="submit" disabled={save.isPending}>
              Save
            </Button>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
          </div>
        )}
      </form>
    </Dialog>
  );
}

interface ConflictProps {
  conflict: WebhookConflict;
  yours: CreateWebhookInput;
  onTheirs(): void;
  onYours(): void;
}

/** What somebody else has made of the same fields, and which of both is to stay. */
function Conflict({ conflict: { theirs, fields }, yours, onTheirs, onYours }: ConflictProps) {
  return (
    <>
      <div role="alert" className={classes.note}>
        Changed meanwhile, <Moment at={theirs.updated_at} />.
        <dl>
          {fields.flatMap(field => [
            <dt key={`${field} theirs`}>{field}, theirs</dt>,
            <dd key={`${field} their value`}>{visible(fieldWords(theirs[field]))}</dd>,
            <dt key={`${field} yours`}>{field}, yours</dt>,
            <dd key={`${field} your value`}>{visible(fieldWords(yours[field]))}</dd>,
          ])}
        </dl>
      </div>
      <div className={classes.foot}>
        <Button variant="default" autoFocus onClick={onTheirs}>
          Keep theirs
        </Button>
        <Button variant="default" onClick={onYours}>
          Save yours
        </Button>
      </div>
    </>
  );
}
