import { durationMs } from '@rollcall/testing';
import { expect, it } from 'vitest';
import { type ClusterNode, startCluster } from '../support/cluster/cluster.js';
import { until } from '../support/until.js';

/** As many as a process has connections to PostgreSQL, each with a transaction of its own. */
const WRITES = 10;

/** PostgreSQL ends a transaction that stands idle after 5 s: there is one such time, not one for each of the writes. */
const OTHERS_WRITE_WITHIN_MS = 9000;

it('does not wait for the writes of a process that is cut off one after the other', async () => {
  const cluster = await startCluster({ names: ['cut', 'other'] });
  const { postgres, nodes } = cluster;
  const [cut, other] = nodes as [ClusterNode, ClusterNode];
  const writeMs = await durationMs(() => other.client.upsertUser({ id: 'early' }));
  // Somebody holds the counter of the log until all these writes wait for it, in PostgreSQL.
  const held = postgres.query('UPDATE event_stream SET last_seq = last_seq; SELECT pg_sleep(4)');
  const lost = Array.from({ length: WRITES }, (_, number) =>
    cut.client.createRole(`lost-${number}`).catch(() => undefined),
  );
  const waiting = `SELECT pid FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND query LIKE '%UPDATE event_stream%'`;
  await until('all wait', async () => (await postgres.query(waiting)).length === WRITES, 4000);
  cut.network.set('cut');
  await held;
  const startedAt = performance.now();
  await other.client.upsertUser({ id: 'jane' });
  const tookMs = Math.round(performance.now() - startedAt);
  console.log(`another process wrote after ${tookMs} ms`);
  cut.network.set('pass');
  await Promise.all(lost);
  expect(await cluster.close()).toEqual([0, 0]);
  expect(tookMs).toBeLessThan(OTHERS_WRITE_WITHIN_MS + 20 * writeMs);
});
