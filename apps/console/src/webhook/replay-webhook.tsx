import { Button } from '@mantine/core';
import type { WebhookEndpoint } from '@rollcall/client/server';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { CodeSamples } from '../frame/code-samples.js';
import { Dialog } from '../frame/dialog.js';
import { say } from '../frame/notices.js';
import { useClient } from '../session/use-session.js';
import { count } from '../tasks/task-words.js';
import { TextInput } from '../theme/text-field.js';
import classes from '../webhooks/webhook-form.module.css';
import { behindOf } from '../webhooks/webhook-words.js';
import { codeOfReplay } from '../webhooks/webhooks-code.js';

interface ReplayWebhookProps {
  webhook: WebhookEndpoint;
  head: string | undefined;
  /** The position that is proposed. */
  from: string;
  onClose(): void;
}

/** Sends everything after a position again, after it has said what that means, and about how many events at most. */
export function ReplayWebhook({ webhook, head, from: proposed, onClose }: ReplayWebhookProps) {
  const client = useClient();
  const cache = useQueryClient();
  // The number stays as it was asked about: never another one under the pointer.
  const [end] = useState(head);
  const [from, setFrom] = useState(proposed);
  const [code, setCode] = useState(false);
  const position = from.trim();
  const most = behindOf({ ...webhook, position }, end);
  const replay = useMutation({
    mutationFn: () => client.replayWebhook(webhook.id, position),
    onSuccess: () => {
      say(
        webhook.status === 'active' ? 'It is sent again.' : 'It is sent again when the webhook is enabled.',
      );
      void cache.invalidateQueries({ queryKey: ['webhooks'] });
      onClose();
    },
  });
  return (
    <Dialog label="Send again" onClose={onClose}>
      <form
        className={classes.form}
        onSubmit={event => {
          event.preventDefault();
          if (most !== undefined && most > 0) replay.mutate();
        }}
      >
        <TextInput
          label="Everything after the position"
          description="An event carries its position as its id. The page of events shows it, and so does each delivery."
          autoComplete="off"
          spellCheck={false}
          value={from}
          onChange={event => setFrom(event.target.value)}
        />
        <ul className={classes.list}>
          <li>
            {most === undefined
              ? 'This is no position of the log as it is now.'
              : most === 0
                ? 'The log has nothing after it.'
                : `At most ${count(most, 'event')}: those after it that the webhook receives by its types and its filter.`}
          </li>
          <li>
            They are new deliveries with new ids and numbers. A receiver that knows a delivery by its id takes
            each of them as new.
          </li>
          <li>What waits and comes after the position is skipped, since it is sent with the rest.</li>
          <li>They are made from the log as it is now: what is erased does not leave any more.</li>
          {webhook.status === 'disabled' && <li>The webhook is disabled. It begins when it is enabled.</li>}
        </ul>
        {replay.error && (
          <p role="alert" className={classes.error}>
            {replay.error.message}
          </p>
        )}
        <div className={classes.foot}>
          <Button type="submit" disabled={!most || replay.isPending}>
            {most ? `Send at most ${count(most, 'event')} again` : 'Send again'}
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
        {code && <CodeSamples samples={codeOfReplay(location.origin, webhook.id, position)} />}
      </form>
    </Dialog>
  );
}
