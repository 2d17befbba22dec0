import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster, ClusterNode } from '../support/cluster/cluster.js';
import { recovered } from '../support/cluster/cluster-check.js';
import { type ClusterStage, startClusterStage } from '../support/cluster/cluster-stage.js';
import { seededRandom } from '../support/seeded-random.js';

/** How often every fault comes, in an order of its own; more than once is the long form, with longer faults. */
const ROUNDS = Number(process.env.ROLLCALL_TEST_ROUNDS ?? 1);
const LONG = ROUNDS > 1;

/** The load goes on for this time before a fault and after everybody has recovered. */
const CALM_MS = LONG ? 3000 : 1000;

/** Every process acknowledges writes again so soon after the cause is gone, and the others so soon after it came. */
const BACK_WITHIN_MS = 10_000;

/** A process holds a task for 30 s and its users' presence for 20 s: it is away for longer than both. */
const PAUSE_MS = LONG ? 45_000 : 33_000;

const CUT_MS = LONG ? 45_000 : 15_000;

/** The end of a transaction that holds the counter of the log, which every other writer needs. */
const COMMIT_OF_EVENTS = ['COMMIT\0', { after: 'UPDATE event_stream' }] as const;

/** Something that goes wrong at one process, or at PostgreSQL. */
interface Fault {
  name: string;
  strike(struck: ClusterNode, cluster: Cluster): Promise<void>;
  /** For so long it is as the strike has left it. */
  lastsMs: number;
  mend(struck: ClusterNode, cluster: Cluster): Promise<void>;
  /** The other processes go on meanwhile. */
  sparesOthers: boolean;
}

/** At any moment, in the long form; the other cut is at the worst of all moments. */
const CUT: Fault = {
  name: 'a network that is cut',
  strike: async ({ network }) => network.set('cut'),
  lastsMs: CUT_MS,
  mend: async ({ network }) => network.set('pass'),
  sparesOthers: true,
};

const passAgain = async ({ network }: ClusterNode) => network.set('pass');

const FAULTS: Fault[] = [
  ...(LONG ? [CUT] : []),
  {
    name: 'the death of a process',
    strike: ({ process }) => process.crash(),
    lastsMs: 1000,
    mend: ({ process }) => process.restart(),
    sparesOthers: true,
  },
  {
    name: 'a rolling restart',
    strike: async (_struck, { nodes }) => {
      for (const { process } of nodes) {
        expect(await process.stop()).toBe(0);
        await process.restart();
      }
    },
    lastsMs: 0,
    mend: async () => undefined,
    sparesOthers: false,
  },
  {
    name: 'a crash of PostgreSQL',
    strike: (_struck, { postgres }) => postgres.crash(),
    lastsMs: 1000,
    mend: (_struck, { postgres }) => postgres.start(),
    sparesOthers: false,
  },
  {
    name: 'a standstill of PostgreSQL',
    strike: (_struck, { postgres }) => postgres.freeze(),
    lastsMs: 5000,
    mend: (_struck, { postgres }) => postgres.thaw(),
    sparesOthers: false,
  },
  {
    name: 'a network that resets connections',
    strike: async ({ network }) => network.set('reset'),
    lastsMs: 3000,
    mend: passAgain,
    sparesOthers: true,
  },
  {
    name: 'lost answers to commits',
    strike: async ({ network }) => {
      for (let count = 0; count < 5; count++) await network.resetAfter(...COMMIT_OF_EVENTS);
    },
    lastsMs: 0,
    mend: passAgain,
    sparesOthers: true,
  },
  {
    name: 'a network that is cut in the middle of a transaction, which keeps its locks',
    strike: ({ network }) => network.cutBefore(...COMMIT_OF_EVENTS),
    lastsMs: CUT_MS,
    mend: passAgain,
    sparesOthers: true,
  },
  {
    name: 'a pause of a process, past its leases and in the middle of a transaction',
    strike: async ({ network, process }) => {
      await network.cutBefore(...COMMIT_OF_EVENTS);
      process.kill('SIGSTOP');
    },
    lastsMs: PAUSE_MS,
    mend: async ({ network, process }) => {
      network.set('pass');
      process.kill('SIGCONT');
    },
    sparesOthers: true,
  },
];

describe('sixteen writers and three listeners on three processes go on, nothing lost and nothing doubled, through', () => {
  const random = seededRandom('many-processes');
  const rounds = Array.from({ length: ROUNDS }, (_, round) =>
    (LONG ? shuffled(FAULTS, random) : FAULTS).map(fault => ({ ...fault, round })),
  );
  let stage: ClusterStage;

  beforeAll(async () => {
    stage = await startClusterStage(random);
  });

  afterAll(async () => {
    expect(await stage.close()).toEqual({ codes: [0, 0, 0], faults: [] });
  });

  it.each(rounds.flat())('$name', async ({ round, ...fault }) => {
    const { cluster } = stage;
    const { nodes } = cluster;
    const load = stage.load(`r${round}-${FAULTS.findIndex(({ name }) => name === fault.name)}`);
    const struck = nodes[Math.floor(random() * nodes.length)] as ClusterNode;
    const others = nodes.filter(node => node !== struck);
    let meanwhile: Record<string, number> = {};
    let lastedMs = 0;
    let afterwards: Record<string, number>;
    await load.start();
    try {
      await sleep(CALM_MS);
      const struckAt = performance.now();
      await fault.strike(struck, cluster);
      try {
        if (fault.sparesOthers) meanwhile = await recovered(others, BACK_WITHIN_MS);
        await sleep(struckAt + fault.lastsMs - performance.now());
      } finally {
        await fault.mend(struck, cluster);
      }
      lastedMs = Math.round(performance.now() - struckAt);
      afterwards = await recovered(nodes, BACK_WITHIN_MS);
      await sleep(CALM_MS);
    } finally {
      await load.stop();
    }
    const problems = await stage.problems(load);
    console.log(
      [
        `${fault.name} (${struck.name}) for ${lastedMs} ms`,
        `others write after ${JSON.stringify(meanwhile)}`,
        `all write after ${JSON.stringify(afterwards)}`,
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
