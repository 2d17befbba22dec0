import { setTimeout as sleep } from 'node:timers/promises';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, type ClusterNode, startCluster } from '../support/cluster.js';
import { problemsOf, recovered } from '../support/cluster-check.js';
import { ClusterLoad } from '../support/cluster-load.js';
import { EventCollector } from '../support/event-collector.js';
import { seededRandom } from '../support/seeded-random.js';
import { SECRET } from '../support/server-process.js';

/** How often every fault comes, in an order of its own; more than once is the long form, with longer faults. */
const ROUNDS = Number(process.env.ROLLCALL_TEST_ROUNDS ?? 1);
const LONG = ROUNDS > 1;

/** The load goes on for this time before a fault and after everybody has recovered. */
const CALM_MS = LONG ? 3000 : 1000;

/** A process holds a task for 30 s and its users' presence for 20 s: it is away for longer than both. */
const PAUSE_MS = LONG ? 45_000 : 33_000;

const CUT_MS = LONG ? 45_000 : 15_000;

/** Something that goes wrong. `strike` resolves when the cause is gone again. */
interface Fault {
  name: string;
  strike(struck: ClusterNode, cluster: Cluster): Promise<void>;
  /** Every process acknowledges writes again within this time after the cause is gone. */
  backWithinMs: number;
}

const FAULTS: Fault[] = [
  {
    name: 'a process that is killed',
    strike: async ({ process }) => {
      await process.crash();
      await sleep(1000);
      await process.restart();
    },
    backWithinMs: 10_000,
  },
  {
    name: 'a rolling restart',
    strike: async (_struck, { nodes }) => {
      for (const { process } of nodes) {
        expect(await process.stop()).toBe(0);
        await process.restart();
      }
    },
    backWithinMs: 10_000,
  },
  {
    name: 'a PostgreSQL server that crashes',
    strike: async (_struck, { postgres }) => {
      await postgres.crash();
      await sleep(1000);
      await postgres.start();
    },
    backWithinMs: 10_000,
  },
  {
    name: 'a PostgreSQL server that stands still',
    strike: async (_struck, { postgres }) => {
      await postgres.freeze();
      await sleep(5000);
      await postgres.thaw();
    },
    backWithinMs: 10_000,
  },
  {
    name: 'a network to PostgreSQL that resets connections',
    strike: async ({ network }) => {
      network.set('reset');
      await sleep(3000);
      network.set('pass');
    },
    backWithinMs: 10_000,
  },
  {
    name: 'a network to PostgreSQL that is cut',
    strike: async ({ network }) => {
      network.set('cut');
      await sleep(CUT_MS);
      network.set('pass');
    },
    backWithinMs: 10_000,
  },
  {
    name: 'a network to PostgreSQL that is cut in the middle of a transaction, with its locks',
    strike: async ({ network }) => {
      await network.cutBefore('COMMIT\0');
      await sleep(CUT_MS);
      network.set('pass');
    },
    backWithinMs: 10_000,
  },
  {
    name: 'commits whose answers are lost',
    strike: async ({ network }) => {
      for (let count = 0; count < 10; count++) await network.resetAfter('COMMIT\0');
    },
    backWithinMs: 10_000,
  },
  {
    name: 'a process that is paused past its leases',
    strike: async ({ process }) => {
      process.kill('SIGSTOP');
      await sleep(PAUSE_MS);
      process.kill('SIGCONT');
    },
    backWithinMs: 10_000,
  },
];

describe('sixteen writers and three listeners on three processes go on, nothing lost and nothing doubled, through', () => {
  const random = seededRandom('many-processes');
  const rounds = Array.from({ length: ROUNDS }, (_, round) =>
    (LONG ? shuffled(FAULTS, random) : FAULTS).map(fault => ({ ...fault, round })),
  );
  const listeners: Record<string, EventCollector> = {};
  const clients: ServerClient[] = [];
  let cluster: Cluster;
  let watcher: ServerClient;
  let start: string;

  beforeAll(async () => {
    cluster = await startCluster();
    const client = () => {
      const made = createServerClient({ url: cluster.balancer.url, secret: SECRET });
      clients.push(made);
      return made;
    };
    watcher = client();
    start = (await watcher.queryUsers({}, [], { limit: 1 })).position;
    for (const name of ['first listener', 'second listener', 'third listener']) {
      listeners[name] = new EventCollector(client(), { lastEventId: start });
    }
  });

  afterAll(async () => {
    for (const listener of Object.values(listeners)) await listener.stop();
    for (const client of clients) await client.disconnect();
    expect(await cluster.close()).toEqual([0, 0, 0]);
  });

  it.each(rounds.flat())('$name', async ({ name, round, strike, backWithinMs }) => {
    const load = new ClusterLoad(cluster.nodes, {
      name: `r${round}-${FAULTS.findIndex(fault => fault.name === name)}`,
      random,
      watcher,
    });
    const { nodes } = cluster;
    const struck = nodes[Math.floor(random() * nodes.length)] as ClusterNode;
    await load.start();
    await sleep(CALM_MS);
    const struckAt = performance.now();
    await strike(struck, cluster);
    const overAt = performance.now();
    const took = await recovered(nodes, backWithinMs);
    await sleep(CALM_MS);
    await load.stop();
    const problems = await problemsOf(cluster, load, { listeners, start });
    const meanwhile = load.history.calls.filter(
      call => call.startedAt >= struckAt && call.startedAt < overAt,
    );
    const others = meanwhile.filter(call => call.node !== struck.name);
    console.log(
      [
        `${name}: at ${struck.name}, for ${Math.round(overAt - struckAt)} ms`,
        `writes again after ${JSON.stringify(took)} ms`,
        `longest wait for another process ${Math.round(Math.max(...others.map(call => call.endedAt - call.startedAt)))} ms`,
        JSON.stringify(load.history.summary),
      ].join('; '),
    );
    expect(problems).toEqual([]);
  });
});

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const rest = [...items];
  return items.map(() => rest.splice(Math.floor(random() * rest.length), 1)[0] as Item);
}
