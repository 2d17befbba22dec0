import { parsePosition } from '@rollcall/protocol';
import { describeOnEveryDialect } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tombstoneOf } from '../../src/users/tombstones.js';
import { StoredData } from '../support/life-cycle/stored-data.js';
import { SERVER } from '../support/test-directory.js';
import { until } from '../support/until.js';
import { WebhooksFixture } from '../support/webhooks/webhooks-fixture.js';

const MARK = 'Annabelle-7f3a';
const HARD = { user: 'hard', messages: 'hard', conversations: 'hard' } as const;
const PRUNING = { user: 'pruning' } as const;

describeOnEveryDialect('a webhook, when values are erased', engine => {
  let fixture: WebhooksFixture;
  beforeEach(async () => {
    fixture = await WebhooksFixture.open(engine);
  });
  afterEach(() => fixture.close());

  const erase = async (modes: typeof HARD | typeof PRUNING) => {
    const { lifeCycle } = fixture.directory;
    const task = await lifeCycle.deleteUsers(SERVER, { ids: ['ann'], ...modes });
    expect((await fixture.directory.ended(task)).status).toBe('completed');
  };

  it.each([HARD, PRUNING])('does not get them at the next try, nor the id after %o', async modes => {
    // As many do, it repeats what it got.
    fixture.receiver.answer = ({ text }) => ({ status: 500, answer: text });
    const { webhook } = await fixture.create();
    await fixture.name('ann', MARK);
    await fixture.name('ann', `${MARK} again`);
    await fixture.stored(webhook.id, all => all.some(one => one.attempts.length > 0));
    expect(fixture.receiver.received[0]?.text).toContain(MARK);
    expect(JSON.stringify(await fixture.deliveries(webhook.id))).toContain(MARK);

    await erase(modes);
    const told = JSON.stringify(await fixture.deliveries(webhook.id));
    expect(told).not.toContain(MARK);
    fixture.receiver.received.splice(0);
    fixture.receiver.answer = () => 200;
    fixture.directory.clock.advance(400_000);
    await until('nothing waits', async () => (await fixture.get(webhook.id)).waiting === 0);
    await until('the erasure is told', () => fixture.receiver.delivered.includes('task.completed'));
    const { length } = fixture.receiver.received;
    await fixture.directory.webhooks.replay({ id: webhook.id, from: webhook.position });
    await until(
      'all came again',
      () =>
        fixture.receiver.received.slice(length).filter(({ type }) => type === 'task.completed').length === 1,
    );
    await until('nothing waits', async () => (await fixture.get(webhook.id)).waiting === 0);
    const texts = fixture.receiver.received.map(({ text }) => text).join('\n');
    expect(texts.match(/"type":"user.created","timestamp"/g)).toHaveLength(2);
    expect(texts).not.toContain(MARK);
    const stored = await StoredData.open(fixture.directory.url);
    const rows = JSON.stringify(await stored.run('SELECT * FROM webhook_deliveries'));
    await stored.close();
    expect(rows).toContain('msg_');
    expect(rows).not.toContain(MARK);
    const name = modes === HARD ? tombstoneOf('ann') : 'ann';
    if (modes === HARD) expect(texts).not.toContain('"ann"');
    const users = new Set((await fixture.deliveries(webhook.id)).flatMap(one => one.user_id ?? []));
    expect([...users]).toEqual([name]);
  });

  it('keeps no answer to a request that was under way', async () => {
    let answer = () => undefined as unknown;
    const answered = new Promise(resolve => {
      answer = () => resolve(undefined);
    });
    fixture.receiver.answer = async ({ type }) => {
      if (type !== 'user.created') return 200;
      await answered;
      return { status: 200, answer: `thanks, ${MARK}` };
    };
    const { webhook } = await fixture.create();
    await fixture.name('ann', MARK);
    await fixture.arrived(1);
    await erase(PRUNING);
    answer();
    await fixture.stored(webhook.id, all => all.some(one => one.attempt === 1 && one.sequence === 1));
    const first = (await fixture.deliveries(webhook.id)).find(one => one.sequence === 1);
    expect(first).toMatchObject({ status: 'delivered', attempts: [{ status_code: 200 }] });
    expect(JSON.stringify(first)).not.toContain(MARK);
  });

  it('keeps no answer to what the log no longer has', async () => {
    fixture.receiver.answer = ({ text }) => ({ status: 200, answer: text });
    const { webhook } = await fixture.create();
    await fixture.name('ann', MARK);
    await fixture.stored(webhook.id, all => all.length === 1);
    await fixture.name('bob', 'one');
    await fixture.stored(webhook.id, all => all.length === 2);
    expect(JSON.stringify(await fixture.deliveries(webhook.id))).toContain(MARK);
    const stored = await StoredData.open(fixture.directory.url);
    await stored.run(`DELETE FROM events WHERE user_id = 'ann'`);
    await stored.run('UPDATE event_stream SET min_seq = (SELECT min(seq) FROM events)');
    await erase(PRUNING);
    expect(JSON.stringify(await stored.run('SELECT * FROM webhook_deliveries'))).not.toContain(MARK);
    await stored.close();
  });

  it('goes on to find nobody by the id in its filter', async () => {
    const { webhook } = await fixture.create({ filter: { id: { $in: ['ann', 'bob'] } } });
    await fixture.name('ann', 'one');
    await fixture.delivered(1);
    await erase(HARD);
    expect((await fixture.get(webhook.id)).filter).toEqual({ id: { $in: [tombstoneOf('ann'), 'bob'] } });
    await fixture.name('bob', 'one');
    await until('bob came', () => fixture.receiver.namesOf('bob').length === 1);
  });

  it('is told of a gap by its numbers when the log no longer reaches back to it', async () => {
    const { webhook } = await fixture.create();
    const { directory } = fixture;
    await fixture.name('ann', 'one');
    await fixture.delivered(1);
    fixture.receiver.answer = () => 500;
    await fixture.name('ann', 'two');
    await fixture.stored(webhook.id, all => all.some(one => one.status === 'pending' && one.attempt > 0));
    await directory.webhooks.disable(SERVER, webhook.id);
    for (const id of ['bob', 'cid', 'dee']) await fixture.name(id, 'one');
    const url = directory.url;
    await directory.close();

    const stored = await StoredData.open(url);
    await stored.run('UPDATE events SET at = 0');
    await stored.close();
    fixture = await WebhooksFixture.open(engine, url);
    const from = parsePosition(webhook.position);
    if (!from) throw new Error('the webhook has no position');
    await until(
      'the log is short',
      async () => 'resyncAt' in (await fixture.directory.events.pageAfter(from)),
    );
    await fixture.directory.webhooks.enable(SERVER, webhook.id);
    await fixture.name('eve', 'one');
    await until('eve came', () => fixture.receiver.namesOf('eve').length === 1);
    const eve = fixture.receiver.received.find(({ user }) => user === 'eve');
    expect(eve?.sequence).toBeGreaterThan(5);
    await fixture.stored(webhook.id, all => all.some(one => one.status === 'skipped' && one.sequence === 2));
  });
});
