import type { DirectoryTrace } from '../database/instruments.js';
import type { WebhookAnswer, WebhookSender } from './webhook-sender.js';

/** What came of a request. */
type Tried = { answer: WebhookAnswer } | { error: unknown };

/**
 * A sender whose every request is a span. Where it went is not told: the address of a receiver may hold a secret. That a
 * receiver fails is no fault of this server, so its span ends with what was answered.
 */
export function tracedSender(sender: WebhookSender, trace: DirectoryTrace): WebhookSender {
  return {
    send: async request => {
      const deliveryId = request.headers['webhook-id'] ?? '';
      const run = (): Promise<Tried> =>
        sender.send(request).then(
          answer => ({ answer }),
          (error: unknown) => ({ error }),
        );
      const tried = await trace({ span: 'webhook try', deliveryId }, run, outcomeOf);
      if ('error' in tried) throw tried.error;
      return tried.answer;
    },
  };
}

/** `ok`, the status of a refusal, or that there was no answer. */
function outcomeOf(tried: Tried): string {
  if ('error' in tried) return 'no_answer';
  const { status } = tried.answer;
  return status >= 200 && status < 300 ? 'ok' : String(status);
}
