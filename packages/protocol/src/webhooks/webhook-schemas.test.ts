import { describe, expect, it } from 'vitest';
import { EVENT_CATALOGUE } from '../events/event-catalogue.js';
import { LIMITS } from '../limits.js';
import {
  createWebhookSchema,
  listWebhookDeliveriesSchema,
  oneDeliverySchema,
  replayWebhookSchema,
  updateWebhookSchema,
} from './webhook-schemas.js';

const ID = '0190a2b4-7c3d-7e8f-9a0b-1c2d3e4f5a6b';
const url = 'https://shop.example/hooks?key=1';

describe('an endpoint that is made', () => {
  const accepts = (input: unknown) => createWebhookSchema.safeParse(input).success;

  it('needs an address, and nothing else', () => {
    expect(createWebhookSchema.parse({ url })).toEqual({ url });
    expect(accepts({})).toBe(false);
    expect(accepts({ url, extra: 1 })).toBe(false);
  });

  it.each([
    'ftp://shop.example/',
    'shop.example',
    '//shop.example',
    'javascript:alert(1)',
    'https://jane@shop.example/',
    'https://:secret@shop.example/',
    'https://shop.example/#part',
    'https://shop.example/\u0000',
    `https://shop.example/${'a'.repeat(LIMITS.webhookUrlLength)}`,
  ])('is not sent to %s', address => {
    expect(accepts({ url: address })).toBe(false);
  });

  it('takes every type that the log keeps, each once, and no other', () => {
    const kept = Object.entries(EVENT_CATALOGUE).flatMap(([type, { durable }]) => (durable ? [type] : []));
    expect(accepts({ url, types: kept })).toBe(true);
    for (const types of [[], ['user.presence.changed'], ['task.progress'], ['user.created', 'user.created']])
      expect(accepts({ url, types })).toBe(false);
  });

  it('has a rate, a description and a filter within bounds', () => {
    for (const rate_limit of [1, LIMITS.webhookRate]) expect(accepts({ url, rate_limit })).toBe(true);
    for (const rate_limit of [0, 1.5, LIMITS.webhookRate + 1, '5', null])
      expect(accepts({ url, rate_limit })).toBe(false);
    expect(accepts({ url, description: 'a'.repeat(LIMITS.webhookDescriptionLength) })).toBe(true);
    for (const description of ['', 'a'.repeat(LIMITS.webhookDescriptionLength + 1)])
      expect(accepts({ url, description })).toBe(false);
    expect(accepts({ url, filter: { role: 'admin' } })).toBe(true);
    expect(accepts({ url, filter: { name: 'a'.repeat(LIMITS.webhookFilterBytes) } })).toBe(false);
  });
});

it('takes away by null what an endpoint can be without', () => {
  const change = { id: ID, types: null, filter: null, rate_limit: null, description: null };
  expect(updateWebhookSchema.parse(change)).toEqual(change);
  expect(updateWebhookSchema.safeParse({ id: ID, url: null }).success).toBe(false);
});

it('names a position, a delivery and a page as they were handed out', () => {
  expect(replayWebhookSchema.safeParse({ id: ID, from: 'abc.12' }).success).toBe(true);
  expect(replayWebhookSchema.safeParse({ id: ID, from: '12' }).success).toBe(false);
  expect(oneDeliverySchema.safeParse({ delivery_id: `msg_${'a'.repeat(22)}` }).success).toBe(true);
  expect(oneDeliverySchema.safeParse({ delivery_id: ID }).success).toBe(false);
  expect(listWebhookDeliveriesSchema.parse({ id: ID })).toEqual({ id: ID, limit: 30 });
  expect(listWebhookDeliveriesSchema.safeParse({ id: ID, limit: 101 }).success).toBe(false);
});
