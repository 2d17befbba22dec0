import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresPair } from '@rollcall/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Cluster, startClusterOnPair } from '../support/cluster/cluster.js';
import { recovered } from '../support/cluster/cluster-check.js';
import { EventCollector } from '../support/listeners/event-collector.js';
import { seededRandom } from '../support/seeded-random.js';

const LASTS_MS = 8000;
const PEOPLE = 8;

/** Every process acknowledges writes again so soon after the standby was promoted. */
const BACK_WITHIN_MS = 10_000;

describe('three processes that read from a replica', () => {
  const random = seededRandom('replica');
  let cluster: Cluster<PostgresPair>;

  beforeEach(async () => {
    cluster = await startClusterOnPair({ synchronous: true, readsFromStandby: true });
  });
  afterEach(async () => {
    expect(await cluster.close()).toEqual([0, 0, 0]);
  });

  const anyClient = () => {
    const { nodes } = cluster;
    return nodes[Math.floor(random() * nodes.length)]?.client as (typeof nodes)[number]['client'];
  };
  const idsNamed = async (name: string) => (await anyClient().queryUsers({ name })).users.map(({ id }) => id);
  const readsAtStandby = async () => {
    const [row] = await cluster.postgres.queryStandby<{ reads: number }>(
      "SELECT xact_commit::int AS reads FROM pg_stat_database WHERE datname = 'postgres'",
    );
    return row?.reads ?? 0;
  };

  /** Renames people at any process, and asks any other one for them by their names. @returns what was found wrongly. */
  async function renameAndAsk(person: string, until: number): Promise<string[]> {
    const wrong: string[] = [];
    let before: string | undefined;
    for (let turn = 0; performance.now() < until; turn++) {
      const name = `${person} ${turn}`;
      await anyClient().upsertUser({ id: person, name });
      const [found, old] = await Promise.all([idsNamed(name), before === undefined ? [] : idsNamed(before)]);
      if (found.length !== 1) wrong.push(`"${name}" was not found`);
      if (old.length > 0) wrong.push(`"${before}" was still found`);
      before = name;
    }
    return wrong;
  }

  it('find what any of them has acknowledged, and nothing that it has replaced, while the replica stops and goes on, and when it takes over', async () => {
    const { postgres, nodes } = cluster;
    const start = (await anyClient().queryUsers({}, [], { limit: 1 })).position;
    const servedBefore = await readsAtStandby();
    let isOver = false;
    const disturbing = (async () => {
      while (!isOver) {
        await sleep(1000 + random() * 1000);
        await postgres.queryStandby('SELECT pg_wal_replay_pause()');
        await sleep(random() * 400);
        await postgres.queryStandby('SELECT pg_wal_replay_resume()');
      }
    })();
    const everybody = (names: string) => {
      const until = performance.now() + LASTS_MS;
      return Promise.all(
        Array.from({ length: PEOPLE }, (_, index) => renameAndAsk(`${names}-${index}`, until)),
      );
    };
    try {
      expect((await everybody('before')).flat()).toEqual([]);
    } finally {
      isOver = true;
      await disturbing;
    }
    // Statistics are handed in with a delay.
    await expect.poll(readsAtStandby, { timeout: 15_000 }).toBeGreaterThan(servedBefore + 100);

    // A listener that has missed everything replays it, whichever server has it.
    const { position } = await anyClient().queryUsers({}, [], { limit: 1 });
    const [first, last] = [start, position].map(one => Number(one.split('.')[1])) as [number, number];
    const collectors = nodes.map(({ client }) => new EventCollector(client, { lastEventId: start }));
    for (const collector of collectors) {
      await collector.count(last - first);
      const seqs = collector.positions.slice(0, last - first);
      expect(seqs).toEqual(Array.from({ length: last - first }, (_, index) => first + 1 + index));
      await collector.stop();
    }

    await postgres.killPrimary();
    await postgres.promote();
    await recovered(nodes, BACK_WITHIN_MS);
    expect((await everybody('after')).flat()).toEqual([]);
  });
});
