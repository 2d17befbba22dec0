/** A request to an endpoint. */
export interface WebhookRequest {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** Ends the request, with whatever has come of its answer. */
  signal: AbortSignal;
}

/** What an endpoint answered. */
export interface WebhookAnswer {
  status: number;
  /** The header `retry-after`, as it came. */
  retryAfter?: string | undefined;
  /** How the body begins: at most `LIMITS.webhookAnswerBytes`. */
  answer: string;
}

/**
 * Sends requests to endpoints. Core knows no HTTP, so the host brings it. It follows no redirects and connects only where
 * it may.
 */
export interface WebhookSender {
  /** @throws Error that says in plain words why there was no answer. It quotes nothing of the request. */
  send(request: WebhookRequest): Promise<WebhookAnswer>;
}
