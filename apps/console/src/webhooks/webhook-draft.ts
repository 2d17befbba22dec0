import type {
  CreateWebhookInput,
  JsonObject,
  WebhookChanges,
  WebhookEndpoint,
} from '@rollcall/client/server';
import { type KeptType, typesOf } from '../events/event-types.js';
import { printFilter, readFilter } from '../filters/filter-text.js';

/** A webhook as it stands in a form. */
export interface WebhookDraft {
  url: string;
  description: string;
  /** None: every type. */
  types: readonly KeptType[];
  /** JSON; none where it is empty. */
  filter: string;
  /** None where it is empty. */
  rate: string;
}

export const NEW_WEBHOOK: WebhookDraft = { url: '', description: '', types: [], filter: '', rate: '' };

/** A webhook as it is, in the fields of its form. */
export function draftOf({ url, description, types, filter, rate_limit }: WebhookEndpoint): WebhookDraft {
  return {
    url,
    description: description ?? '',
    types: typesOf(types?.join(',')),
    filter: filter ? printFilter(filter as JsonObject) : '',
    rate: rate_limit === undefined ? '' : String(rate_limit),
  };
}

/** What a form makes, or what is wrong with it. The server says whether it takes the address. */
export function webhookOf(draft: WebhookDraft): { webhook: CreateWebhookInput } | { problem: string } {
  const url = draft.url.trim();
  if (url === '') return { problem: 'Say where events are sent: an http or https URL.' };
  const read = readFilter(draft.filter);
  if ('problems' in read) return { problem: `The filter: ${read.problems[0]?.message}` };
  const rate = draft.rate.trim();
  if (rate !== '' && !/^\d{1,4}$/.test(rate))
    return { problem: 'The rate is a whole number of requests a second, from 1 to 1,000.' };
  const description = draft.description.trim();
  return {
    webhook: {
      url,
      ...(description !== '' && { description }),
      ...(draft.types.length > 0 && { types: [...draft.types] }),
      ...(Object.keys(read.filter).length > 0 && {
        filter: read.filter as NonNullable<CreateWebhookInput['filter']>,
      }),
      ...(rate !== '' && { rate_limit: Number(rate) }),
    },
  };
}

/** What of a webhook somebody may change. */
const CHANGED_FIELDS = ['url', 'description', 'types', 'filter', 'rate_limit'] as const;

/** One of these fields. */
export type ChangedField = (typeof CHANGED_FIELDS)[number];

/** What a form changes of a webhook as it was seen. What is not there any more is taken away. */
export function changesOf(seen: WebhookEndpoint, wanted: CreateWebhookInput): WebhookChanges {
  return Object.fromEntries(
    CHANGED_FIELDS.filter(field => !isSame(seen[field], wanted[field])).map(field => [
      field,
      wanted[field] ?? null,
    ]),
  );
}

/** Which of the changed fields another state of the webhook has otherwise. */
export function movedFields(
  seen: WebhookEndpoint,
  now: WebhookEndpoint,
  changes: WebhookChanges,
): ChangedField[] {
  return CHANGED_FIELDS.filter(field => field in changes && !isSame(seen[field], now[field]));
}

/** A value of a field in words. */
export function fieldWords(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}
