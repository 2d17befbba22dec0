import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { until } from '../support/until.js';
import { WebhookReceiver } from '../support/webhooks/webhook-receiver.js';

const LOCAL = { ROLLCALL_WEBHOOK_ALLOWED_ADDRESSES: '127.0.0.1' };

describe('a receiver of webhooks', () => {
  let process: ServerProcess;
  let server: ServerClient;
  let receiver: WebhookReceiver;
  beforeEach(async () => {
    process = await startServerProcess({ env: LOCAL });
    server = createServerClient({ url: process.url, secret: SECRET });
    receiver = await WebhookReceiver.start();
  });
  afterEach(async () => {
    await server.disconnect();
    await process.stop();
    await receiver.stop();
  });

  const name = (id: string, to: string) => server.upsertUser({ id, name: to });
  const verify = (secret: string) =>
    receiver.requests.map(({ headers, text }) => {
      try {
        return new Webhook(secret).verify(text, headers) !== undefined;
      } catch {
        return false;
      }
    });

  it('verifies each event with a library of Standard Webhooks, with either secret while both are alive', async () => {
    const { webhook, secret } = await server.createWebhook({ url: receiver.url });
    await name('ann', 'one');
    await until('it came', () => receiver.accepted.length === 1);
    const rotated = await server.rotateWebhookSecret(webhook.id);
    await name('ann', 'two');
    await until('it came', () => receiver.accepted.length === 2);
    expect(verify(secret)).toEqual([true, true]);
    expect(verify(rotated.secret)).toEqual([false, true]);
    expect(verify(`whsec_${Buffer.alloc(32).toString('base64')}`)).toEqual([false, false]);
    const [first] = receiver.requests;
    expect(JSON.parse(first?.text ?? '')).toMatchObject({
      type: 'user.created',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      sequence: 1,
      data: { type: 'user.created', user: { id: 'ann', name: 'one' } },
    });
  });

  it('that was away gets everything when it is back: in order for each user, under the same ids', async () => {
    await receiver.stop();
    const { webhook } = await server.createWebhook({
      url: receiver.url,
      types: ['user.created', 'user.updated'],
    });
    for (const to of ['one', 'two', 'three']) for (const id of ['ann', 'bob']) await name(id, to);
    await until(
      'a try has failed',
      async () => (await server.getWebhook(webhook.id)).failing_since !== undefined,
    );
    await receiver.restart();
    await until('all came', () => receiver.accepted.length === 6);
    for (const id of ['ann', 'bob']) expect(receiver.namesOf(id)).toEqual(['one', 'two', 'three']);
    expect(receiver.requests.map(({ sequence }) => sequence).toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
    await until('nothing waits', async () => (await server.getWebhook(webhook.id)).waiting === 0);
    const { deliveries } = await server.listWebhookDeliveries(webhook.id);
    expect(deliveries.every(({ status }) => status === 'delivered')).toBe(true);
    expect(deliveries.some(({ attempts }) => attempts[0]?.error === 'the connection was refused')).toBe(true);
    const ids = new Map(receiver.requests.map(({ id, sequence }) => [sequence, id]));
    for (const { id, sequence = 0 } of deliveries) expect(ids.get(sequence)).toBe(id);
  });

  it('that breaks off an answer gets the same request again, and then the next', async () => {
    let isFirst = true;
    receiver.react = () => {
      if (!isFirst) return { status: 204 };
      isFirst = false;
      return 'broken off';
    };
    await server.createWebhook({ url: receiver.url });
    await name('ann', 'one');
    await name('ann', 'two');
    await until('both came', () => receiver.namesOf('ann').length === 2);
    expect(receiver.namesOf('ann')).toEqual(['one', 'two']);
    const [first, second] = receiver.requests;
    expect(second?.id).toBe(first?.id);
    expect(second?.text).toBe(first?.text);
  });

  it('that leads elsewhere, inwards too, is not followed', async () => {
    const inner = await WebhookReceiver.start();
    receiver.react = () => ({ status: 302, headers: { location: inner.url } });
    const { webhook } = await server.createWebhook({ url: receiver.url });
    expect(await server.testWebhook(webhook.id)).toMatchObject({
      status: 'failed',
      attempts: [{ status_code: 302 }],
    });
    expect(inner.requests).toEqual([]);
    await inner.stop();
  });

  it('that says it is gone is disabled, which listeners hear, and goes on when it is enabled', async () => {
    receiver.react = () => ({ status: 410, body: 'moved out' });
    const { position } = await server.queryUsers({}, [], { limit: 1 });
    const { webhook } = await server.createWebhook({ url: receiver.url, types: ['user.created'] });
    const stream = server.watchEvents({ types: ['webhook.disabled'], lastEventId: position });
    await name('ann', 'one');
    for await (const event of stream) {
      expect(event).toMatchObject({ webhook: { id: webhook.id, disabled_reason: 'gone' } });
      break;
    }
    receiver.react = () => ({ status: 200 });
    expect(await server.enableWebhook(webhook.id)).toMatchObject({ status: 'active' });
    await until('it came', () => receiver.accepted.length === 1);
    const [delivery] = (await server.listWebhookDeliveries(webhook.id)).deliveries;
    expect(delivery?.attempts[0]).toMatchObject({ status_code: 410, answer: 'moved out' });
  });

  it('gets a delivery, and everything after a position, once more when somebody asks for it', async () => {
    const { webhook } = await server.createWebhook({ url: receiver.url });
    await name('ann', 'one');
    await name('ann', 'two');
    await until('both are stored', async () => (await server.getWebhook(webhook.id)).sequence === 2);
    const { deliveries } = await server.listWebhookDeliveries(webhook.id, {
      status: 'delivered',
      user_id: 'ann',
    });
    await server.retryWebhookDelivery(deliveries[0]?.id ?? '');
    await until('it came again', () => receiver.accepted.length === 3);
    expect(receiver.requests[2]?.id).toBe(receiver.requests[1]?.id);
    await server.replayWebhook(webhook.id, webhook.position);
    await until('all came again', () => receiver.accepted.length === 5);
    expect(receiver.namesOf('ann').slice(-2)).toEqual(['one', 'two']);
  });

  it('gets what a server sends that was killed and started again: each event at least once, in order', async () => {
    await server.createWebhook({ url: receiver.url });
    for (let round = 0; round < 3; round++) {
      for (const step of [1, 2, 3]) await name('ann', `${round}.${step}`);
      await process.crash();
      await process.restart();
    }
    const wanted = [0, 1, 2].flatMap(round => [1, 2, 3].map(step => `${round}.${step}`));
    await until('all came', () => new Set(receiver.namesOf('ann')).size === 9);
    const firsts = receiver.namesOf('ann').filter((one, index, all) => all.indexOf(one) === index);
    expect(firsts).toEqual(wanted);
    const byEvent = new Map<string | undefined, Set<string>>();
    for (const { event, id } of receiver.requests) {
      byEvent.set(event.id, (byEvent.get(event.id) ?? new Set()).add(id));
    }
    expect([...byEvent.values()].every(ids => ids.size === 1)).toBe(true);
  });
});

it('no webhook reaches this machine or a private network unless the setting lists it', async () => {
  const process = await startServerProcess();
  const server = createServerClient({ url: process.url, secret: SECRET });
  const receiver = await WebhookReceiver.start();
  for (const url of [
    receiver.url,
    receiver.url.replace('127.0.0.1', 'localhost'),
    'http://169.254.169.254/latest/',
  ]) {
    const { webhook } = await server.createWebhook({ url });
    const { status, attempts } = await server.testWebhook(webhook.id);
    expect(status).toBe('failed');
    expect(attempts[0]?.error).toContain(
      'is not on the internet; ROLLCALL_WEBHOOK_ALLOWED_ADDRESSES can allow it',
    );
  }
  expect(receiver.requests).toEqual([]);
  await server.disconnect();
  await process.stop();
  await receiver.stop();
});

it('a server whose webhooks are off sends none, and one that has them on goes on where they stand', async () => {
  const receiver = await WebhookReceiver.start();
  const quiet = await startServerProcess({ env: { ...LOCAL, ROLLCALL_WEBHOOKS: 'off' } });
  const before = createServerClient({ url: quiet.url, secret: SECRET });
  const { webhook } = await before.createWebhook({ url: receiver.url });
  await before.upsertUser({ id: 'ann', name: 'one' });
  await expect(before.testWebhook(webhook.id)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('this process sends no webhooks'),
  });
  await new Promise(resolve => setTimeout(resolve, 1500));
  expect(receiver.requests).toEqual([]);
  await before.disconnect();
  expect(await quiet.stop()).toBe(0);

  const process = await startServerProcess({ databaseUrl: quiet.databaseUrl, env: LOCAL });
  await until('it came', () => receiver.namesOf('ann').length === 1);
  await process.stop();
  await receiver.stop();
});
