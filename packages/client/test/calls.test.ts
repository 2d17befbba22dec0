import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient } from '../src/index.js';
import { createServerClient, RollcallError, type ServerClient } from '../src/server.js';
import { SmallServer } from './small-server.js';

const SECRET = 'k1:a-secret-of-more-than-thirty-two-bytes';

describe('the calls of a client', () => {
  let server: SmallServer;
  let client: ServerClient;

  beforeEach(async () => {
    server = await SmallServer.start();
    client = createServerClient({ url: server.url, token: 'token' });
  });

  afterEach(async () => {
    await client.disconnect();
    await server.stop();
  });

  it('share a request when they are queries of the same moment', async () => {
    await Promise.all([client.queryUsers(), client.queryUsers(), client.queryUsers()]);
    expect(server.requests).toEqual(['POST /trpc/users.query,users.query,users.query?batch=1']);
  });

  it('go alone when they are mutations, or queries with a long filter', async () => {
    const update = { id: 'jane', set: { name: 'Jane' } };
    const long = {
      id: { $in: Array.from({ length: 1000 }, (_, index) => `user-${index}`.padEnd(100, 'x')) },
    };
    await Promise.all([
      client.partialUpdateUser(update),
      client.partialUpdateUser(update),
      client.queryUsers(long),
      client.queryUsers(long),
    ]);
    expect(server.requests.sort()).toEqual([
      'POST /trpc/users.partialUpdate',
      'POST /trpc/users.partialUpdate',
      'POST /trpc/users.query',
      'POST /trpc/users.query',
    ]);
  });

  it('never batch more than the server takes', async () => {
    await Promise.all(Array.from({ length: 45 }, () => client.queryUsers()));
    expect(server.requests.map(request => request.split('users.query').length - 1)).toEqual([20, 20, 5]);
  });

  it('are not sent with a filter in which an operand is undefined, since JSON would leave it out', async () => {
    const filter = { $or: [{ role: undefined }] };
    const refused = { code: 'INPUT_INVALID', field: '$or.0.role' };
    await expect(client.queryUsers(filter)).rejects.toMatchObject(refused);
    await expect(client.queryUsersAll(filter).next()).rejects.toMatchObject(refused);
    await expect(client.countUsers(filter)).rejects.toMatchObject(refused);
    const within = client.syncUsers([{ id: 'jane' }], { missing: 'deactivate', within: filter });
    await expect(within).rejects.toMatchObject(refused);
    expect(server.requests).toEqual([]);
  });

  describe('are not sent with what JSON cannot say or would leave out:', () => {
    const circle: { again?: object } = {};
    circle.again = circle;
    const cases: [what: string, field: string, value: unknown][] = [
      ['a BigInt', 'age', 10n],
      ['a circle', 'age.again', circle],
      ['undefined', 'age', undefined],
      ['a Date that is no time', 'age', new Date(Number.NaN)],
    ];

    it.each(cases)('%s', async (_, field, value) => {
      const set = { age: value } as { age: string };
      const refused = (at: string) => ({ code: 'INPUT_INVALID', field: at });
      await expect(client.queryUsers(set)).rejects.toMatchObject(refused(field));
      const update = { id: 'jane', set };
      await expect(client.partialUpdateUser(update)).rejects.toMatchObject(refused(`set.${field}`));
      await expect(client.partialUpdateUsers([update])).rejects.toMatchObject(refused(`set.${field}`));
      await expect(client.upsertUser({ id: 'jane', ...set })).rejects.toMatchObject(refused(field));
      expect(server.requests).toEqual([]);
    });
  });

  it('send a Date as the ISO text of its time, in a change, in a user and in a filter', async () => {
    const when = new Date('2026-01-31T12:00:00Z');
    const data = { since: when } as unknown as { since: string };
    await client.partialUpdateUser({ id: 'jane', set: data });
    await client.queryUsers({ since: { $gte: when as unknown as string } });
    await client.upsertUser({ id: 'jane', ...data });
    expect(server.calls.map(([, input]) => JSON.stringify(input))).toEqual([
      expect.stringContaining('"set":{"since":"2026-01-31T12:00:00.000Z"}'),
      expect.stringContaining('"since":{"$gte":"2026-01-31T12:00:00.000Z"}'),
      expect.stringContaining('{"id":"jane","since":"2026-01-31T12:00:00.000Z"}'),
    ]);
  });

  it('fail as RollcallError, whether the server refused them or did not answer', async () => {
    server.refused.set('token', 'NOT_ALLOWED');
    const refused = await client.queryUsers().catch(error => error);
    expect(refused).toBeInstanceOf(RollcallError);
    expect(refused).toMatchObject({ code: 'NOT_ALLOWED', message: 'refused: NOT_ALLOWED' });
    await server.stop();
    await expect(client.queryUsers()).rejects.toMatchObject({ name: 'RollcallError', code: 'UNAVAILABLE' });
    await server.stop().catch(() => undefined);
  });

  it('are signed with the secret if there is one', async () => {
    const signing = createServerClient({ url: server.url, secret: SECRET });
    await signing.queryUsers();
    expect(server.tokens[0]).toMatch(/^Bearer ey[\w-]+\.ey[\w-]+\.[\w-]+$/);
    await expect(client.createToken('jane')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    expect(await signing.createToken('jane')).toMatch(/^ey/);
  });
});

describe('a token that has expired', () => {
  let server: SmallServer;

  beforeEach(async () => {
    server = await SmallServer.start();
  });

  afterEach(() => server.stop());

  it('is replaced, and the calls that met it are repeated, once', async () => {
    let fetched = 0;
    const provider = vi.fn(() => `token-${++fetched}`);
    server.refused.set('token-1', 'TOKEN_EXPIRED');
    const client = createClient({ url: server.url });
    await client.connectUser({ id: 'jane' }, provider);
    expect(provider).toHaveBeenCalledTimes(2);
    server.refused.set('token-2', 'TOKEN_EXPIRED');
    await Promise.all([client.queryUsers(), client.partialUpdateUser({ id: 'jane' }), client.queryUsers()]);
    expect(provider).toHaveBeenCalledTimes(3);
    server.refused.set('token-3', 'TOKEN_EXPIRED');
    server.refused.set('token-4', 'TOKEN_EXPIRED');
    await expect(client.queryUsers()).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
    expect(provider).toHaveBeenCalledTimes(4);
    await client.disconnectUser();
  });

  it('ends the calls if it is the only one', async () => {
    const client = createServerClient({ url: server.url, token: 'only' });
    server.refused.set('only', 'TOKEN_EXPIRED');
    await expect(client.queryUsers()).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
    expect(server.requests).toHaveLength(1);
  });
});

it('a server client takes a secret or a token, and not both', () => {
  const url = 'http://localhost:4600';
  const make = (options: object) => () =>
    createServerClient({ url, ...options } as { url: string; token: string });
  const refused = expect.objectContaining({ code: 'INPUT_INVALID', field: 'secret' });
  expect(make({})).toThrow(refused);
  expect(make({ secret: SECRET, token: 'token' })).toThrow(refused);
  expect(make({ secret: 'too short' })).toThrow(refused);
});
