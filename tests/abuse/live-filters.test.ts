/** One ordinary user follows as much as it may, and more: everybody else's calls and the memory stay as they are. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
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

const sockets: RawSocket[] = [];
afterEach(() => endAll());

async function open(userId: string): Promise<RawSocket> {
  const socket = await RawSocket.open(stage.url, await stage.backEnd.createToken(userId));
  sockets.push(socket);
  return socket;
}

/** Changes of a few users one by one, and of a hundred at once: what listeners are judged for. */
async function changes(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await stage.backEnd.partialUpdateUsers(
      Array.from({ length: 100 }, (_, index) => ({ id: `person-${index}`, set: { round, index } })),
    );
    for (let index = 0; index < 10; index++) {
      await stage.backEnd.partialUpdateUser({ id: `person-${index}`, set: { mood: round } });
    }
  }
}

async function endAll(): Promise<void> {
  if (sockets.length === 0) return;
  for (const socket of sockets.splice(0)) socket.end();
  await sleep(500);
}

/** Waits until each subscription has said something or was refused. That it has started says neither. */
const answered = (socket: RawSocket, count: number) =>
  until('every subscription is answered', () => {
    const said = socket.messages.filter(({ result, error }) => error || result?.type === 'data');
    return socket.closed !== undefined || new Set(said.map(({ id }) => id)).size >= count;
  });

it('a hundred subscriptions with the largest filters that there are', async () => {
  const values = (seed: number) => Array.from({ length: 1000 }, (_, index) => `v-${seed}-${index}`);
  const filter = (seed: number) => ({ $nor: [{ [`field${seed}`]: { $in: values(seed) } }] });
  const outcome = await stage.during(async () => {
    const socket = await open('person-1');
    for (let index = 0; index < 100; index++) {
      socket.send('subscription', 'live.events', { filter: filter(index) });
    }
    await answered(socket, 100);
    expect(socket.closed).toBeUndefined();
    expect(socket.refusals).toMatchObject({ RATE_LIMITED: expect.any(Number) });
    await changes();
    await endAll();
  });
  expect(outcome).toMatchObject({ ready: true, failures: [] });
  expect(outcome.p99Ms).toBeLessThan(PROMISED.p99Ms);
  expect(outcome.grownMiB).toBeLessThan(PROMISED.grownMiB);
});

it('filters that compare every element of a long list with as many values as they may, and changes of that list', async () => {
  const list = (round: number) => [`round ${round}`, ...Array.from({ length: 1180 }, () => 'x')];
  const operands = [(n: number) => ({ $gt: `y${n}` }), (n: number) => ({ $in: [[`y${n}`]] })];
  const outcome = await stage.during(async () => {
    const socket = await open('person-4');
    for (let index = 0; index < 20; index++) {
      const operand = operands[index % 2] ?? (() => ({}));
      const clauses = Array.from({ length: 98 }, (_, clause) => ({ list: operand(100 * index + clause) }));
      socket.send('subscription', 'live.events', { filter: { $nor: clauses } });
    }
    await answered(socket, 20);
    expect(socket.refusals).toEqual({});
    for (let round = 0; round < 60; round++) {
      await stage.backEnd.partialUpdateUser({ id: 'person-4', set: { list: list(round) } });
    }
    await endAll();
  });
  expect(outcome).toMatchObject({ ready: true, failures: [] });
  expect(outcome.p99Ms).toBeLessThan(PROMISED.p99Ms);
  expect(outcome.grownMiB).toBeLessThan(PROMISED.grownMiB);
});

it('fifty connections, each with a hundred subscriptions to everybody', async () => {
  const outcome = await stage.during(async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => open('person-2')));
    for (const socket of all) {
      for (let index = 0; index < 100; index++) socket.send('subscription', 'live.events', { filter: {} });
    }
    await Promise.all(all.map(socket => answered(socket, 100)));
    await changes();
    await endAll();
  });
  expect(outcome).toMatchObject({ ready: true, failures: [] });
  expect(outcome.p99Ms).toBeLessThan(PROMISED.p99Ms);
  expect(outcome.grownMiB).toBeLessThan(PROMISED.grownMiB);
});

it('forty subscriptions to the presence of the same ten thousand users', async () => {
  const user_ids = Array.from({ length: 10_000 }, (_, index) => `person-${index}`);
  const outcome = await stage.during(async () => {
    const socket = await open('person-3');
    for (let index = 0; index < 40; index++) socket.send('subscription', 'live.presence', { user_ids });
    await answered(socket, 40);
    await changes();
    await endAll();
  });
  expect(outcome).toMatchObject({ ready: true, failures: [] });
  expect(outcome.p99Ms).toBeLessThan(PROMISED.p99Ms);
  expect(outcome.grownMiB).toBeLessThan(PROMISED.grownMiB);
});

it('fifty connections that each watch ten thousand users with long ids', async () => {
  const long = 'x'.repeat(180);
  const user_ids = Array.from({ length: 5000 }, (_, index) => `${long}${index}`);
  const outcome = await stage.during(async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => open('person-5')));
    for (const [index, socket] of all.entries()) {
      for (const half of [0, 1]) {
        const mine = user_ids.map(id => `${id}-${index}-${half}`);
        socket.send('subscription', 'live.events', { user_ids: mine });
      }
    }
    await Promise.all(all.map(socket => answered(socket, 2)));
    const refused = all.map(({ refusals }) => refusals.RATE_LIMITED ?? 0);
    expect(refused.reduce((sum, count) => sum + count)).toBe(87);
    await changes();
    await endAll();
  });
  expect(outcome).toMatchObject({ ready: true, failures: [] });
  expect(outcome.p99Ms).toBeLessThan(PROMISED.p99Ms);
  expect(outcome.grownMiB).toBeLessThan(PROMISED.grownMiB);
});
