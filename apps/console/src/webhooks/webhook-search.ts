/** All of a view of one webhook, as its address holds it. What a state and a type are is the page's to say. */
export interface WebhookSearch {
  status?: string;
  type?: string;
  /** Only deliveries of events about this user. */
  user?: string;
  /** The cursor of a page that is not the newest. */
  next?: string;
  /** The delivery that is open. */
  delivery?: string;
}

const NAMES = ['status', 'type', 'user', 'next', 'delivery'] as const;

/** Reads an address. What it cannot mean is left out. */
export function readWebhookSearch(search: Record<string, unknown>): WebhookSearch {
  const read: WebhookSearch = {};
  for (const name of NAMES) {
    const value = search[name];
    // An id of digits comes out of the address as a number.
    if ((typeof value === 'string' && value !== '') || typeof value === 'number') read[name] = String(value);
  }
  return read;
}
