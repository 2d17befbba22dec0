import { LIMITS } from '@rollcall/protocol';
import { createWebhookSchema, listWebhookDeliveriesSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryDialect } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { refusal, SERVER } from '../support/test-directory.js';
import { until } from '../support/until.js';
import { isSignedWith } from '../support/webhooks/test-receiver.js';
import { WebhooksFixture } from '../support/webhooks/webhooks-fixture.js';

const HOUR = 3_600_000;
const UNKNOWN = '0190a2b4-7c3d-7e8f-9a0b-1c2d3e4f5a6b';

describeOnEveryDialect('a webhook', engine => {
  let fixture: WebhooksFixture;
  beforeEach(async () => {
    fixture = await WebhooksFixture.open(engine);
  });
  afterEach(() => fixture.close());

  it('is what it was made of, begins at the end of the log, and shows its secret once', async () => {
    await fixture.name('ann', 'one');
    const [event] = await fixture.directory.newEvents();
    const input = {
      types: ['user.created' as const],
      filter: { role: 'admin' },
      rate_limit: 5,
      description: 'shop',
    };
    const { webhook, secret } = await fixture.create(input);
    expect(webhook).toMatchObject({ ...input, url: 'https://shop.example/', status: 'active', revision: 1 });
    expect(webhook.position).toBe(event?.id);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(await fixture.get(webhook.id)).toEqual(webhook);
    expect(await fixture.directory.webhooks.list()).toEqual([webhook]);
    expect(JSON.stringify(await fixture.directory.webhooks.list())).not.toContain('whsec_');
  });

  it('is refused with a filter that is not valid, and beyond as many as there may be', async () => {
    const wrong = await refusal(fixture.create({ filter: { role: { $like: 'a' } } as never }));
    expect(wrong).toMatchObject({ code: 'INPUT_INVALID' });
    for (let count = 0; count < LIMITS.webhooks; count++) await fixture.create();
    expect(await refusal(fixture.create())).toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('50'),
    });
  });

  it('is not found under an id that is nobody’s', async () => {
    const { webhooks } = fixture.directory;
    const input = listWebhookDeliveriesSchema.parse({ id: UNKNOWN });
    const calls = [
      () => webhooks.get(UNKNOWN),
      () => webhooks.update({ id: UNKNOWN }),
      () => webhooks.delete(UNKNOWN),
      () => webhooks.rotateSecret(UNKNOWN),
      () => webhooks.enable(SERVER, UNKNOWN),
      () => webhooks.disable(SERVER, UNKNOWN),
      () => webhooks.test(UNKNOWN),
      () => webhooks.listDeliveries(input),
      () => webhooks.retryDelivery(`msg_${'a'.repeat(22)}`),
      () => webhooks.replay({ id: UNKNOWN, from: 'a.0' }),
    ];
    for (const call of calls) expect(await refusal(call())).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('changes in what is given, loses what is null, and refuses a stale revision', async () => {
    const { webhook } = await fixture.create({
      rate_limit: 5,
      description: 'shop',
      filter: { role: 'admin' },
    });
    const { webhooks } = fixture.directory;
    const changed = await webhooks.update({ id: webhook.id, rate_limit: null, filter: null, if_revision: 1 });
    expect(changed).toMatchObject({ description: 'shop', revision: 2 });
    expect(changed).not.toHaveProperty('rate_limit');
    expect(changed).not.toHaveProperty('filter');
    expect(await fixture.get(webhook.id)).toEqual(changed);
    const stale = webhooks.update({ id: webhook.id, description: 'x', if_revision: 1 });
    expect(await refusal(stale)).toMatchObject({ code: 'REVISION_CONFLICT' });
    expect((await webhooks.update({ id: webhook.id, description: 'shop' })).revision).toBe(2);
  });

  it('receives nothing more when it is deleted, and its deliveries go with it', async () => {
    const { webhook } = await fixture.create();
    await fixture.name('ann', 'one');
    await fixture.stored(webhook.id, all => all.length === 1);
    await fixture.directory.webhooks.delete(webhook.id);
    await fixture.name('ann', 'two');
    const other = await fixture.create();
    await fixture.name('ann', 'three');
    await fixture.stored(other.webhook.id, all => all.length === 1);
    expect(fixture.receiver.namesOf('ann')).toEqual(['one', 'three']);
    expect(await refusal(fixture.deliveries(webhook.id))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is signed with both secrets for a day after a rotation, and then with the new one', async () => {
    const { webhook, secret } = await fixture.create();
    await fixture.name('ann', 'one');
    await fixture.arrived(1);
    const rotated = await fixture.directory.webhooks.rotateSecret(webhook.id);
    await fixture.name('ann', 'two');
    await fixture.arrived(2);
    fixture.directory.clock.advance(25 * HOUR);
    await fixture.name('ann', 'three');
    await fixture.arrived(3);
    const signed = fixture.receiver.received.map(one =>
      [secret, rotated.secret].map(key => isSignedWith(key, one)),
    );
    expect(signed).toEqual([
      [true, false],
      [true, true],
      [false, true],
    ]);
  });

  it('that is disabled by somebody keeps its place, and goes on from there', async () => {
    const { webhook } = await fixture.create({ types: ['user.created', 'user.updated'] });
    const { webhooks } = fixture.directory;
    await webhooks.disable(SERVER, webhook.id);
    await fixture.name('ann', 'one');
    await fixture.name('ann', 'two');
    expect(await fixture.get(webhook.id)).toMatchObject({
      disabled_reason: 'requested',
      position: webhook.position,
    });
    expect(await webhooks.disable(SERVER, webhook.id)).toMatchObject({ revision: 2 });
    await webhooks.enable(SERVER, webhook.id);
    await fixture.delivered(2);
    expect(fixture.receiver.namesOf('ann')).toEqual(['one', 'two']);
    expect((await fixture.directory.newEventNames()).filter(name => name.startsWith('webhook.'))).toEqual([
      'webhook.disabled',
      'webhook.enabled',
    ]);
  });

  it('is tested by a signed delivery of its own, even while it is disabled', async () => {
    const { webhook, secret } = await fixture.create();
    const { webhooks } = fixture.directory;
    await webhooks.disable(SERVER, webhook.id);
    const sent = await webhooks.test(webhook.id);
    expect(sent).toMatchObject({ event_type: 'webhook.test', status: 'delivered', attempt: 1 });
    expect(sent).not.toHaveProperty('sequence');
    const [received] = fixture.receiver.received;
    expect(received).toMatchObject({
      id: sent.id,
      type: 'webhook.test',
      event: { webhook: { id: webhook.id } },
    });
    expect(received && isSignedWith(secret, received)).toBe(true);
    fixture.receiver.answer = () => ({ status: 500, answer: 'no' });
    expect(await webhooks.test(webhook.id)).toMatchObject({
      status: 'failed',
      attempts: [{ status_code: 500, answer: 'no' }],
    });
    expect(await fixture.deliveries(webhook.id)).toHaveLength(2);
  });

  it('tells its deliveries in pages, by state, type and user', async () => {
    fixture.receiver.answer = ({ user }) => (user === 'bob' ? { status: 400, answer: 'bad\u0000' } : 200);
    const { webhook } = await fixture.create();
    for (const id of ['ann', 'bob', 'cid', 'dee']) await fixture.name(id, 'one');
    await fixture.name('ann', 'two');
    await fixture.stored(webhook.id, all => all.length === 5 && all.every(one => one.attempt > 0));
    const page = (input: object) =>
      fixture.directory.webhooks.listDeliveries(
        listWebhookDeliveriesSchema.parse({ id: webhook.id, ...input }),
      );
    const seen: (number | undefined)[] = [];
    let next: string | undefined;
    do {
      const got = await page({ limit: 2, ...(next !== undefined && { next }) });
      expect(got.deliveries.length).toBeLessThanOrEqual(2);
      seen.push(...got.deliveries.map(one => one.sequence));
      next = got.next;
    } while (next !== undefined);
    expect(seen.toSorted()).toEqual([1, 2, 3, 4, 5]);
    const of = async (input: object) => (await page(input)).deliveries.map(one => one.user_id);
    expect(await of({ status: 'pending' })).toEqual(['bob']);
    expect(await of({ event_type: 'user.updated' })).toEqual(['ann']);
    expect(await of({ user_id: 'ann' })).toEqual(['ann', 'ann']);
    expect((await page({ status: 'pending' })).deliveries[0]?.attempts).toMatchObject([
      { status_code: 400, answer: 'bad\ufffd' },
    ]);
    const first = await page({ limit: 1 });
    const wrong = page({ limit: 1, status: 'failed', next: first.next });
    expect(await refusal(wrong)).toMatchObject({ code: 'CURSOR_INVALID' });
  });

  it('gets a delivery once more when somebody asks for it, with the same id', async () => {
    const { webhook } = await fixture.create();
    await fixture.name('ann', 'one');
    await fixture.stored(webhook.id, all => all[0]?.status === 'delivered');
    const [delivery] = await fixture.deliveries(webhook.id);
    const retried = await fixture.directory.webhooks.retryDelivery(delivery?.id ?? '');
    expect(retried).toMatchObject({ status: 'pending', user_id: 'ann' });
    await fixture.arrived(2);
    expect(fixture.receiver.received.map(({ id }) => id)).toEqual([delivery?.id, delivery?.id]);
    await fixture.stored(webhook.id, ([one]) => one?.status === 'delivered' && one.attempt === 2);
    const test = await fixture.directory.webhooks.test(webhook.id);
    expect(await refusal(fixture.directory.webhooks.retryDelivery(test.id))).toMatchObject({
      code: 'INPUT_INVALID',
    });
  });

  it('gets everything after a position again, as new deliveries, and what waited there is skipped', async () => {
    const { webhook } = await fixture.create();
    await fixture.name('ann', 'one');
    await fixture.name('bob', 'one');
    await fixture.delivered(2);
    fixture.receiver.answer = () => 500;
    await fixture.name('ann', 'two');
    await fixture.stored(webhook.id, all => all.some(one => one.status === 'pending' && one.attempt > 0));
    fixture.receiver.answer = () => 200;
    const { webhooks } = fixture.directory;
    await webhooks.replay({ id: webhook.id, from: webhook.position });
    await fixture.delivered(5);
    expect(fixture.receiver.namesOf('ann')).toEqual(['one', 'one', 'two']);
    await fixture.stored(webhook.id, all => all.filter(one => one.status === 'delivered').length === 5);
    const all = await fixture.deliveries(webhook.id);
    expect(all.filter(one => one.status === 'skipped')).toMatchObject([{ sequence: 3 }]);
    expect(
      all
        .filter(one => one.status === 'delivered')
        .map(one => one.sequence)
        .toSorted(),
    ).toEqual([1, 2, 4, 5, 6]);
    expect(new Set(all.map(one => one.id)).size).toBe(6);
    for (const from of ['zzz.1', webhook.position.replace(/\d+$/, '99999')])
      expect(await refusal(webhooks.replay({ id: webhook.id, from }))).toMatchObject({
        code: 'INPUT_INVALID',
      });
  });

  it('gets no more requests a second than it takes', async () => {
    await fixture.create({ rate_limit: 10 });
    const users = Array.from({ length: 15 }, (_, index) => ({ id: `user-${index}` }));
    const began = performance.now();
    await fixture.directory.users.upsert(SERVER, users);
    await fixture.delivered(15);
    // The first comes at once, fourteen follow at a tenth of a second each.
    expect(performance.now() - began).toBeGreaterThan(1300);
  });

  it('is sent to its new address, what waits too', async () => {
    fixture.receiver.answer = ({ url }) => (url.includes('old') ? 500 : 200);
    const { webhook } = await fixture.create({ url: 'https://old.example/' });
    await fixture.name('ann', 'one');
    await fixture.stored(webhook.id, all => all[0]?.attempt === 1);
    const { url } = createWebhookSchema.parse({ url: 'https://new.example/' });
    await fixture.directory.webhooks.update({ id: webhook.id, url });
    fixture.directory.clock.advance(6000);
    await fixture.delivered(1);
    expect(fixture.receiver.received.at(-1)?.url).toBe('https://new.example/');
    await until('nothing waits', async () => (await fixture.get(webhook.id)).waiting === 0);
  });
});
