import { LoggedEvent } from '@rollcall/core';
import type { RouterInstruments } from './instruments.js';
import type { TrackedPage } from './stream-options.js';

/**
 * Sends a page of new events, and tells the instruments of the host how old its first event is by then. Pages of what a
 * listener has missed do not come here: how old they are says nothing about this process.
 */
export function measuredPage(
  { meter, trace }: RouterInstruments,
  [, page]: TrackedPage,
  send: () => void,
): void {
  const { shown } = page;
  const [first] = shown;
  if (trace) trace({ span: 'event page', events: shown.length }, send);
  else send();
  if (meter && first) meter.paged(first instanceof LoggedEvent ? first.at : first.created_at);
}
