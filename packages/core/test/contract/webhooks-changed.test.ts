/** A webhook that somebody changes while requests to it run, or while something waits. */
import { describeOnEveryDialect } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { WebhookAnswer } from '../../src/webhooks/webhook-sender.js';
import { SERVER } from '../support/test-directory.js';
import { until } from '../support/until.js';
import type { TestReceiver } from '../support/webhooks/test-receiver.js';
import { WebhooksFixture } from '../support/webhooks/webhooks-fixture.js';

const OLD = 'https://shop.example/old';
const NEW = 'https://shop.example/new';

describeOnEveryDialect('a webhook with a new address', engine => {
  let fixture: WebhooksFixture;
  let receiver: TestReceiver;
  beforeEach(async () => {
    fixture = await WebhooksFixture.open(engine);
    ({ receiver } = fixture);
  });
  afterEach(() => fixture.close());

  const move = (id: string) => fixture.directory.webhooks.update({ id, url: NEW });
  /** What the old address answers comes when the test says so. */
  const slowly = (answer: number | Partial<WebhookAnswer>) => {
    let release: () => void = () => undefined;
    const released = new Promise<void>(resolve => {
      release = resolve;
    });
    receiver.answer = async ({ url }) => {
      if (url === NEW) return 200;
      await released;
      return answer;
    };
    return release;
  };

  it('is sent at once what waits, whenever the old one would have been asked again', async () => {
    const { webhook } = await fixture.create({ url: OLD });
    receiver.answer = ({ url }) => (url === NEW ? 200 : 500);
    await fixture.name('ann', 'one');
    await fixture.stored(webhook.id, all => all[0]?.attempt === 1);
    fixture.directory.clock.advance(6000);
    await fixture.stored(webhook.id, all => all[0]?.attempt === 2);
    await move(webhook.id);
    await fixture.stored(webhook.id, all => all[0]?.status === 'delivered');
    expect(receiver.namesOf('ann')).toEqual(['one']);
  });

  it('is not disabled because the old one answers that it is gone', async () => {
    const { webhook } = await fixture.create({ url: OLD });
    const release = slowly(410);
    await fixture.name('ann', 'one');
    await fixture.arrived(1);
    await move(webhook.id);
    release();
    await until('it came to the new one', () => receiver.namesOf('ann').length === 1);
    await fixture.stored(webhook.id, all => all[0]?.status === 'delivered');
    expect(await fixture.get(webhook.id)).toMatchObject({ status: 'active', waiting: 0 });
    expect(await fixture.get(webhook.id)).not.toHaveProperty('failing_since');
  });

  it('is not left alone because the old one asks for that', async () => {
    const { webhook } = await fixture.create({ url: OLD });
    const release = slowly({ status: 429, retryAfter: '3600' });
    await fixture.name('ann', 'one');
    await fixture.arrived(1);
    await move(webhook.id);
    release();
    await until('it came to the new one', () => receiver.namesOf('ann').length === 1);
    await fixture.stored(webhook.id, all => all[0]?.status === 'delivered');
  });
});

describeOnEveryDialect('a webhook that is to go on further ahead in the log', engine => {
  let fixture: WebhooksFixture;
  beforeEach(async () => {
    fixture = await WebhooksFixture.open(engine);
  });
  afterEach(() => fixture.close());

  it('shows by its numbers that it leaves something out', async () => {
    const { webhook } = await fixture.create();
    const { webhooks } = fixture.directory;
    await fixture.name('ann', 'one');
    await fixture.stored(webhook.id, all => all[0]?.status === 'delivered');
    await webhooks.disable(SERVER, webhook.id);
    for (const name of ['two', 'three', 'four']) await fixture.name('ann', name);
    const events = await fixture.directory.newEvents();
    await webhooks.replay({ id: webhook.id, from: events.at(-2)?.id ?? '' });
    await webhooks.enable(SERVER, webhook.id);
    await until('the last came', () => fixture.receiver.namesOf('ann').includes('four'));
    expect(fixture.receiver.namesOf('ann')).toEqual(['one', 'four']);
    const last = fixture.receiver.received.find(({ user, sequence }) => user === 'ann' && sequence > 1);
    // Left out: that it was disabled, and the second and the third name.
    expect(last?.sequence).toBe(5);
  });
});
