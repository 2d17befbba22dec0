import { Button } from '@mantine/core';
import type { WebhookEndpoint } from '@rollcall/client/server';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Dialog } from '../frame/dialog.js';
import { say } from '../frame/notices.js';
import { useClient } from '../session/use-session.js';
import classes from '../webhooks/webhook-form.module.css';
import { lagWords, titleOf } from '../webhooks/webhook-words.js';

interface DeleteWebhookProps {
  webhook: WebhookEndpoint;
  head: string | undefined;
  onClose(): void;
}

/** Deletes a webhook, after it has said what goes with it. */
export function DeleteWebhook({ webhook, head, onClose }: DeleteWebhookProps) {
  const client = useClient();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => client.deleteWebhook(webhook.id),
    onSuccess: async () => {
      say(`The webhook ${titleOf(webhook)} is deleted.`);
      onClose();
      await navigate({ to: '/webhooks' });
      cache.removeQueries({ queryKey: ['webhooks', 'one', webhook.id] });
      void cache.invalidateQueries({ queryKey: ['webhooks', 'list'] });
    },
  });
  return (
    <Dialog label={`Delete ${titleOf(webhook)}?`} onClose={onClose}>
      <div className={classes.form}>
        <p>
          It receives nothing more, and its deliveries are gone with it. What is not sent yet never is:{' '}
          {lagWords(webhook, head)}. Its secret and its place in the log do not come back. To stop it for a
          while, disable it.
        </p>
        {remove.error && (
          <p role="alert" className={classes.error}>
            {remove.error.message}
          </p>
        )}
        <div className={classes.foot}>
          <Button color="red" disabled={remove.isPending} onClick={() => remove.mutate()}>
            Delete the webhook
          </Button>
          <Button variant="default" autoFocus onClick={onClose}>
            Cancel
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
