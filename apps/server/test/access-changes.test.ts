import type { AppSettingsUpdate, TokenClaims } from '@rollcall/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, tokenOf } from './test-server.js';
import { connect, type TestSocket, watchEvents } from './test-socket.js';

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer();
  await server.mutate('users.upsert', {
    users: [{ id: 'ann' }, { id: 'ben' }, { id: 'lea', role: 'guest' }],
  });
});
afterEach(() => server.close());

/** A connection that is subscribed to events. */
async function subscribed(claims: TokenClaims | 'anonymous'): Promise<TestSocket> {
  const token = claims === 'anonymous' ? claims : await tokenOf({ iat: secondsAgo(60), ...claims });
  const client = await connect(server.url, { token });
  client.send(watchEvents(1));
  expect(await client.next()).toEqual({ id: 1, result: { type: 'started' } });
  await client.next();
  return client;
}

const secondsAgo = (seconds: number) => Math.floor(Date.now() / 1000) - seconds;

const update = (settings: AppSettingsUpdate) => server.mutate('settings.update', settings);

/** Expects the connection to end with a code within a second from now. */
async function endsWith(client: TestSocket, code: number, reason?: string): Promise<void> {
  const startedAt = Date.now();
  const closed = await client.closed;
  expect(closed.code).toBe(code);
  if (reason !== undefined) expect(closed.reason).toBe(reason);
  expect(closed.at - startedAt).toBeLessThan(1000);
}

/** Expects the connection to go on answering. */
async function lives(client: TestSocket): Promise<void> {
  client.send({ id: 99, method: 'query', params: { path: 'users.query', input: {} } });
  for (;;) if ((await client.next()).id === 99) return;
}

describe('a revocation', () => {
  it('of the tokens of a user ends its connections with 4403, and not those with fresh tokens or of others', async () => {
    const [ann, ben, fresh] = [
      await subscribed({ user_id: 'ann' }),
      await subscribed({ user_id: 'ben' }),
      await subscribed({ user_id: 'ann', iat: secondsAgo(0) }),
    ];
    await server.mutate('tokens.revoke', { ids: ['ann'], before: Date.now() - 30_000 });
    await endsWith(ann, 4403, 'TOKEN_REVOKED');
    await lives(ben);
    await lives(fresh);
    const again = await connect(server.url, { token: await tokenOf({ user_id: 'ann' }) });
    await endsWith(again, 4403, 'TOKEN_REVOKED');
  });

  it('of the tokens of the app ends those of servers, too; without a user nobody has a token to revoke', async () => {
    await update({ grants: { anonymous: ['read-users', 'query-users'] } });
    const back = await subscribed({ server: true });
    const ann = await subscribed({ user_id: 'ann' });
    const nobody = await subscribed('anonymous');
    await revokeAll();
    await Promise.all([endsWith(back, 4403, 'TOKEN_REVOKED'), endsWith(ann, 4403, 'TOKEN_REVOKED')]);
    await lives(nobody);
    const fresh = await subscribed({ server: true, iat: secondsAgo(0) });
    await lives(fresh);
  });
});

describe('a change of what a user may do', () => {
  it.each([
    ['its role', { role: 'admin' }],
    ['its teams', { teams: ['red'] }],
    ['its role within a team', { teams_role: { red: 'admin' } }],
  ])('asks its connections to come back with 4409: %s', async (_, fields) => {
    const ann = await subscribed({ user_id: 'ann' });
    const ben = await subscribed({ user_id: 'ben' });
    await server.mutate('users.upsert', { users: [{ id: 'ann', ...fields }] });
    await endsWith(ann, 4409);
    await lives(ben);
    await lives(await subscribed({ user_id: 'ann' }));
  });

  it('by the grants of a role asks those who have it, and nobody else', async () => {
    const [ann, lea, back] = [
      await subscribed({ user_id: 'ann' }),
      await subscribed({ user_id: 'lea' }),
      await subscribed({ server: true }),
    ];
    await update({ grants: { guest: ['read-users', 'query-users'] } });
    await endsWith(lea, 4409);
    await update({ grants: { moderator: ['read-users'] }, max_custom_bytes: 2048 });
    await lives(ann);
    await lives(back);
  });

  it('by multi-tenancy asks every user, and no server', async () => {
    const ann = await subscribed({ user_id: 'ann' });
    const back = await subscribed({ server: true });
    await update({ multi_tenant_enabled: true });
    await endsWith(ann, 4409);
    await lives(back);
  });

  it('by what is private of custom data asks every user, and no server', async () => {
    const ann = await subscribed({ user_id: 'ann' });
    const back = await subscribed({ server: true });
    await update({ private_custom_fields: ['email'] });
    await endsWith(ann, 4409);
    const again = await subscribed({ user_id: 'ann' });
    await update({ private_custom_fields: [] });
    await endsWith(again, 4409);
    await lives(back);
  });

  it('does not end the connection of a user who is banned', async () => {
    const ann = await subscribed({ user_id: 'ann' });
    await server.mutate('users.partialUpdate', { users: [{ id: 'ann', set: { banned: true, name: 'x' } }] });
    await lives(ann);
    const input = { users: [{ id: 'ann', set: { name: 'y' } }] };
    ann.send({ id: 5, method: 'mutation', params: { path: 'users.partialUpdate', input } });
    for (;;) {
      const answer = await ann.next();
      if (answer.id !== 5) continue;
      expect(answer).toMatchObject({ error: { data: { code: 'USER_BANNED' } } });
      return;
    }
  });
});

describe('somebody anonymous', () => {
  it('stays connected only as long as the role reads users', async () => {
    await endsWith(await connect(server.url, { token: 'anonymous' }), 4403, 'NOT_ALLOWED');
    await update({ grants: { anonymous: ['read-users', 'query-users'] } });
    const nobody = await subscribed('anonymous');
    await update({ grants: { anonymous: ['read-users'] } });
    await endsWith(nobody, 4409);
    const again = await subscribed('anonymous');
    await update({ grants: { anonymous: [] } });
    await endsWith(again, 4403, 'NOT_ALLOWED');
  });

  it('is no user, and nobody finds one of that name', async () => {
    const answer = await fetch(`${server.url}/trpc/users.query?input=%7B%7D`, {
      headers: { authorization: 'Bearer anonymous' },
    });
    expect(answer.status).toBe(403);
  });
});

describe('a guest', () => {
  const guest = (user: object) =>
    fetch(`${server.url}/trpc/users.connectGuest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user }),
    });

  it('comes in without a token, and connects with the one that it is given', async () => {
    const { result } = (await (await guest({ name: 'Gill' })).json()) as {
      result: { data: { token: string; user: { id: string } } };
    };
    const client = await connect(server.url, { token: result.data.token });
    client.send(watchEvents(1));
    expect(await client.next()).toEqual({ id: 1, result: { type: 'started' } });
    const [, claims = ''] = result.data.token.split('.');
    const { user_id, exp, iat } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    expect(user_id).toBe(result.data.user.id);
    expect(exp - iat).toBeGreaterThan(24 * 3600 - 2);
    client.socket.close();
  });

  it('does not come in where the app takes none', async () => {
    await update({ guests_enabled: false });
    expect((await guest({})).status).toBe(403);
  });

  it('does not come in on a production server that was not told to take guests', async () => {
    const production = await startTestServer({ NODE_ENV: 'production' });
    try {
      const answer = await fetch(`${production.url}/trpc/users.connectGuest`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"user":{}}',
      });
      expect(answer.status).toBe(403);
    } finally {
      await production.close();
    }
  });
});

/** The server token that revokes is fresh, or it could not say so any more. */
async function revokeAll(): Promise<void> {
  await fetch(`${server.url}/trpc/tokens.revoke`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await tokenOf({ server: true })}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ before: Date.now() - 30_000 }),
  });
}
