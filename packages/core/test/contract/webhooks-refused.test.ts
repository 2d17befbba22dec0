/** A receiver that refuses what it gets about some users, and takes the rest. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describeOnEveryDialect } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SERVER } from '../support/test-directory.js';
import { WebhooksFixture } from '../support/webhooks/webhooks-fixture.js';

const SECOND = 1000;
const REFUSED = 20;

describeOnEveryDialect('deliveries about users that a receiver refuses', engine => {
  let fixture: WebhooksFixture;
  beforeEach(async () => {
    fixture = await WebhooksFixture.open(engine);
    fixture.receiver.answer = ({ user }) => (user?.startsWith('refused') ? 500 : 200);
  });
  afterEach(() => fixture.close());

  it('hold up no others for long, and keep their tries for three days', { timeout: 120_000 }, async () => {
    const { directory, receiver } = fixture;
    const { webhook } = await fixture.create();
    const users = Array.from({ length: REFUSED }, (_, index) => ({ id: `refused-${index}` }));
    await directory.users.upsert(SERVER, users);
    for (let second = 0; second < 200; second++) {
      if (second % 10 === 0) await fixture.name('ann', `name ${second}`);
      directory.clock.advance(SECOND);
      await sleep(60);
    }
    expect(receiver.namesOf('ann').length).toBeGreaterThan(10);
    await fixture.stored(webhook.id, all => all.filter(one => one.status === 'pending').length === REFUSED);
    const refused = (await fixture.deliveries(webhook.id)).filter(one => one.status === 'pending');
    expect(Math.max(...refused.map(({ attempt }) => attempt))).toBeLessThanOrEqual(6);
  });
});
