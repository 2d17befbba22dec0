/** A server token that may only read, over each kind of connection. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, tokenOf } from './test-server.js';
import { connect, watchEvents } from './test-socket.js';

let server: TestServer;
let reader: string;
beforeAll(async () => {
  server = await startTestServer();
  reader = await tokenOf({ server: true, read_only: true });
  await server.mutate('users.upsert', { users: [{ id: 'jane' }] });
});
afterAll(() => server.close());

const ban = { id: 'jane' };

/** Who is banned, as a token that may do everything sees it. */
async function banned(): Promise<unknown> {
  return ((await server.mutate('users.query', { filter: { banned: true } })) as { users: unknown[] }).users;
}

describe('a server token that may only read', () => {
  it('reads over HTTP, and is refused every change, alone and in a batch', async () => {
    const headers = { authorization: `Bearer ${reader}`, 'content-type': 'application/json' };
    const read = await fetch(`${server.url}/trpc/roles.list`, { headers });
    expect(read.status).toBe(200);
    const post = (target: string, body: unknown) =>
      fetch(`${server.url}/trpc/${target}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const alone = await post('moderation.ban', ban);
    expect([alone.status, await alone.json()]).toEqual([
      403,
      { error: expect.objectContaining({ data: expect.objectContaining({ code: 'NOT_ALLOWED' }) }) },
    ]);
    const batch = await post('moderation.ban,users.connectGuest?batch=1', {
      0: ban,
      1: { user: { id: 'guest' } },
    });
    expect(batch.status).toBe(403);
    const codes = (await batch.json()) as { error?: { data: { code: string } } }[];
    expect(codes.map(({ error }) => error?.data.code)).toEqual(['NOT_ALLOWED', 'NOT_ALLOWED']);
    expect(await banned()).toEqual([]);
  });

  it('listens and reads over a WebSocket, and is refused every change there', async () => {
    const client = await connect(server.url, { token: reader });
    client.send(watchEvents(1));
    expect(await client.next()).toEqual({ id: 1, result: { type: 'started' } });
    expect(await client.next()).toMatchObject({ id: 1, result: { type: 'data' } });
    client.send({ id: 2, method: 'mutation', params: { path: 'moderation.ban', input: ban } });
    expect(await client.next()).toMatchObject({ id: 2, error: { data: { code: 'NOT_ALLOWED' } } });
    client.send({ id: 3, method: 'query', params: { path: 'roles.list' } });
    expect(await client.next()).toMatchObject({ id: 3, result: { data: { roles: expect.any(Array) } } });
    // Its listener hears what others change, like every back end.
    await server.mutate('moderation.ban', ban);
    expect(JSON.stringify(await client.next())).toContain('user.banned');
    client.socket.close();
    await server.mutate('moderation.unban', ban);
  });

  it('ends, and is revoked with the others, like any other', async () => {
    const own = await startTestServer();
    const codeOf = async (token: string) => {
      const answer = await fetch(`${own.url}/trpc/roles.list`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return ((await answer.json()) as { error?: { data: { code: string } } }).error?.data.code;
    };
    const nowS = Math.floor(Date.now() / 1000);
    const claims = { server: true, read_only: true, iat: nowS - 300 } as const;
    expect(await codeOf(await tokenOf({ ...claims, exp: nowS - 120 }))).toBe('TOKEN_EXPIRED');
    const good = await tokenOf({ ...claims, exp: nowS + 120 });
    expect(await codeOf(good)).toBeUndefined();
    await own.mutate('tokens.revoke', { before: Date.now() - 60_000 });
    expect(await codeOf(good)).toBe('TOKEN_REVOKED');
    await own.close();
  });
});
