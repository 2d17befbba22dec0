import type { WebhookDelivery } from '@rollcall/client/server';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { say } from '../frame/notices.js';
import { useClient } from '../session/use-session.js';
import { answerWords } from '../webhooks/webhook-words.js';

/** Sends a test, which is a delivery with its request and its answer like every other. */
export function useTestWebhook(id: string, onTested: (delivery: string) => void) {
  const client = useClient();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => client.testWebhook(id),
    onSuccess: (delivery: WebhookDelivery) => {
      void cache.invalidateQueries({ queryKey: ['webhooks'] });
      cache.setQueryData(['webhooks', 'known', delivery.id], delivery);
      const [attempt] = delivery.attempts;
      const answer = attempt ? answerWords(attempt) : delivery.status;
      say(`The test: ${answer}.`, { failed: delivery.status !== 'delivered' });
      onTested(delivery.id);
    },
    onError: error => say(`The test could not be sent: ${error.message}.`, { failed: true }),
  });
}
