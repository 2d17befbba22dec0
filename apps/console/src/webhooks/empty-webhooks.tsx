import { Button } from '@mantine/core';
import { PageState } from '../frame/page-state.js';

interface EmptyWebhooksProps {
  /** Why none can be made. */
  refusal: string | undefined;
  onMake(): void;
}

const FIRST_WEBHOOK = `const { webhook, secret } = await server.createWebhook({ url: 'https://shop.example.com/hooks' });`;

/** There are no webhooks yet. */
export function EmptyWebhooks({ refusal, onMake }: EmptyWebhooksProps) {
  return (
    <PageState title="There are no webhooks">
      <p>
        A webhook is an address to which every event is sent by HTTP: signed as Standard Webhooks says, in
        order for each user, and tried again for three days. Make one here, or on your back end.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: Long lines scroll, and keys have to reach them. */}
      <pre tabIndex={0}>{FIRST_WEBHOOK}</pre>
      <Button disabled={refusal !== undefined} title={refusal} onClick={onMake}>
        Make the first webhook
      </Button>
    </PageState>
  );
}
