import type { WebhookAttempt, WebhookDelivery, WebhookEndpoint } from '@rollcall/client/server';
import { placeOf } from '../overview/last-events.js';
import { count } from '../tasks/task-words.js';

/** How something stands, for its colour, and the same in words. */
export interface Standing {
  kind: 'good' | 'warned' | 'bad' | 'quiet';
  words: string;
  /** What that means, and what to do. */
  meaning?: string;
}

/** How a webhook stands. */
export function standingOf({ disabled_reason, failing_since }: WebhookEndpoint): Standing {
  switch (disabled_reason) {
    case 'requested':
      return {
        kind: 'quiet',
        words: 'disabled',
        meaning: 'Somebody disabled it. It keeps its place in the log, and goes on there when it is enabled.',
      };
    case 'gone':
      return {
        kind: 'bad',
        words: 'disabled: gone',
        meaning:
          'Its receiver answered 410. Give it another address, or enable it when the receiver is back.',
      };
    case 'failing':
      return {
        kind: 'bad',
        words: 'disabled: failing',
        meaning: 'Nothing reached it for three days. Enable it when the receiver is back: it goes on there.',
      };
    case undefined:
      if (failing_since === undefined) return { kind: 'good', words: 'active' };
      return {
        kind: 'warned',
        words: 'failing',
        meaning:
          'No try succeeds. It is asked again after pauses of up to 5 minutes, and disabled after three days.',
      };
  }
}

/** How a delivery stands. */
export function deliveryStanding({ status, attempt, event_type }: WebhookDelivery): Standing {
  switch (status) {
    case 'delivered':
      return { kind: 'good', words: 'delivered' };
    case 'failed':
      return {
        kind: 'bad',
        words: 'failed',
        meaning: event_type === 'webhook.test' ? 'A test is tried once.' : 'All of its tries failed.',
      };
    case 'skipped':
      return {
        kind: 'quiet',
        words: 'skipped',
        meaning: 'It was not sent: the log no longer has the event, or a replay took its place.',
      };
    case 'pending':
      return attempt > 0
        ? { kind: 'warned', words: 'pending again', meaning: 'A try failed. It is tried again.' }
        : {
            kind: 'quiet',
            words: 'pending',
            meaning: 'It waits for its turn, or for an earlier delivery about the same user.',
          };
  }
}

/** What a webhook is called: by its description, or by where it sends. */
export function titleOf({ description, url }: WebhookEndpoint): string {
  if (description !== undefined) return visible(description);
  const { host, pathname } = new URL(url);
  return visible(host + (pathname === '/' ? '' : pathname));
}

/** Which events a webhook receives. */
export function whatItReceives({ types, filter }: WebhookEndpoint): string {
  const which = types === undefined ? 'every type' : types.length === 1 ? types[0] : `${types.length} types`;
  return `${which}${filter ? ', filtered' : ''}`;
}

/** The number of entries of the log that a webhook has not reached; undefined when the log has begun anew meanwhile. */
export function behindOf({ position }: WebhookEndpoint, head: string | undefined): number | undefined {
  const [at, end] = [placeOf(position), placeOf(head)];
  return at === undefined || at.epoch !== end?.epoch ? undefined : Math.max(0, end.seq - at.seq);
}

/** What is not sent yet: `nothing waits`, `3 wait, 1,204 events behind`. */
export function lagWords(webhook: WebhookEndpoint, head: string | undefined): string {
  const { waiting } = webhook;
  const behind = behindOf(webhook, head) ?? 0;
  const parts = [
    ...(waiting > 0 ? [`${waiting.toLocaleString('en')} wait${waiting === 1 ? 's' : ''}`] : []),
    ...(behind > 0 ? [`${count(behind, 'event')} behind`] : []),
  ];
  return parts.length === 0 ? 'nothing waits' : parts.join(', ');
}

/** What came of a try: `200`, `410`, or why there was no answer. */
export function answerWords({ status_code, error }: WebhookAttempt): string {
  return error === undefined ? String(status_code) : visible(error);
}

/** Marks that turn the direction of a text, or that nobody sees. A line keeps its breaks and tabs. */
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A text of somebody else, which may hide or turn what stands beside it: what nobody sees is written out. */
export function visible(text: string): string {
  return text.replace(UNSEEN, mark => {
    const code = mark.codePointAt(0) ?? 0;
    return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}
