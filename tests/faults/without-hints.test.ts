import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startClusterStage } from '../support/cluster/cluster-stage.js';
import { seededRandom } from '../support/seeded-random.js';

const LOAD_MS = 5000;

it('nothing is lost and nothing doubled where processes hear nothing of each other', async () => {
  const stage = await startClusterStage(seededRandom('without-hints'), { ROLLCALL_HINTS: 'off' });
  const load = stage.load('silent');
  await load.start();
  await sleep(LOAD_MS);
  await load.stop();
  console.log(JSON.stringify(load.history.summary));
  expect(await stage.problems(load)).toEqual([]);
  expect(await stage.close()).toEqual({ codes: [0, 0, 0], faults: [] });
});
