import { describeOnEveryDialect, describeOnPostgres } from '@rollcall/testing';
import sql from 'sql-template-tag';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseDatabaseUrl } from '../../src/database/database-address.js';
import { type Database, openDatabase } from '../../src/database/open-database.js';
import type { UnitOfWork } from '../../src/database/unit-of-work.js';
import { writeLog } from '../../src/events/stored-log.js';
import { TABLES } from '../../src/tables.js';
import { claimEndpoint, EndpointOvertaken, lookForEndpoints } from '../../src/webhooks/held-endpoint.js';
import { planTurn } from '../../src/webhooks/plan-turn.js';
import { WebhookWorker } from '../../src/webhooks/webhook-worker.js';
import { Webhooks } from '../../src/webhooks/webhooks.js';
import { GatedUnitOfWork } from '../support/tasks/gated-unit-of-work.js';
import { SERVER } from '../support/test-directory.js';
import { until } from '../support/until.js';
import { TestReceiver } from '../support/webhooks/test-receiver.js';
import { WebhooksFixture } from '../support/webhooks/webhooks-fixture.js';

const LEASE_MS = 600_000;

describeOnEveryDialect('a webhook that several workers want', engine => {
  let database: Database;
  let webhooks: Webhooks;
  let receiver: TestReceiver;
  let workers: WebhookWorker[];
  const errors: unknown[] = [];
  beforeEach(async () => {
    const address = parseDatabaseUrl(await engine.migratedUrl());
    database = await openDatabase(address, { tables: TABLES, clock: Date.now }, writeLog);
    const { unitOfWork } = database;
    receiver = new TestReceiver();
    webhooks = new Webhooks({ unitOfWork, sender: receiver, clock: Date.now, onChanged: () => undefined });
    workers = [];
    errors.splice(0);
  });
  afterEach(async () => {
    await Promise.all(workers.map(worker => worker.stop()));
    await database.close();
    expect(errors).toEqual([]);
  });

  const write = (count: number) =>
    database.unitOfWork.write(async transaction => {
      for (let index = 0; index < count; index++) {
        transaction.log({
          type: 'role.created',
          actor_type: 'server',
          data: { role: { name: `r${index}` } },
        });
      }
    });
  const start = (unitOfWork: UnitOfWork = database.unitOfWork, leaseMs = LEASE_MS) => {
    const onError = (error: unknown) => errors.push(error);
    const worker = new WebhookWorker({ unitOfWork, sender: receiver, clock: Date.now, onError, leaseMs });
    worker.start();
    return worker;
  };
  const running = (...args: Parameters<typeof start>) => {
    const worker = start(...args);
    workers.push(worker);
    return worker;
  };
  const expireLease = () =>
    database.unitOfWork.write(transaction =>
      transaction.query(sql`UPDATE webhook_endpoints SET lease_until = 0`),
    );
  const sequences = () => receiver.received.map(({ sequence }) => sequence);

  it('goes to one of many that reach for it at the same moment', async () => {
    const { webhook } = await webhooks.create({ url: 'https://shop.example/' });
    await write(1);
    const { unitOfWork } = database;
    expect(await lookForEndpoints(unitOfWork)).toEqual({ claimable: [webhook.id], open: 1 });
    const claims = await Promise.all(
      Array.from({ length: 8 }, () => claimEndpoint(unitOfWork, { id: webhook.id, leaseMs: LEASE_MS })),
    );
    expect(claims.filter(row => row !== undefined)).toMatchObject([{ id: webhook.id, fence: 1 }]);
    expect(await lookForEndpoints(unitOfWork)).toEqual({ claimable: [], open: 0 });
    await expireLease();
    expect((await lookForEndpoints(unitOfWork)).claimable).toEqual([webhook.id]);
  });

  it('is not looked at by anybody while there is nothing to send', async () => {
    await webhooks.create({ url: 'https://shop.example/' });
    expect(await lookForEndpoints(database.unitOfWork)).toEqual({ claimable: [], open: 1 });
  });

  it('gets the same ids and numbers again from the next one when the one before died with its outcome', async () => {
    await webhooks.create({ url: 'https://shop.example/' });
    await write(3);
    const dying = new GatedUnitOfWork(database.unitOfWork);
    running(dying);
    dying.allow(1);
    await until('it has sent, and is about to store that', () => dying.waiting === 1);
    expect(sequences()).toEqual([1, 2, 3]);
    await expireLease();
    running();
    await until('they came again', () => receiver.received.length === 6);
    expect(sequences()).toEqual([1, 2, 3, 1, 2, 3]);
    expect(receiver.received.slice(3).map(({ id }) => id)).toEqual(
      receiver.received.slice(0, 3).map(({ id }) => id),
    );
    const [webhook] = await webhooks.list();
    await until('it is stored', async () => (await webhooks.list())[0]?.sequence === 3);
    const stored = await webhooks.listDeliveries({ id: webhook?.id ?? '', limit: 100 });
    expect(stored.deliveries).toHaveLength(3);

    // The one before stood still, and is not dead: nothing that it stores late stays, and nothing is stored twice.
    dying.allow(1000);
    await write(1);
    await until('the fourth came', () => receiver.received.length === 7);
    await until('it is stored', async () => (await webhooks.list())[0]?.sequence === 4);
    expect((await webhooks.listDeliveries({ id: webhook?.id ?? '', limit: 100 })).deliveries).toHaveLength(4);
  });

  it('is taken from the one that holds it when somebody disables it, or begins a replay', async () => {
    const { webhook } = await webhooks.create({ url: 'https://shop.example/' });
    await write(2);
    const standing = new GatedUnitOfWork(database.unitOfWork);
    const late = start(standing);
    standing.allow(1);
    await until('it is about to store what it has sent', () => standing.waiting === 1);
    await webhooks.replay({ id: webhook.id, from: webhook.position });
    standing.allow(1000);
    await until('the replay came', () => receiver.received.length === 4);
    await until('it is stored', async () => (await webhooks.get(webhook.id)).sequence === 2);
    await late.stop();
    const ids = receiver.received.map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
    const { deliveries } = await webhooks.listDeliveries({ id: webhook.id, limit: 100 });
    expect(deliveries.map(({ id }) => id).toSorted()).toEqual(ids.slice(2).toSorted());
    await webhooks.disable(SERVER, webhook.id);
    await write(1);
    expect(await lookForEndpoints(database.unitOfWork)).toEqual({ claimable: [], open: 0 });
  });

  it('is released by one that stops: another goes on at once, and no request is cut off that ends in time', async () => {
    let answer = () => undefined as unknown;
    const answered = new Promise(resolve => {
      answer = () => resolve(undefined);
    });
    receiver.answer = async () => {
      await answered;
      return 200;
    };
    const { webhook } = await webhooks.create({ url: 'https://shop.example/' });
    await write(2);
    const stopping = start();
    await until('a request runs', () => receiver.received.length === 1);
    const stopped = stopping.stop();
    answer();
    await stopped;
    expect(await webhooks.get(webhook.id)).toMatchObject({ sequence: 1, waiting: 0 });
    receiver.answer = () => 200;
    running();
    await until('the second came', () => receiver.received.length === 2);
    expect(sequences()).toEqual([1, 2]);
  });

  it('is lost without a trace to one that has read it and is overtaken', async () => {
    const { webhook } = await webhooks.create({ url: 'https://shop.example/' });
    await write(1);
    const { unitOfWork } = database;
    await claimEndpoint(unitOfWork, { id: webhook.id, leaseMs: LEASE_MS });
    const held = { id: webhook.id, fence: 1 };
    const plan = await planTurn(unitOfWork, held, { seq: 0, sequence: 0 });
    expect(plan.jobs).toHaveLength(1);
    await expireLease();
    await claimEndpoint(unitOfWork, { id: webhook.id, leaseMs: LEASE_MS });
    await expect(planTurn(unitOfWork, held, { seq: 0, sequence: 0 })).rejects.toThrow(EndpointOvertaken);
  });
});

describeOnPostgres('two processes that send webhooks', engine => {
  it('send every event, each user’s in order, when one of them goes away in the middle', async () => {
    const first = await WebhooksFixture.open(engine);
    const second = await WebhooksFixture.open(engine, first.directory.url, first.receiver);
    const endpoints = await Promise.all(
      Array.from({ length: 4 }, () => first.create({ types: ['user.updated'] })),
    );
    await first.directory.users.upsert(SERVER, [{ id: 'ann' }, { id: 'bob' }]);
    for (let step = 0; step < 40; step++) {
      await second.name(step % 2 === 0 ? 'ann' : 'bob', `name ${step}`);
      if (step === 20) await first.close();
    }
    const { received } = second.receiver;
    await until('all came', () => received.length >= 160);
    await until('all is stored', async () =>
      (await second.directory.webhooks.list()).every(
        ({ sequence, waiting }) => sequence === 40 && waiting === 0,
      ),
    );
    for (const { webhook } of endpoints) {
      const { deliveries } = await second.directory.webhooks.listDeliveries({ id: webhook.id, limit: 100 });
      expect(deliveries.map(({ sequence }) => sequence).toSorted((a = 0, b = 0) => a - b)).toEqual(
        Array.from({ length: 40 }, (_, index) => index + 1),
      );
      const ids = new Map(deliveries.map(({ id, sequence }) => [id, sequence]));
      for (const user of ['ann', 'bob']) {
        const numbers = received
          .filter(one => one.user === user && ids.has(one.id))
          .map(({ sequence }) => sequence)
          .filter((one, index, all) => all.indexOf(one) === index);
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      }
    }
    await second.close();
  });
});
