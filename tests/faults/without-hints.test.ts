import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { ClusterNode } from '../support/cluster.js';
import { recovered } from '../support/cluster-check.js';
import { startClusterStage } from '../support/cluster-stage.js';
import { seededRandom } from '../support/seeded-random.js';

const CALM_MS = 2000;
const BACK_WITHIN_MS = 10_000;

it('nothing is lost and nothing doubled where processes hear nothing of each other, and one is killed', async () => {
  const stage = await startClusterStage(seededRandom('without-hints'), { ROLLCALL_HINTS: 'off' });
  const { nodes } = stage.cluster;
  const [killed] = nodes as [ClusterNode];
  const load = stage.load('silent');
  await load.start();
  await sleep(CALM_MS);
  await killed.process.crash();
  await killed.process.restart();
  console.log(`writes again after ${JSON.stringify(await recovered(nodes, BACK_WITHIN_MS))} ms`);
  await sleep(CALM_MS);
  await load.stop();
  console.log(JSON.stringify(load.history.summary));
  expect(await stage.problems(load)).toEqual([]);
  expect(await stage.close()).toEqual({ codes: [0, 0, 0], faults: [] });
});
