import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, type ClusterNode, startCluster } from '../support/cluster/cluster.js';
import { PresenceWitness } from '../support/listeners/presence-witness.js';
import { Storm } from '../support/listeners/storm.js';

/** How long a user may still look online after the last clean disconnect (docs/contract/presence.md). */
const GONE_WITHIN_MS = 5000;

/** How long the users of a killed process may still look online (docs/contract/presence.md). */
const TAKEN_WITHIN_MS = 30_000;

/** A process that is back, or whose storage is, says so soon who is there. */
const BACK_WITHIN_MS = 10_000;

/** How often the faults of one process come: `ROLLCALL_TEST_ROUNDS` makes the long form. */
const ROUNDS = Number(process.env.ROLLCALL_TEST_ROUNDS ?? 1);

/** Longer than the leases of all processes: each finds its own lost when PostgreSQL is back. */
const OUTAGE_MS = 22_000;

/** Every process has looked after the leases of all others by then; after an outage it leaves them time first. */
const JUDGED_WITHIN_MS = { usually: 6000, afterOutage: 16_000 };

const COLUMNS = ['killed', 'paused', 'cut', 'locked'] as const;

describe('of five processes, one of which stays as it is', () => {
  let cluster: Cluster;
  let stays: ClusterNode;
  let struck: Record<(typeof COLUMNS)[number], ClusterNode>;

  beforeAll(async () => {
    cluster = await startCluster({ names: ['killed', 'paused', 'cut', 'locked', 'stays'] });
    const [killed, paused, cut, locked, last] = cluster.nodes as [
      ClusterNode,
      ClusterNode,
      ClusterNode,
      ClusterNode,
      ClusterNode,
    ];
    struck = { killed, paused, cut, locked };
    stays = last;
  });

  afterAll(async () => {
    expect(await cluster.close()).toEqual(cluster.nodes.map(() => 0));
  });

  /** Connects every user to its process, through a process of their own. */
  async function connect(node: ClusterNode, ids: readonly string[]): Promise<Storm> {
    const storm = new Storm(node.process.url);
    const users = ids.map(async id => ({ id, token: await stays.client.createToken(id) }));
    await storm.connect(await Promise.all(users), { overMs: 0 });
    return storm;
  }

  it('a user is online while one of them has a connection of it', async () => {
    await stays.client.upsertUsers(['gone', 'stayed'].map(id => ({ id })));
    const witnesses = cluster.nodes.map(node => new PresenceWitness(node));
    for (const witness of witnesses) witness.watch(['gone', 'stayed']);
    const see = (id: string, online: boolean) =>
      Promise.all(witnesses.map(witness => witness.sees([id], online, GONE_WITHIN_MS)));
    const there = await connect(struck.cut, ['gone', 'stayed']);
    const here = await connect(stays, ['stayed']);
    console.log(`online after ${await see('gone', true)} and ${await see('stayed', true)} ms`);
    await there.close(['gone', 'stayed']);
    console.log(`offline after ${await see('gone', false)} ms`);
    await here.close(['stayed']);
    console.log(`offline after ${await see('stayed', false)} ms`);
    for (const { heard } of witnesses) {
      expect(Object.fromEntries(heard)).toEqual({
        gone: [false, true, false],
        stayed: [false, true, false],
      });
    }
    for (const storm of [there, here]) await storm.end();
    for (const witness of witnesses) await witness.end();
  });

  it.each(Array.from({ length: ROUNDS }, (_, round) => round))(
    'users of one that is killed, paused or cut off are offline within 30 s, and back with it; round %i',
    async round => {
      const only = (column: string) => `only-${column}-${round}`;
      const both = (column: string) => `both-${column}-${round}`;
      const ids = COLUMNS.flatMap(column => [only(column), both(column)]);
      await stays.client.upsertUsers(ids.map(id => ({ id })));
      const witness = new PresenceWitness(stays);
      witness.watch(ids);
      const storms = await Promise.all(
        COLUMNS.map(column => connect(struck[column], [only(column), both(column)])),
      );
      const here = await connect(stays, COLUMNS.map(both));
      await witness.sees(ids, true, GONE_WITHIN_MS);

      try {
        // One is cut off while it renews its lease: the row is locked, and those who take users away pass over it.
        await struck.locked.network.cutBefore('COMMIT\0', { after: 'UPDATE nodes' });
        struck.cut.network.set('cut');
        struck.paused.process.kill('SIGSTOP');
        await struck.killed.process.crash();
        const took = await Promise.all(
          COLUMNS.map(async column => [column, await witness.sees([only(column)], false, TAKEN_WITHIN_MS)]),
        );
        console.log(`offline after ${JSON.stringify(Object.fromEntries(took))} ms`);
      } finally {
        struck.locked.network.set('pass');
        struck.cut.network.set('pass');
        struck.paused.process.kill('SIGCONT');
        await struck.killed.process.restart();
      }

      const back = ['paused', 'cut', 'locked'].map(only);
      console.log(`back after ${await witness.sees(back, true, BACK_WITHIN_MS)} ms`);
      expect(Object.fromEntries(witness.heard)).toEqual(
        Object.fromEntries([
          ...COLUMNS.map(column => [both(column), [false, true]]),
          ...back.map(id => [id, [false, true, false, true]]),
          [only('killed'), [false, true, false]],
        ]),
      );
      for (const storm of [...storms, here]) await storm.end();
      await witness.sees(ids, false, GONE_WITHIN_MS);
      await witness.end();
    },
  );

  it.each([
    ['for a moment', 1000, JUDGED_WITHIN_MS.usually],
    ['for longer than their leases', OUTAGE_MS, JUDGED_WITHIN_MS.afterOutage],
  ])(
    'who is there is online when PostgreSQL was away %s, and who left meanwhile is not',
    async (_, awayMs, judgedWithinMs) => {
      // Only one process has anything to write when PostgreSQL is back; the others look after the leases in their turn.
      const leaving = `leaving-${awayMs}`;
      const there = (column: string) => `there-${column}-${awayMs}`;
      const all = [leaving, ...COLUMNS.map(there)];
      await stays.client.upsertUsers(all.map(id => ({ id })));
      const witness = new PresenceWitness(stays);
      witness.watch(all);
      const storms = await Promise.all(COLUMNS.map(column => connect(struck[column], [there(column)])));
      const leaves = await connect(struck.killed, [leaving]);
      await witness.sees(all, true, GONE_WITHIN_MS);

      await cluster.postgres.crash();
      await leaves.close([leaving]);
      await sleep(awayMs);
      await cluster.postgres.start();
      console.log(`offline after ${await witness.sees([leaving], false, BACK_WITHIN_MS)} ms`);
      // A user who is taken away by mistake has been taken away by then.
      await sleep(judgedWithinMs);
      expect(Object.fromEntries(witness.heard)).toEqual(
        Object.fromEntries(all.map(id => [id, id === leaving ? [false, true, false] : [false, true]])),
      );
      for (const storm of [...storms, leaves]) await storm.end();
      await witness.sees(all, false, GONE_WITHIN_MS);
      await witness.end();
    },
  );
});
