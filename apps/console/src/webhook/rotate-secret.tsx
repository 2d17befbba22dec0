import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Dialog } from '../frame/dialog.js';
import { Moment } from '../frame/moment.js';
import { useClient } from '../session/use-session.js';
import { SecretShown } from '../webhooks/secret-shown.js';
import classes from '../webhooks/webhook-form.module.css';

/** Gives a webhook a new secret, after it has said what becomes of the one before. */
export function RotateSecret({ id, onClose }: { id: string; onClose(): void }) {
  const client = useClient();
  const cache = useQueryClient();
  const rotate = useMutation({
    mutationFn: () => client.rotateWebhookSecret(id),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['webhooks'] }),
    gcTime: 0,
  });
  if (rotate.data) {
    const { secret, previous_until } = rotate.data;
    return (
      <Dialog key="secret" label="It has a new secret" canLeave={false} onClose={onClose}>
        <SecretShown secret={secret} onDone={onClose}>
          <p className={classes.dim}>
            The secret before signs as well until <Moment at={previous_until} /> (
            {new Date(previous_until).toLocaleString()}).
          </p>
        </SecretShown>
      </Dialog>
    );
  }
  return (
    <Dialog label="Give it a new secret?" onClose={onClose}>
      <div className={classes.form}>
        <p>
          For a day, requests are signed with both secrets, so the receiver has time to change. The one before
          that signs no more from now on. The new one is shown once.
        </p>
        {rotate.error && (
          <p role="alert" className={classes.error}>
            {rotate.error.message}
          </p>
        )}
        <div className={classes.foot}>
          <Button autoFocus disabled={rotate.isPending} onClick={() => rotate.mutate()}>
            Make a new secret
          </Button>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
