import type { WebhookEndpoint } from '@rollcall/client/server';
import { expect, it } from 'vitest';
import { changesOf, draftOf, movedFields, NEW_WEBHOOK, webhookOf } from './webhook-draft.js';

const webhook: WebhookEndpoint = {
  id: '0190a2b4-7c3d-7e8f-9a0b-1c2d3e4f5a6b',
  url: 'https://shop.example/hooks',
  types: ['user.created', 'user.updated'],
  filter: { role: 'admin' },
  rate_limit: 5,
  description: 'the shop',
  status: 'active',
  position: 'abc.10',
  sequence: 3,
  waiting: 0,
  created_at: 1,
  updated_at: 1,
  revision: 1,
};

it('a form makes what it shows', () => {
  const { url, types, filter, rate_limit, description } = webhook;
  expect(webhookOf(draftOf(webhook))).toEqual({ webhook: { url, types, filter, rate_limit, description } });
  expect(webhookOf({ ...NEW_WEBHOOK, url: ` ${url} ` })).toEqual({ webhook: { url } });
});

it.each([
  [{ url: ' ' }, 'Say where events are sent'],
  [{ url: 'https://a.example', filter: '{ "role": admin }' }, 'The filter: '],
  [{ url: 'https://a.example', filter: '[]' }, 'A filter is an object'],
  [{ url: 'https://a.example', rate: 'soon' }, 'The rate is a whole number'],
])('a form with %o says what is wrong', (changes, says) => {
  expect(webhookOf({ ...NEW_WEBHOOK, ...changes })).toEqual({ problem: expect.stringContaining(says) });
});

it('an edit changes what is another, takes away what is empty, and leaves the rest', () => {
  const { url, types } = webhook;
  expect(changesOf(webhook, { url, types: types as never, rate_limit: 6 })).toEqual({
    filter: null,
    rate_limit: 6,
    description: null,
  });
});

it('what somebody else has changed is a conflict only where both have', () => {
  const now = { ...webhook, rate_limit: 9, description: 'x', revision: 2 };
  expect(movedFields(webhook, now, { rate_limit: 6 })).toEqual(['rate_limit']);
  expect(movedFields(webhook, now, { url: 'https://other.example' })).toEqual([]);
});
