import { setTimeout as sleep } from 'node:timers/promises';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import type { PostgresPair } from '@rollcall/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { type Cluster, startClusterOnPair } from '../support/cluster/cluster.js';
import { recovered } from '../support/cluster/cluster-check.js';
import { listenTo } from '../support/cluster/cluster-stage.js';
import { EventCollector } from '../support/listeners/event-collector.js';
import { SECRET } from '../support/processes/server-process.js';
import { seededRandom } from '../support/seeded-random.js';
import { until } from '../support/until.js';

/** How long nobody is the primary. */
const NOBODY_MS = 1500;

/** Every process acknowledges writes again so soon after the standby was promoted. */
const BACK_WITHIN_MS = 10_000;

/** A connection on which nothing arrives is given up after 23 s, and 5 s later there is a new one. */
const LEFT_WITHIN_MS = 45_000;

/** How often a primary is killed under load. */
const ROUNDS = Number(process.env.ROLLCALL_TEST_ROUNDS ?? 1);

describe('when the primary is killed and its standby takes over', () => {
  const random = seededRandom('standby');

  it.each(Array.from({ length: ROUNDS }, (_, round) => round))(
    'sixteen writers and three listeners on three processes go on: with synchronous replication nothing acknowledged is lost, and nobody has a gap, hears anything twice, or has to read afresh',
    async round => {
      const stage = await listenTo(await startClusterOnPair({ synchronous: true }), random);
      const { cluster } = stage;
      const load = stage.load(`r${round}`);
      try {
        await load.start();
        await sleep(1500 + random() * 1000);
        await cluster.postgres.killPrimary();
        await sleep(NOBODY_MS);
        await cluster.postgres.promote();
        const back = await recovered(cluster.nodes, BACK_WITHIN_MS);
        await sleep(1500);
        await load.stop();
        expect(await stage.problems(load)).toEqual([]);
        console.log(
          `all write ${JSON.stringify(back)} ms after the promotion; ${JSON.stringify(load.history.summary)}`,
        );
      } finally {
        await load.stop();
        expect(await stage.close()).toEqual({ codes: [0, 0, 0], faults: [] });
      }
    },
  );
});

describe('when the machine of the primary vanishes without a word', () => {
  it('every process has left it after the time of one statement, and nothing acknowledged is lost', async () => {
    const cluster = await startClusterOnPair({ synchronous: true });
    const { nodes, postgres } = cluster;
    try {
      // All connections of the pools are open.
      const writes = nodes.flatMap(({ name, client }) =>
        Array.from({ length: 20 }, (_, index) => client.upsertUser({ id: `${name}-${index}` })),
      );
      await Promise.all(writes);
      for (const { network } of nodes) network.set('cut');
      await postgres.promote();
      const back = await recovered(nodes, LEFT_WITHIN_MS);
      console.log(`writes ${JSON.stringify(back)} ms after the promotion`);
      const [row] = await postgres.query<{ count: number }>(
        "SELECT count(*)::int AS count FROM users WHERE id ~ '^[abc]-[0-9]+$'",
      );
      expect(row?.count).toBe(60);
    } finally {
      // Who promotes makes sure that the old primary never comes back as one.
      await postgres.killPrimary();
      const codes = await cluster.close();
      expect(codes).toEqual([0, 0, 0]);
    }
  });
});

describe('when the standby that takes over lacks the last commits', () => {
  let cluster: Cluster<PostgresPair>;
  const clients: ServerClient[] = [];

  afterEach(async () => {
    for (const client of clients) await client.disconnect();
    expect(await cluster.close()).toEqual([0, 0, 0]);
  });

  it('who had heard of them is told to read afresh, once, by processes that remember nothing, too; all others go on without a gap', async () => {
    cluster = await startClusterOnPair({ synchronous: false });
    const { postgres, nodes, balancer } = cluster;
    const connect = () => {
      const client = createServerClient({ url: balancer.url, secret: SECRET });
      clients.push(client);
      return client;
    };
    const listen = (lastEventId: string) => new EventCollector(connect(), { lastEventId });
    const writer = connect();
    const write = (name: string, count: number) =>
      writer.upsertUsers(Array.from({ length: count }, (_, index) => ({ id: `${name}-${index}` })));
    const names = (name: string, count: number) =>
      Array.from({ length: count }, (_, index) => `user.created ${name}-${index}`);

    const start = (await writer.queryUsers({}, [], { limit: 1 })).position;
    const listeners = [start, start, start].map(listen);
    await write('kept', 10);
    for (const listener of listeners) await listener.count(10);
    const kept = listeners[0]?.events.at(-1)?.id as string;
    const end = Number(kept.split('.')[1]);
    await until('the standby has everything', async () => (await receivedUpTo(postgres)) === end);

    await postgres.stopReceiving();
    await write('lost', 5);
    for (const listener of listeners) await listener.count(15);
    const lost = listeners[0]?.events.at(-1)?.id as string;

    // Two processes go down with the primary, as on one machine. The third remembers how far it had come.
    for (const { process } of nodes.slice(0, 2)) process.kill('SIGKILL');
    await postgres.killPrimary();
    await sleep(NOBODY_MS);
    await postgres.promote();
    for (const { process } of nodes.slice(0, 2)) await process.restart();
    const back = await recovered(nodes.slice(2), BACK_WITHIN_MS);
    console.log(`writes ${JSON.stringify(back)} ms after the promotion`);
    // More than was lost: every lost position is that of another event now.
    await write('new', 20);

    const { position } = await writer.queryUsers({}, [], { limit: 1 });
    const [epoch] = position.split('.');
    expect(kept.startsWith(`${epoch}.`)).toBe(false);
    const stored = await postgres.query<{ seq: number; user_id: string }>(
      `SELECT seq::int, user_id FROM events WHERE seq > ${end} ORDER BY seq`,
    );
    expect(stored.map(({ user_id }) => user_id)).toEqual(
      expect.arrayContaining(Array.from({ length: 20 }, (_, index) => `new-${index}`)),
    );
    expect(
      (await writer.queryUsers({ id: { $in: ['kept-9', 'lost-0'] } })).users.map(({ id }) => id),
    ).toEqual(['kept-9']);

    for (const listener of listeners) {
      await until('a listener hears the end', () => listener.events.at(-1)?.id === position);
      expect(listener.names.slice(0, 15)).toEqual([...names('kept', 10), ...names('lost', 5)]);
      expect(listener.names[15]).toBe('resync');
      const from = listener.positions[15] as number;
      const after = listener.events.slice(16).map(event => event.id);
      expect(after).toEqual(stored.filter(({ seq }) => seq > from).map(({ seq }) => `${epoch}.${seq}`));
    }

    const whole = listen(kept);
    await whole.count(stored.length);
    expect(whole.events.map(event => event.id)).toEqual(stored.map(({ seq }) => `${epoch}.${seq}`));

    // At each process, whatever it remembers.
    for (const { client } of nodes) {
      const late = new EventCollector(client, { lastEventId: lost });
      await late.count(1);
      expect(late.events).toEqual([{ type: 'resync', id: position }]);
      await late.stop();
    }
    for (const listener of [...listeners, whole]) await listener.stop();
  });
});

/** How far the log goes on the standby. */
async function receivedUpTo(postgres: PostgresPair): Promise<number> {
  const [row] = await postgres.queryStandby<{ last: number }>(
    'SELECT last_seq::int AS last FROM event_stream',
  );
  return row?.last ?? 0;
}
