/** A receiver that refuses what it gets about some users, and takes the rest. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describeOnceForEachDialect } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SERVER } from '../support/test-directory.js';
import { until } from '../support/until.js';
import { WebhooksFixture } from '../support/webhooks/webhooks-fixture.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const REFUSED = 20;

describeOnceForEachDialect('deliveries about users that a receiver refuses', engine => {
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

  it('wait for their time when the receiver was away and is back', { timeout: 120_000 }, async () => {
    const { directory, receiver } = fixture;
    const { webhook } = await fixture.create();
    const about = async (user: string) =>
      (await fixture.deliveries(webhook.id)).find(one => one.user_id === user);
    const tried = (user: string, times: number) =>
      until(`${user} was tried ${times} times`, async () => (await about(user))?.attempt === times);
    await fixture.name('refused', 'one');
    for (const [index, minutes] of [0, 0.1, 6, 34, 140].entries()) {
      directory.clock.advance(minutes * MINUTE);
      await tried('refused', index + 1);
      await fixture.name('ann', `name ${index}`);
      await fixture.delivered(index + 1);
    }
    receiver.answer = () => 503;
    await fixture.name('bob', 'one');
    for (const [index, minutes] of [0, 0.1, 6].entries()) {
      directory.clock.advance(minutes * MINUTE);
      await tried('bob', index + 1);
    }
    receiver.answer = ({ user }) => (user === 'refused' ? 500 : 200);
    directory.clock.advance(34 * MINUTE);
    await until('it is back', async () => (await about('bob'))?.status === 'delivered');
    await fixture.name('cid', 'one');
    await until('it goes on', async () => (await about('cid'))?.status === 'delivered');
    expect(await about('refused')).toMatchObject({ status: 'pending', attempt: 5 });
  });
});
