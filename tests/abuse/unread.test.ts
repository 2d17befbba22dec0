/** One ordinary user asks and does not read: what it is owed does not pile up, and its connection ends with a word. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AbuseStage, PROMISED } from '../support/abuse/abuse-stage.js';
import { RawSocket } from '../support/abuse/raw-socket.js';
import { until } from '../support/until.js';

let stage: AbuseStage;
beforeAll(async () => {
  stage = await AbuseStage.open('sqlite3');
});
afterAll(async () => {
  expect(await stage.close()).toBe(0);
});

const open = async (userId: string) => RawSocket.open(stage.url, await stage.backEnd.createToken(userId));

it('three connections whose subscriptions all begin at the oldest event', async () => {
  const { position } = await stage.backEnd.queryUsers({}, [], { limit: 1 });
  const [epoch] = position.split('.');
  const outcome = await stage.during(async () => {
    const sockets = await Promise.all([1, 2, 3].map(() => open('person-1')));
    await Promise.all(sockets.map(socket => until('it is let in', () => socket.socket.readyState === 1)));
    for (const socket of sockets) {
      for (let index = 0; index < 100; index++) {
        socket.send('subscription', 'live.events', { filter: {}, lastEventId: `${epoch}.0` });
      }
      await sleep(50);
      socket.stopReading();
    }
    await sleep(6000);
    for (const socket of sockets) socket.end();
  });
  expect(outcome).toMatchObject({ ready: true, failures: [] });
  expect(outcome.p99Ms).toBeLessThan(PROMISED.p99Ms);
  expect(outcome.grownMiB).toBeLessThan(PROMISED.grownMiB);
});

it("a minute's allowance of answers that nobody reads, on ten connections", async () => {
  const outcome = await stage.during(async () => {
    const sockets = await Promise.all(Array.from({ length: 10 }, () => open('person-2')));
    for (const socket of sockets) {
      socket.stopReading();
      for (let index = 0; index < 100; index++) {
        socket.send('query', 'users.query', { options: { limit: 100 } });
        socket.send('query', 'chat.queryChannels', {});
      }
    }
    await sleep(6000);
    for (const socket of sockets) socket.end();
  });
  expect(outcome).toMatchObject({ ready: true, failures: [] });
  expect(outcome.p99Ms).toBeLessThan(PROMISED.p99Ms);
  expect(outcome.grownMiB).toBeLessThan(PROMISED.grownMiB);
});

it.each(['ping', 'pong', 'message'] as const)('a flood of every %s that a socket can send', async kind => {
  const outcome = await stage.during(async () => {
    const socket = await open('person-3');
    await sleep(200);
    for (let index = 0; index < 100_000 && !socket.closed; index++) {
      if (kind === 'message') socket.socket.send('{}');
      else socket.socket[kind]();
      if (index % 1000 === 0) await sleep(1);
    }
    await until('it is closed', () => socket.closed !== undefined, 15_000);
    expect(socket.closed).toEqual({ code: 1013, reason: 'RATE_LIMITED' });
  });
  expect(outcome).toMatchObject({ ready: true, failures: [] });
  expect(outcome.p99Ms).toBeLessThan(PROMISED.p99Ms);
  expect(outcome.grownMiB).toBeLessThan(PROMISED.grownMiB);
});
