import type { WebhookEndpoint } from '@rollcall/client/server';
import { DeleteWebhook } from './delete-webhook.js';
import { EditWebhook } from './edit-webhook.js';
import { ReplayWebhook } from './replay-webhook.js';
import { RotateSecret } from './rotate-secret.js';

/** What is asked over the page of a webhook. */
export type WebhookDialog = { kind: 'edit' | 'rotate' | 'delete' } | { kind: 'replay'; from: string };

interface WebhookDialogsProps {
  webhook: WebhookEndpoint;
  head: string | undefined;
  dialog: WebhookDialog | undefined;
  onClose(): void;
}

/** The one dialog that is open, if any. */
export function WebhookDialogs({ webhook, head, dialog, onClose }: WebhookDialogsProps) {
  switch (dialog?.kind) {
    case undefined:
      return null;
    case 'edit':
      return <EditWebhook webhook={webhook} onClose={onClose} />;
    case 'rotate':
      return <RotateSecret id={webhook.id} onClose={onClose} />;
    case 'delete':
      return <DeleteWebhook webhook={webhook} head={head} onClose={onClose} />;
    case 'replay':
      return <ReplayWebhook webhook={webhook} head={head} from={dialog.from} onClose={onClose} />;
  }
}
