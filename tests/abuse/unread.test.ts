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

/** Nobody reads for longer than the server waits. Who comes to read in time hears why; who comes later finds it gone. */
async function beClosedAsTooSlow(sockets: readonly RawSocket[]): Promise<void> {
  try {
    await sleep(8000);
    for (const { socket } of sockets) socket.resume();
    await until('they are closed', () => sockets.every(({ closed }) => closed !== undefined), 10_000);
    for (const { closed } of sockets) expect([4008, 1006]).toContain(closed?.code);
  } finally {
    for (const socket of sockets) socket.end();
  }
}

it('three connections whose subscriptions all begin at the oldest event', async () => {
  const { position } = await stage.backEnd.queryUsers({}, [], { limit: 1 });
  const [epoch] = position.split('.');
  const outcome = await stage.during(async () => {
    const sockets = await Promise.all([1, 2, 3].map(() => open('person-1')));
    await Promise.all(sockets.map(socket => until('it is let in', () => socket.socket.readyState === 1)));
    for (const socket of sockets) {
      // As many as one user may have over all its connections.
      for (let index = 0; index < 33; index++) {
        socket.send('subscription', 'live.events', { filter: {}, lastEventId: `${epoch}.0` });
      }
      await sleep(50);
      socket.stopReading();
    }
    await beClosedAsTooSlow(sockets);
  });
  expect(outcome).toMatchObject({ ready: true, failures: [] });
  expect(outcome.p99Ms).toBeLessThan(PROMISED.p99Ms);
  expect(outcome.grownMiB).toBeLessThan(PROMISED.grownMiB);
});

it("a minute's allowance of large answers that nobody reads", async () => {
  const teams = Array.from({ length: 100 }, (_, index) => `team-${index}`.padEnd(90, '-'));
  const large = Array.from({ length: 100 }, (_, index) => ({
    id: `large-${index}`,
    teams,
    size: 'large',
    text: 'x'.repeat(4500),
  }));
  for (const half of [large.slice(0, 50), large.slice(50)]) await stage.backEnd.upsertUsers(half);
  const outcome = await stage.during(async () => {
    const sockets = await Promise.all([1, 2].map(() => open('person-2')));
    for (const socket of sockets) {
      socket.stopReading();
      for (let index = 0; index < 30; index++) {
        socket.send('query', 'users.query', { filter: { size: 'large' }, options: { limit: 100 } });
      }
    }
    await beClosedAsTooSlow(sockets);
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
