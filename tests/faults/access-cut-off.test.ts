import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type ClusterNode, startCluster } from '../support/cluster/cluster.js';

/** How long a live connection may outlive the right to it, once the change can be known (docs/contract/access.md). */
const WITHIN_MS = 1000;

/** Longer than a transaction may stand idle; the long form is longer than an answer is waited for. */
const CUT_MS = Number(process.env.ROLLCALL_TEST_ROUNDS ?? 1) > 1 ? 35_000 : 8000;

it('closes connections as soon as the network is back, when rights were taken away while a process was cut off', async () => {
  const cluster = await startCluster({ names: ['cut', 'other'] });
  const [cut, other] = cluster.nodes as [ClusterNode, ClusterNode];
  await other.client.upsertUsers([{ id: 'deactivated' }, { id: 'stays' }]);
  const closed: Record<string, number> = {};
  for (const id of ['deactivated', 'stays']) {
    const socket = new WebSocket(`${cut.process.url.replace('http', 'ws')}/trpc?connectionParams=1`);
    await once(socket, 'open');
    const token = await other.client.createToken(id);
    socket.send(JSON.stringify({ method: 'connectionParams', data: { token } }));
    const params = { path: 'live.events', input: {} };
    socket.send(JSON.stringify({ id: 1, method: 'subscription', params }));
    await once(socket, 'message');
    socket.on('message', data => String(data) === 'PING' && socket.send('PONG'));
    socket.once('close', code => {
      closed[id] = code;
    });
  }
  cut.network.set('cut');
  await other.client.deactivateUser('deactivated');
  await sleep(CUT_MS);
  expect(closed).toEqual({});
  cut.network.set('pass');
  await sleep(WITHIN_MS);
  expect(closed).toEqual({ deactivated: 4403 });
  expect(await cluster.close()).toEqual([0, 0]);
});
