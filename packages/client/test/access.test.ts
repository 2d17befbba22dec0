import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Client, createClient } from '../src/index.js';
import { createServerClient, type ServerClient } from '../src/server.js';
import { BAN, BLOCK, DEVICE, SmallServer } from './small-server.js';
import { until } from './until.js';

const SECRET = 'k1:a-secret-of-more-than-thirty-two-bytes';

let server: SmallServer;
let client: Client;
let backEnd: ServerClient;

beforeEach(async () => {
  server = await SmallServer.start();
  client = createClient({ url: server.url });
  backEnd = createServerClient({ url: server.url, token: 'server-token' });
});

afterEach(async () => {
  await client.disconnectUser();
  await backEnd.disconnect();
  await server.stop();
});

type Step = [call: Promise<unknown>, path: string, input: unknown, answer: unknown];

/** Checks which procedure each call reaches, with which input, and what it returns. */
async function expectSteps(steps: Step[]): Promise<void> {
  const answers = await Promise.all(steps.map(([call]) => call));
  expect(answers).toEqual(steps.map(([, , , answer]) => answer));
  const wanted = steps.map(([, path, input]) => [path, input]);
  expect(server.calls).toHaveLength(wanted.length);
  expect(server.calls).toEqual(expect.arrayContaining(wanted));
}

const john = expect.objectContaining({ id: 'john' });
const jane = expect.objectContaining({ id: 'jane' });
const BEFORE = Date.UTC(2026, 0, 31);
const ban = { reason: 'rude', timeout: 5 };

function moderationOf(one: Client | ServerClient): Step[] {
  return [
    [one.banUser('john', ban), 'moderation.ban', { id: 'john', ...ban }, john],
    [one.unbanUser('john'), 'moderation.unban', { id: 'john' }, john],
    [one.shadowBan('john', ban), 'moderation.shadowBan', { id: 'john', ...ban }, john],
    [one.removeShadowBan('john'), 'moderation.removeShadowBan', { id: 'john' }, john],
    [one.queryBannedUsers(), 'moderation.queryBanned', {}, { bans: [BAN], next: 'more' }],
    [
      one.queryBannedUsers({ limit: 3 }),
      'moderation.queryBanned',
      { limit: 3 },
      { bans: [BAN], next: 'more' },
    ],
  ];
}

it('a back end bans, blocks and adds devices on behalf of others, and revokes tokens', async () => {
  const phone = { id: 'phone', push_provider: 'apn' } as const;
  const user_id = 'jane';
  await expectSteps([
    ...moderationOf(backEnd),
    [backEnd.blockUser('john', user_id), 'blocks.block', { id: 'john', user_id }, jane],
    [backEnd.unblockUser('john', user_id), 'blocks.unblock', { id: 'john', user_id }, jane],
    [backEnd.getBlockedUsers(user_id), 'blocks.list', { user_id }, [BLOCK]],
    [backEnd.addDevice(phone, user_id), 'devices.add', { ...phone, user_id }, [DEVICE]],
    [backEnd.getDevices(user_id), 'devices.list', { user_id }, [DEVICE]],
    [backEnd.removeDevice('phone', user_id), 'devices.remove', { id: 'phone', user_id }, []],
    [backEnd.revokeUserToken('jane', BEFORE), 'tokens.revoke', { ids: ['jane'], before: BEFORE }, undefined],
    [
      backEnd.revokeUsersToken(['jane', 'jim'], null),
      'tokens.revoke',
      { ids: ['jane', 'jim'], before: null },
      undefined,
    ],
    [backEnd.revokeTokens(BEFORE), 'tokens.revoke', { before: BEFORE }, undefined],
  ]);
});

it('a user bans, blocks and adds devices for itself', async () => {
  await client.connectUser({ id: 'jane' }, 'token');
  server.calls.splice(0);
  const phone = { id: 'phone', push_provider: 'apn' } as const;
  await expectSteps([
    ...moderationOf(client),
    [client.blockUser('john'), 'blocks.block', { id: 'john' }, jane],
    [client.unblockUser('john'), 'blocks.unblock', { id: 'john' }, jane],
    [client.getBlockedUsers(), 'blocks.list', {}, [BLOCK]],
    [client.addDevice(phone), 'devices.add', phone, [DEVICE]],
    [client.getDevices(), 'devices.list', {}, [DEVICE]],
    [client.removeDevice('phone'), 'devices.remove', { id: 'phone' }, []],
  ]);
});

describe('a guest', () => {
  it('needs no token, and then uses the one that it gets', async () => {
    const guest = await client.setGuestUser({ id: 'visitor', name: 'A visitor' });
    expect([guest.id, client.user?.id, client.connection.state.status]).toEqual([
      'visitor',
      'visitor',
      'connected',
    ]);
    expect(server.calls[0]).toEqual(['users.connectGuest', { user: { id: 'visitor', name: 'A visitor' } }]);
    await client.queryUsers();
    expect(server.tokens).toEqual(['undefined', 'token-of-visitor', 'Bearer token-of-visitor']);
  });

  it('needs no id either, and is one user until it is disconnected', async () => {
    expect((await client.setGuestUser()).id).toBe('guest-1');
    await expect(client.setGuestUser()).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await client.disconnectUser();
    await expect(client.queryUsers()).rejects.toMatchObject({ code: 'TOKEN_MISSING' });
  });

  it('is not connected after a refusal, and can try again', async () => {
    server.refused.set('undefined', 'NOT_ALLOWED');
    await expect(client.setGuestUser()).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    server.refused.clear();
    expect((await client.setGuestUser()).id).toBe('guest-1');
  });
});

describe('an anonymous client', () => {
  it('can call without being stored, and opens a connection only to watch', async () => {
    await client.connectAnonymousUser();
    await client.queryUsers();
    expect([server.tokens, client.user, client.connection.state.status]).toEqual([
      ['Bearer anonymous'],
      undefined,
      'disconnected',
    ]);
    const heard: string[] = [];
    client.on('user.updated', event => heard.push(event.user.id));
    await client.watchUsers(['john']);
    expect(server.subscriptions).toEqual([{ user_ids: ['john'] }]);
    server.update('john');
    await until('the event', () => heard.length === 1);
    await client.unwatchUsers(['john']);
    await until('the end of the connection', () => server.sockets.size === 0);
  });

  it('misses nothing between a query and its watch', async () => {
    await client.connectAnonymousUser();
    server.update('john');
    await client.queryUsers({}, [], { watch: true });
    expect(server.subscriptions).toEqual([{ user_ids: ['john'], lastEventId: 'log.1' }]);
  });

  it('can still call after the server has refused its watches', async () => {
    await client.connectAnonymousUser();
    server.refused.set('anonymous', 'NOT_ALLOWED');
    await expect(client.watchUsers(['john'])).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    server.refused.clear();
    expect((await client.queryUsers()).users).toHaveLength(1);
    await client.watchUsers(['jim']);
    expect(server.subscriptions).toEqual([{ user_ids: ['jim'] }]);
  });
});

describe('presence', () => {
  it('is reported for users that are watched with it: the present state first, then every change', async () => {
    server.setOnline('john', true);
    const heard: string[] = [];
    client.on('user.presence.changed', ({ user }) => heard.push(`${user.id} ${user.online}`));
    await client.connectUser({ id: 'jane' }, 'token');
    await client.queryUsers({}, [], { presence: true });
    expect(heard).toEqual(['john true']);
    await client.watchUsers(['jim'], { presence: true });
    await client.watchUsers(['joe']);
    expect(heard).toEqual(['john true', 'jim false']);
    expect(server.presence).toEqual([['john'], ['john', 'jim']]);
    server.cut();
    server.setOnline('john', false);
    await until('the change', () => heard.length === 3);
    expect([heard.at(-1), server.presence.at(-1)]).toEqual(['john false', ['john', 'jim']]);
    await client.unwatchUsers(['john', 'jim']);
    server.setOnline('jim', true);
    server.update('joe');
    expect(heard).toHaveLength(3);
  });

  it('is a stream on a back end, until it is told to stop', async () => {
    server.setOnline('john', true);
    const stop = new AbortController();
    const stream = backEnd.watchPresence(['john', 'jim'], { signal: stop.signal });
    await stream.ready;
    server.setOnline('jim', true);
    const heard: string[] = [];
    for await (const { user } of stream) {
      heard.push(`${user.id} ${user.online}`);
      if (heard.length === 3) stop.abort();
    }
    expect(heard).toEqual(['john true', 'jim false', 'jim true']);
    expect(() => backEnd.watchPresence(['no id!'])).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID' }),
    );
  });
});

it('a back end with the secret continues after all tokens were revoked; one with a token does not', async () => {
  const signing = createServerClient({ url: server.url, secret: SECRET });
  await signing.queryUsers();
  server.refused.set(server.tokens[0]?.replace('Bearer ', '') ?? '', 'TOKEN_REVOKED');
  expect((await signing.queryUsers()).users).toHaveLength(1);
  expect(server.tokens).toHaveLength(3);
  server.refused.set('server-token', 'TOKEN_REVOKED');
  await expect(backEnd.queryUsers()).rejects.toMatchObject({ code: 'TOKEN_REVOKED' });
});
