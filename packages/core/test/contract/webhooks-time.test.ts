/** What time does to webhooks: clocks that step, deliveries that grow old, endpoints without news. */
import { LIMITS } from '@rollcall/protocol';
import { describeOnceForEachDialect } from '@rollcall/testing';
import sql from 'sql-template-tag';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseDatabaseUrl } from '../../src/database/database-address.js';
import { type Database, openDatabase } from '../../src/database/open-database.js';
import type { UnitOfWork } from '../../src/database/unit-of-work.js';
import { writeLog } from '../../src/events/stored-log.js';
import { TABLES } from '../../src/tables.js';
import { lookForEndpoints } from '../../src/webhooks/held-endpoint.js';
import { pruneDeliveries, pruneOrphans } from '../../src/webhooks/prune-deliveries.js';
import { WebhookWorker } from '../../src/webhooks/webhook-worker.js';
import { Webhooks } from '../../src/webhooks/webhooks.js';
import { refusal, SERVER } from '../support/test-directory.js';
import { until } from '../support/until.js';
import { TestReceiver } from '../support/webhooks/test-receiver.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const URL = 'https://shop.example/';
const running = new AbortController().signal;

describeOnceForEachDialect('a webhook, while time passes,', engine => {
  let now: number;
  let database: Database;
  let webhooks: Webhooks;
  let receiver: TestReceiver;
  let worker: WebhookWorker | undefined;
  const errors: unknown[] = [];
  const clock = () => now;
  beforeEach(async () => {
    now = Date.parse('2026-01-01T00:00:00Z');
    const address = parseDatabaseUrl(await engine.migratedUrl());
    database = await openDatabase(address, { tables: TABLES, clock }, writeLog);
    receiver = new TestReceiver();
    const { unitOfWork } = database;
    webhooks = new Webhooks({
      unitOfWork,
      sender: receiver,
      clock,
      onChanged: () => worker?.notifyChanged(),
    });
    errors.splice(0);
  });
  afterEach(async () => {
    await worker?.stop();
    worker = undefined;
    await database.close();
    expect(errors).toEqual([]);
  });

  const start = (leaseMs = 30_000, unitOfWork: UnitOfWork = database.unitOfWork) => {
    const onError = (error: unknown) => errors.push(error);
    worker = new WebhookWorker({ unitOfWork, sender: receiver, clock, onError, leaseMs });
    worker.start();
  };
  const restart = async () => {
    await worker?.stop();
    start();
  };
  let roles = 0;
  const write = (count = 1) =>
    database.unitOfWork.write(async transaction => {
      for (let index = 0; index < count; index++) {
        roles += 1;
        const data = { role: { name: `r${roles}` } };
        transaction.log({ type: 'role.created', actor_type: 'server', data });
      }
    });
  const rows = (statement: ReturnType<typeof sql>) =>
    database.unitOfWork.read(transaction => transaction.query(statement));
  const run = (statement: ReturnType<typeof sql>) =>
    database.unitOfWork.write(transaction => transaction.query(statement));
  const deliveries = async (id: string) => (await webhooks.listDeliveries({ id, limit: 100 })).deliveries;
  const tried = (times: number) =>
    until(`${times} tries`, async () => {
      const [webhook] = await webhooks.list();
      const all = await deliveries(webhook?.id ?? '');
      return all.reduce((sum, { attempt }) => sum + attempt, 0) === times;
    });

  it('is not left alone for longer because a clock was ahead when it failed', async () => {
    const { webhook } = await webhooks.create({ url: URL });
    now += 365 * DAY;
    receiver.answer = () => ({ status: 429, retryAfter: '60' });
    start();
    await write();
    await tried(1);
    now -= 365 * DAY;
    receiver.answer = () => 200;
    await restart();
    await until('it came', async () => (await deliveries(webhook.id))[0]?.status === 'delivered');
    expect(await webhooks.get(webhook.id)).toMatchObject({ waiting: 0 });
  });

  it('is not held for days because the clock of the database was ahead when somebody took it', async () => {
    const { webhook } = await webhooks.create({ url: URL });
    await write();
    const hold = (ms: number) => run(sql`UPDATE webhook_endpoints SET lease_until = ${Date.now() + ms}`);
    await hold(30_000);
    expect(await lookForEndpoints(database.unitOfWork)).toEqual({ claimable: [], open: 0 });
    await hold(2 * DAY);
    expect(await lookForEndpoints(database.unitOfWork)).toEqual({ claimable: [webhook.id], open: 1 });
    start();
    await until('it came', () => receiver.received.length === 1);
  });

  it('is not disabled because a clock jumps ahead, and is after three days and ten failures', async () => {
    const { webhook } = await webhooks.create({ url: URL });
    receiver.answer = () => 500;
    start();
    await write();
    await tried(1);
    for (let tries = 2; tries < 10; tries++) {
      now += 4 * DAY;
      await tried(tries);
      expect(await webhooks.get(webhook.id)).toMatchObject({ status: 'active' });
    }
    now += 4 * DAY;
    await until('it is disabled', async () => (await webhooks.get(webhook.id)).status === 'disabled');
    expect(await webhooks.get(webhook.id)).toMatchObject({ disabled_reason: 'failing' });
  });

  it('gets what waited while it was disabled for longer than deliveries are kept', async () => {
    const { webhook } = await webhooks.create({ url: URL });
    start();
    await write();
    await until('it came', async () => (await deliveries(webhook.id))[0]?.status === 'delivered');
    receiver.answer = () => ({ status: 500, answer: 'no' });
    await write(2);
    await until('both wait', async () => (await webhooks.get(webhook.id)).waiting === 2);
    await webhooks.disable(SERVER, webhook.id);
    now += 8 * DAY;
    await pruneDeliveries(database.unitOfWork, running);
    const kept = await deliveries(webhook.id);
    expect(kept.map(({ status }) => status)).toEqual(['pending', 'pending']);
    expect(JSON.stringify(kept)).not.toContain('"answer"');
    receiver.answer = () => 200;
    await webhooks.enable(SERVER, webhook.id);
    await until('nothing waits', async () => (await webhooks.get(webhook.id)).waiting === 0);
    const sent = (await deliveries(webhook.id)).filter(({ status }) => status === 'delivered');
    expect(sent.map(({ sequence }) => sequence).toSorted()).toEqual([2, 3, 4, 5]);
  });

  it('that is gone leaves no deliveries behind, and others keep theirs', async () => {
    const all = await Promise.all([1, 2, 3].map(() => webhooks.create({ url: URL })));
    start();
    await write(3);
    await until('all came', () => receiver.received.length === 9);
    await until('it is stored', async () => (await webhooks.list()).every(({ sequence }) => sequence === 3));
    const [, second] = all.map(({ webhook }) => webhook.id).toSorted();
    await webhooks.delete(second ?? '');
    await pruneOrphans(database.unitOfWork, running);
    const left = await rows(
      sql`SELECT endpoint_id, count(*) AS count FROM webhook_deliveries GROUP BY endpoint_id`,
    );
    expect(left.map(({ count }) => Number(count))).toEqual([3, 3]);
    expect(left.map(({ endpoint_id }) => endpoint_id)).not.toContain(second);
  });

  it('refuses to try again more than may wait', async () => {
    const { webhook } = await webhooks.create({ url: URL });
    start();
    await write();
    await until('it came', async () => (await deliveries(webhook.id))[0]?.status === 'delivered');
    await webhooks.disable(SERVER, webhook.id);
    await run(sql`UPDATE webhook_endpoints SET waiting = ${LIMITS.webhookWaiting}`);
    const [delivery] = await deliveries(webhook.id);
    const refused = await refusal(webhooks.retryDelivery(delivery?.id ?? ''));
    expect(refused).toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('wait already'),
    });
  });

  it('is given back when it has no news, and costs no write until there is some', async () => {
    await webhooks.create({ url: URL });
    start(1200);
    await write();
    const state = async () => (await rows(sql`SELECT fence, lease_until FROM webhook_endpoints`))[0];
    await until('it is given back', async () => {
      const { fence, lease_until } = (await state()) ?? {};
      return Number(fence) === 1 && Number(lease_until) === 0;
    });
    await new Promise(resolve => setTimeout(resolve, 1500));
    expect(Number((await state())?.fence)).toBe(1);
    await write();
    await until('the second came', () => receiver.received.length === 2);
  });

  it('for which nothing in the log is reads it once, and leaves its place behind what it has read', async () => {
    const { webhook } = await webhooks.create({ url: URL, types: ['user.created'] });
    await write(5000);
    const [, end = ''] = /\.(\d+)$/.exec(webhook.position) ?? [];
    start(1200);
    const last = Number(end) + 5000;
    await until('its place is stored', async () => {
      const [row] = await rows(sql`SELECT seq, lease_until FROM webhook_endpoints`);
      return Number(row?.seq) === last && Number(row?.lease_until) === 0;
    });
    expect(await lookForEndpoints(database.unitOfWork)).toEqual({ claimable: [], open: 1 });
    expect(receiver.received).toEqual([]);
    expect(await webhooks.get(webhook.id)).toMatchObject({ sequence: 0 });
  });

  it('and many others make no warning of a leak', async () => {
    const warnings: string[] = [];
    const note = ({ name }: Error) => warnings.push(name);
    process.on('warning', note);
    try {
      await Promise.all(Array.from({ length: 20 }, () => webhooks.create({ url: URL })));
      // All run at once.
      receiver.answer = async () => {
        await until('all came', () => receiver.received.length === 20);
        return 200;
      };
      start();
      await write();
      await until('all are held', () => receiver.received.length === 20);
      await new Promise(resolve => setTimeout(resolve, 200));
      expect(warnings).toEqual([]);
    } finally {
      process.off('warning', note);
    }
  });

  it('looks into the log in turn with all others, so that a lookup waits for one page', async () => {
    await Promise.all(
      Array.from({ length: 20 }, () => webhooks.create({ url: URL, types: ['user.created'] })),
    );
    await write(5000);
    let reads = 0;
    let most = 0;
    const counting = new Proxy(database.unitOfWork, {
      get: (target, name) => {
        const value = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        if (name !== 'read') return value.bind(target);
        return async (...given: Parameters<UnitOfWork['read']>) => {
          reads += 1;
          most = Math.max(most, reads);
          try {
            return await target.read(...given);
          } finally {
            reads -= 1;
          }
        };
      },
    });
    start(1200, counting);
    const open = { claimable: [], open: 20 };
    await until('all have read it', async () => {
      const look = await lookForEndpoints(database.unitOfWork);
      return JSON.stringify(look) === JSON.stringify(open);
    });
    // One looks for webhooks with something to do meanwhile.
    expect(most).toBeLessThanOrEqual(2);
  });
});
