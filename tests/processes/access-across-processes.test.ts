import { once } from 'node:events';
import { createServerClient } from '@rollcall/client/server';
import { startPostgres } from '@rollcall/testing';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { SECRET, startServerProcess } from '../support/processes/server-process.js';

/** How long a live connection may outlive what it depends on (docs/contract/access.md). */
const WITHIN_MS = 1000;

/** The connection of a user that has signed in and watches events. */
async function connected(url: string, token: string): Promise<{ closed: Promise<number> }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/trpc?connectionParams=1`);
  const closed = once(socket, 'close').then(([code]) => code as number);
  await once(socket, 'open');
  socket.send(JSON.stringify({ method: 'connectionParams', data: { token } }));
  socket.send(JSON.stringify({ id: 1, method: 'subscription', params: { path: 'live.events', input: {} } }));
  await once(socket, 'message');
  return { closed };
}

it('closes the connections that a change concerns within a second, also those to another process', async () => {
  const postgres = await startPostgres();
  const here = await startServerProcess({ databaseUrl: postgres.url });
  const there = await startServerProcess({ databaseUrl: postgres.url });
  const server = createServerClient({ url: here.url, secret: SECRET });
  const changes: [string, number, (id: string) => Promise<unknown>][] = [
    ['revoked', 4403, id => server.api.tokens.revoke.mutate({ ids: [id], before: Date.now() - 1 })],
    ['deactivated', 4403, id => server.deactivateUser(id)],
    ['deleted', 4403, id => server.deleteUsers([id], { user: 'soft' })],
    ['promoted', 4409, id => server.partialUpdateUser({ id, set: { role: 'admin' } })],
    ['moved', 4409, id => server.partialUpdateUser({ id, set: { teams: ['red'] } })],
    ['tenants', 4409, () => server.updateAppSettings({ multi_tenant_enabled: true })],
    ['app', 4403, () => server.api.tokens.revoke.mutate({ before: Date.now() - 1 })],
  ];
  await server.upsertUsers(changes.map(([id]) => ({ id })));
  const took: Record<string, number> = {};
  for (const [id, code, change] of changes) {
    const iat = Math.floor(Date.now() / 1000) - 60;
    const { closed } = await connected(there.url, await server.createToken(id, { iat }));
    await change(id);
    const startedAt = performance.now();
    expect(await closed, id).toBe(code);
    took[id] = Math.round(performance.now() - startedAt);
    expect(took[id], id).toBeLessThan(WITHIN_MS);
  }
  console.log('closed after milliseconds:', JSON.stringify(took));
  await server.disconnect();
  for (const process of [here, there]) await process.stop();
  await postgres.stop();
});
