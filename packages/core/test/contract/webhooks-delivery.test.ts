import { describeOnceForEachDialect } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SERVER, type TestDirectory } from '../support/test-directory.js';
import { until } from '../support/until.js';
import type { TestReceiver } from '../support/webhooks/test-receiver.js';
import { WebhooksFixture } from '../support/webhooks/webhooks-fixture.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

describeOnceForEachDialect('the events that a webhook receives', engine => {
  let fixture: WebhooksFixture;
  let directory: TestDirectory;
  let receiver: TestReceiver;
  beforeEach(async () => {
    fixture = await WebhooksFixture.open(engine);
    ({ directory, receiver } = fixture);
  });
  afterEach(() => fixture.close());

  const create: WebhooksFixture['create'] = input => fixture.create(input);
  const write = (...users: { id: string; name?: string; role?: string }[]) =>
    directory.users.upsert(SERVER, users);
  const name = (id: string, to: string) => fixture.name(id, to);
  const deliveries = (id: string) => fixture.deliveries(id);
  const arrived = (count: number) => fixture.arrived(count);
  const delivered = (count: number) => fixture.delivered(count);
  const stored: WebhooksFixture['stored'] = (id, condition) => fixture.stored(id, condition);

  it('are those from now on, each once, in their order and with numbers without a gap', async () => {
    await write({ id: 'before' });
    const { webhook } = await create();
    for (const id of ['ann', 'bob']) await write({ id });
    await name('ann', 'Ann');
    await directory.roles.create(SERVER, 'librarian');
    await delivered(4);
    expect(receiver.delivered.toSorted()).toEqual([
      'role.created',
      'user.created ann',
      'user.created bob',
      'user.updated ann',
    ]);
    expect(receiver.received.map(({ sequence }) => sequence).toSorted()).toEqual([1, 2, 3, 4]);
    await stored(webhook.id, all => all.length === 4);
    const after = await directory.webhooks.get(webhook.id);
    expect(after).toMatchObject({ sequence: 4, waiting: 0, status: 'active' });
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(4);
  });

  it('carry the event as a server token sees it', async () => {
    await create();
    await write({ id: 'ann', name: 'Ann' });
    await delivered(1);
    const [event] = await directory.newEvents();
    expect(receiver.received[0]?.event).toEqual(event);
    expect(JSON.parse(receiver.received[0]?.text ?? '')).toMatchObject({
      type: 'user.created',
      timestamp: new Date(event?.created_at ?? 0).toISOString(),
    });
  });

  it('are those of its types, and about those who match its filter before or after', async () => {
    await create({ types: ['user.updated'], filter: { role: 'admin' } });
    await write({ id: 'ann' }, { id: 'bob' });
    await write({ id: 'ann', role: 'admin' });
    await name('bob', 'Bob');
    await write({ id: 'ann' });
    await delivered(2);
    expect(receiver.received.map(({ event }) => 'matched' in event && event.matched)).toEqual([
      { before: false, after: true },
      { before: true, after: false },
    ]);
    expect(receiver.received.map(({ sequence }) => sequence)).toEqual([1, 2]);
  });

  it('about one user keep their order while one is tried again, and those about others go on', async () => {
    let isDown = true;
    receiver.answer = ({ user, sequence }) => (user === 'ann' && sequence === 1 && isDown ? 500 : 200);
    const { webhook } = await create();
    await name('ann', 'one');
    await name('bob', 'one');
    await name('ann', 'two');
    await name('bob', 'two');
    await name('ann', 'three');
    await until('bob has his', () => receiver.namesOf('bob').length === 2);
    await until('the others wait', async () => (await directory.webhooks.get(webhook.id)).waiting === 3);
    // What comes later waits, too.
    await name('ann', 'four');
    await name('bob', 'three');
    await until('bob has his', () => receiver.namesOf('bob').length === 3);
    await until('the others wait', async () => (await directory.webhooks.get(webhook.id)).waiting === 4);
    expect(receiver.namesOf('bob')).toEqual(['one', 'two', 'three']);
    expect(receiver.namesOf('ann')).toEqual([]);
    isDown = false;
    directory.clock.advance(6 * SECOND);
    await delivered(7);
    expect(receiver.namesOf('ann')).toEqual(['one', 'two', 'three', 'four']);
    expect(receiver.received.filter(one => one.sequence === 1).map(({ id }) => id)).toHaveLength(2);
    expect(new Set(receiver.received.filter(one => one.sequence === 1).map(({ id }) => id)).size).toBe(1);
  });

  it('are tried ten times over three days, and then the next about that user has its turn', async () => {
    const { webhook } = await create();
    const other = () => receiver.received.filter(({ user }) => user !== 'ann').length;
    receiver.answer = ({ user, sequence }) => (user === 'ann' && sequence === 1 ? 500 : 200);
    await name('ann', 'one');
    await name('ann', 'two');
    await arrived(1);
    const pauses = [
      5 * SECOND,
      5 * MINUTE,
      30 * MINUTE,
      2 * HOUR,
      5 * HOUR,
      10 * HOUR,
      14 * HOUR,
      20 * HOUR,
      24 * HOUR,
    ];
    const tries = () =>
      receiver.received.filter(({ sequence, user }) => user === 'ann' && sequence === 1).length;
    for (const [index, pause] of pauses.entries()) {
      // Somebody else's event shows that the endpoint is there, so it is not disabled.
      const before = other();
      await name(`other-${index}`, 'x');
      await until('the other has its', () => other() > before);
      await stored(webhook.id, all => all.some(one => one.sequence === 1 && one.attempt === index + 1));
      const next = (await deliveries(webhook.id)).find(one => one.sequence === 1)?.next_attempt_at ?? 0;
      const last = (await deliveries(webhook.id)).find(one => one.sequence === 1)?.attempts.at(-1)?.at ?? 0;
      expect(next - last).toBeGreaterThanOrEqual(pause);
      expect(next - last).toBeLessThan(pause * 1.1 + SECOND);
      directory.clock.advance(next - last);
      await until(`try ${index + 2}`, () => tries() === index + 2);
    }
    await stored(webhook.id, all => all.some(one => one.sequence === 1 && one.status === 'failed'));
    await until('the next has its turn', () => receiver.namesOf('ann').includes('two'));
    const failed = (await deliveries(webhook.id)).find(one => one.sequence === 1);
    expect(failed).toMatchObject({ attempt: 10, status: 'failed' });
    expect(failed?.attempts.every(one => one.status_code === 500)).toBe(true);
    expect(tries()).toBe(10);
  });

  it('stop at once when the endpoint says that it is gone, which is an event, and go on when it is enabled', async () => {
    receiver.answer = () => 410;
    const { webhook } = await create({ description: 'the shop' });
    await name('ann', 'one');
    await until(
      'it is disabled',
      async () => (await directory.webhooks.get(webhook.id)).status === 'disabled',
    );
    await name('bob', 'one');
    expect(await directory.webhooks.get(webhook.id)).toMatchObject({ disabled_reason: 'gone', revision: 2 });
    expect(await directory.newEvents()).toContainEqual(
      expect.objectContaining({
        type: 'webhook.disabled',
        actor: { type: 'system' },
        webhook: { id: webhook.id, description: 'the shop', disabled_reason: 'gone' },
      }),
    );
    expect(receiver.received).toHaveLength(1);
    receiver.answer = () => 200;
    await directory.webhooks.enable(SERVER, webhook.id);
    await until('all came', () => receiver.delivered.length >= 4);
    expect(receiver.delivered).toContain('webhook.enabled');
    expect(receiver.delivered).toContain('user.created ann');
    expect(receiver.delivered).toContain('user.created bob');
  });

  it('stop when nothing has reached the endpoint for three days, which is an event', async () => {
    receiver.answer = () => new Error('the connection was refused');
    const { webhook } = await create();
    await name('ann', 'one');
    for (let tries = 1; tries < 10; tries++) {
      await arrived(tries);
      await stored(webhook.id, all => all[0]?.attempt === tries);
      const [{ next_attempt_at = 0, attempts = [] } = {}] = await deliveries(webhook.id);
      directory.clock.advance(next_attempt_at - (attempts.at(-1)?.at ?? 0));
    }
    await until(
      'it is disabled',
      async () => (await directory.webhooks.get(webhook.id)).status === 'disabled',
    );
    expect(await directory.webhooks.get(webhook.id)).toMatchObject({ disabled_reason: 'failing' });
    expect((await directory.newEvents()).map(({ type }) => type)).toEqual([
      'user.created',
      'webhook.disabled',
    ]);
    const [first] = await deliveries(webhook.id);
    expect(first?.attempts[0]).toMatchObject({ error: 'the connection was refused' });
  });

  it('come one at a time to an endpoint that is down, with growing pauses, and all when it is back', async () => {
    receiver.answer = () => 503;
    const { webhook } = await create();
    await write(...Array.from({ length: 60 }, (_, index) => ({ id: `user-${index}` })));
    await until('it is left alone', async () => {
      const { failing_since, waiting } = await directory.webhooks.get(webhook.id);
      return failing_since !== undefined && waiting >= 9;
    });
    await new Promise(resolve => setTimeout(resolve, 500));
    const { length } = receiver.received;
    expect(length).toBeLessThan(20);
    directory.clock.advance(6 * SECOND);
    await arrived(length + 1);
    await new Promise(resolve => setTimeout(resolve, 500));
    expect(receiver.received).toHaveLength(length + 1);
    receiver.answer = () => 200;
    directory.clock.advance(6 * MINUTE);
    await delivered(60);
    await until('nothing waits', async () => (await directory.webhooks.get(webhook.id)).waiting === 0);
    expect(await directory.webhooks.get(webhook.id)).not.toHaveProperty('failing_since');
    expect(new Set(receiver.delivered).size).toBe(60);
  });

  it('wait for as long as Retry-After asks, and no endpoint longer than an hour', async () => {
    receiver.answer = () => ({ status: 429, retryAfter: '120' });
    const { webhook } = await create();
    await name('ann', 'one');
    await stored(webhook.id, all => all[0]?.attempt === 1);
    receiver.answer = () => 200;
    await name('bob', 'one');
    directory.clock.advance(110 * SECOND);
    await new Promise(resolve => setTimeout(resolve, 1200));
    expect(receiver.received).toHaveLength(1);
    directory.clock.advance(11 * SECOND);
    await delivered(2);
    receiver.answer = () => ({ status: 503, retryAfter: '999999' });
    await name('cid', 'one');
    await arrived(4);
    receiver.answer = () => 200;
    directory.clock.advance(HOUR + SECOND);
    await delivered(3);
  });

  it('wait in a number that is bounded: then the endpoint takes nothing new from the log', async () => {
    receiver.answer = ({ user }) => (user === 'ann' ? 500 : 200);
    const { webhook } = await create({ types: ['user.updated', 'user.created'] });
    for (let from = 0; from < 1050; from++) await name('ann', `name ${from}`);
    await until('a thousand wait', async () => (await directory.webhooks.get(webhook.id)).waiting === 1000);
    await name('bob', 'late');
    await new Promise(resolve => setTimeout(resolve, 1200));
    expect(await directory.webhooks.get(webhook.id)).toMatchObject({ waiting: 1000, sequence: 1000 });
    expect(receiver.namesOf('bob')).toEqual([]);
    receiver.answer = () => 200;
    directory.clock.advance(6 * SECOND);
    await until(
      'all came',
      () => receiver.namesOf('bob').length === 1 && receiver.namesOf('ann').length === 1050,
    );
    expect(receiver.namesOf('ann')).toEqual(Array.from({ length: 1050 }, (_, index) => `name ${index}`));
  });
});
