import { RollcallError } from '@rollcall/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, type ClusterNode, startCluster } from '../support/cluster/cluster.js';
import { isReady } from '../support/network/tcp-balancer.js';
import { until } from '../support/until.js';

const COMMIT = 'COMMIT\0';
const LOSSES = 10;

describe('a server whose PostgreSQL is away', () => {
  let cluster: Cluster;
  let node: ClusterNode;

  beforeAll(async () => {
    cluster = await startCluster({ names: ['alone'] });
    node = cluster.nodes[0] as ClusterNode;
  });

  afterAll(async () => {
    expect(await cluster.close()).toEqual([0]);
  });

  const refusal = (call: Promise<unknown>) =>
    call.then(
      () => undefined,
      (error: unknown) => error as RollcallError,
    );

  it('never says that nothing was changed when the answer to a commit was lost', async () => {
    const { client, network } = node;
    for (let count = 0; count < LOSSES; count++) {
      const id = `in-doubt-${count}`;
      // The name stands in the statement that writes the user, so it is the commit of that transaction.
      const lost = network.resetAfter(COMMIT, { after: id });
      const error = await refusal(client.upsertUser({ id }));
      await lost;
      expect(error).toBeInstanceOf(RollcallError);
      expect(error?.code).toBe('UNAVAILABLE');
      expect(error?.message).toContain('may or may not be there');
      const { users } = await client.queryUsers({ id });
      expect(users.map(user => user.id)).toEqual([id]);
    }
  });

  it('says that nothing was changed, and nothing is, when the connection is lost before', async () => {
    const { client, network } = node;
    for (let count = 0; count < LOSSES; count++) {
      const id = `before-${count}`;
      const lost = network.resetAfter('UPDATE event_stream', { after: id });
      const error = await refusal(client.upsertUser({ id }));
      await lost;
      expect(error?.code).toBe('UNAVAILABLE');
      expect(error?.message).toContain('nothing was changed');
      expect((await client.queryUsers({ id })).users).toEqual([]);
      await client.upsertUser({ id });
    }
  });

  it('answers a read whose connection is lost with UNAVAILABLE, and says nothing of changes', async () => {
    const { client, network } = node;
    await client.upsertUser({ id: 'read' });
    const lost = network.resetAfter(COMMIT, { after: 'include-me' });
    const error = await refusal(client.queryUsers({ id: { $in: ['read', 'include-me'] } }));
    await lost;
    expect(error?.message ?? '').not.toContain('may or may not be there');
  });

  it('is ready again by itself when it is back, although a write has failed and nobody writes since', async () => {
    const { client, network, process } = node;
    // The write has begun when it fails: one that cannot even begin says nothing about the next.
    const lost = network.resetAfter('UPDATE event_stream', { after: 'too-late' });
    expect((await refusal(client.upsertUser({ id: 'too-late' })))?.code).toBe('UNAVAILABLE');
    await lost;
    await cluster.postgres.crash();
    expect(await isReady(process.url)).toBe(false);
    await cluster.postgres.start();
    const startedAt = performance.now();
    await until('the server is ready', () => isReady(process.url), 10_000);
    console.log(`ready again after ${Math.round(performance.now() - startedAt)} ms`);
  });
});
