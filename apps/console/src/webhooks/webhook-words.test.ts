import type { WebhookDelivery, WebhookEndpoint } from '@rollcall/client/server';
import { expect, it } from 'vitest';
import {
  answerWords,
  behindOf,
  deliveryStanding,
  lagWords,
  standingOf,
  titleOf,
  visible,
  whatItReceives,
} from './webhook-words.js';

const webhook: WebhookEndpoint = {
  id: '0190a2b4-7c3d-7e8f-9a0b-1c2d3e4f5a6b',
  url: 'https://shop.example/hooks?key=1',
  status: 'active',
  position: 'abc.10',
  sequence: 3,
  waiting: 0,
  created_at: 1,
  updated_at: 1,
  revision: 1,
};

const delivery: WebhookDelivery = {
  id: 'msg_a',
  endpoint_id: webhook.id,
  event_type: 'user.created',
  status: 'pending',
  attempt: 0,
  attempts: [],
  created_at: 1,
};

it('a webhook stands as the server says, and what is wrong says what to do', () => {
  const stand = (changes: Partial<WebhookEndpoint>) => standingOf({ ...webhook, ...changes });
  expect(stand({})).toEqual({ kind: 'good', words: 'active' });
  expect(stand({ failing_since: 1 })).toMatchObject({ kind: 'warned', words: 'failing' });
  expect(stand({ disabled_reason: 'gone' })).toMatchObject({ kind: 'bad', words: 'disabled: gone' });
  expect(stand({ disabled_reason: 'failing', failing_since: 1 })).toMatchObject({ kind: 'bad' });
  expect(stand({ disabled_reason: 'requested' })).toMatchObject({ kind: 'quiet', words: 'disabled' });
});

it('a delivery that waits says whether it was tried', () => {
  expect(deliveryStanding(delivery).words).toBe('pending');
  expect(deliveryStanding({ ...delivery, attempt: 2 })).toMatchObject({
    kind: 'warned',
    words: 'pending again',
  });
});

it('a webhook is called by its description, or by where it sends, without what may be secret', () => {
  expect(titleOf(webhook)).toBe('shop.example/hooks');
  expect(titleOf({ ...webhook, description: 'the shop' })).toBe('the shop');
});

it('a webhook says what it receives', () => {
  expect(whatItReceives(webhook)).toBe('every type');
  expect(whatItReceives({ ...webhook, types: ['user.created'], filter: { role: 'admin' } })).toBe(
    'user.created, filtered',
  );
});

it('the number of entries that are not sent yet is exact, and is not guessed when the log has begun anew', () => {
  expect(behindOf(webhook, 'abc.14')).toBe(4);
  expect(behindOf(webhook, 'other.14')).toBeUndefined();
  expect(lagWords(webhook, 'abc.10')).toBe('nothing waits');
  expect(lagWords({ ...webhook, waiting: 1 }, 'abc.11')).toBe('1 waits, 1 event behind');
  expect(lagWords({ ...webhook, waiting: 3 }, undefined)).toBe('3 wait');
});

it('a try says its status, or why there was none', () => {
  expect(answerWords({ at: 1, duration_ms: 1, status_code: 410 })).toBe('410');
  expect(answerWords({ at: 1, duration_ms: 1, error: 'the connection was refused' })).toBe(
    'the connection was refused',
  );
});

it('what turns or hides a text is written out, and lines and tabs stay', () => {
  expect(visible('a\u202Egnp.\u0000\u200B\u2028b\u{E0001}')).toBe(
    'a\\u202egnp.\\u0000\\u200b\\u2028b\\u{e0001}',
  );
  expect(visible('<b>one</b>\n\ttwo, ж, 日本')).toBe('<b>one</b>\n\ttwo, ж, 日本');
});
