import type { Directory, Principal } from '@rollcall/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestApi, refusal, type TestApi } from '../test/support/test-api.js';
import { appRouter } from './app-router.js';

const SERVER = { type: 'server' } as const;

let test: TestApi;
let directory: Directory;
const as = (caller: string | Principal) => test.as(caller);

beforeEach(async () => {
  test = await openTestApi({ guestsByDefault: true });
  directory = test.directory;
  await directory.users.upsert(SERVER, [
    { id: 'ann', name: 'Ann', teams: ['red'] },
    { id: 'ben', name: 'Ben', teams: ['red'] },
    { id: 'cat', name: 'Cat', teams: ['blue'] },
    { id: 'dan', name: 'Dan' },
  ]);
});

afterEach(() => test.close());

const server = () => as({ kind: 'server', issuedAt: Date.now() });
const anonymous = () => as({ kind: 'anonymous' });

describe('a caller that the judge refuses', () => {
  it.each([
    ['who was never created', 'ghost', 'USER_NOT_FOUND'],
    ['who is deactivated', 'ben', 'USER_DEACTIVATED'],
    ['who is deleted', 'cat', 'USER_DELETED'],
  ])('is a user %s, at the next call', async (_, id, code) => {
    await directory.users.deactivate(SERVER, 'ben');
    await directory.lifeCycle.deleteUsers(SERVER, { ids: ['cat'], user: 'soft' });
    expect(await refusal(as(id).users.query({}))).toMatchObject({ code });
    expect(await refusal(as(id).chat.queryChannels({}))).toMatchObject({ code });
  });

  it('is one whose token has expired since its connection was opened', async () => {
    for (const principal of [{ kind: 'server' } as const, { kind: 'user', userId: 'ann' } as const]) {
      const late = as({ ...principal, expiresAt: Date.now() - 1 });
      expect(await refusal(late.users.query({}))).toMatchObject({ code: 'TOKEN_EXPIRED' });
      await as({ ...principal, expiresAt: Date.now() + 60_000 }).users.query({});
    }
  });
});

describe('revoked tokens', () => {
  it('of a user are refused at the next call, on whatever it is', async () => {
    const early = as({ kind: 'user', userId: 'ann', issuedAt: 1000 });
    await early.users.query({});
    await server().tokens.revoke({ ids: ['ann'], before: '2000-01-01T00:00:00Z' });
    expect(await refusal(early.users.query({}))).toMatchObject({ code: 'TOKEN_REVOKED' });
    expect(await refusal(early.users.connect({ user: { id: 'ann' } }))).toMatchObject({
      code: 'TOKEN_REVOKED',
    });
    await as({ kind: 'user', userId: 'ann', issuedAt: Date.now() }).users.query({});
    await server().tokens.revoke({ ids: ['ann'], before: null });
    await early.users.query({});
  });

  it('of the whole app are those of servers, too, but for fresh ones', async () => {
    await server().tokens.revoke({ before: Date.now() - 1 });
    const late = { issuedAt: 1000 };
    expect(await refusal(as({ kind: 'server', ...late }).settings.get())).toMatchObject({
      code: 'TOKEN_REVOKED',
    });
    expect(await refusal(as({ kind: 'server' }).users.query({}))).toMatchObject({ code: 'TOKEN_REVOKED' });
    expect(await refusal(as({ kind: 'user', userId: 'ghost', ...late }).users.query({}))).toMatchObject({
      code: 'TOKEN_REVOKED',
    });
    expect((await server().settings.get()).revoke_tokens_issued_before).toBeTypeOf('number');
  });

  it('are for servers to name', async () => {
    await directory.users.upsert(SERVER, [{ id: 'root', role: 'admin' }]);
    for (const caller of [as('root'), anonymous()]) {
      expect(await refusal(caller.tokens.revoke({ before: null }))).toMatchObject({ code: 'NOT_ALLOWED' });
    }
  });
});

describe('somebody anonymous', () => {
  it('may do nothing by default, and reads what its grants say', async () => {
    expect(await refusal(anonymous().users.query({}))).toMatchObject({ code: 'NOT_ALLOWED' });
    await directory.settings.update(SERVER, {
      grants: {
        anonymous: ['read-users', 'query-users', 'read-activities', 'send-message', 'update-any-user'],
      },
    });
    const { users } = await anonymous().users.query({ filter: { name: 'Ann' } });
    expect(users).toMatchObject([{ id: 'ann' }]);
    expect(users[0]).not.toHaveProperty('devices');
    expect((await anonymous().feeds.queryActivities({})).activities).toEqual([]);
  });

  it('has no user to write or to have content as, whatever its grants say', async () => {
    const grants = ['send-message', 'create-channel', 'update-own-user', 'update-any-user'] as const;
    await directory.settings.update(SERVER, { grants: { anonymous: [...grants] } });
    const calls = [
      () => anonymous().users.partialUpdate({ users: [{ id: 'ann', set: { name: 'x' } }] }),
      () => anonymous().users.connect({ user: { id: 'ann' } }),
      () => anonymous().chat.createChannel({ type: 'team', id: 'one' }),
      () => anonymous().chat.createChannel({ type: 'team', id: 'one', user_id: 'ann' }),
      () => anonymous().chat.queryChannels({}),
      () => anonymous().video.queryCalls({}),
    ];
    for (const call of calls) expect(await refusal(call())).toMatchObject({ code: 'NOT_ALLOWED' });
  });
});

describe('a guest', () => {
  it('is answered with itself and a token, and needs none before', async () => {
    const context = {
      ...test.contextOf({ kind: 'anonymous' }),
      authentication: { error: new Error('no token') as never },
    };
    const answer = await appRouter.createCaller(context).users.connectGuest({ user: { name: 'Gill' } });
    expect(answer).toMatchObject({
      user: { name: 'Gill', role: 'guest', devices: [] },
      token: `token of ${answer.user.id}`,
      position: expect.stringMatching(/\.\d+$/),
    });
    await as(answer.user.id).users.query({});
  });
});

describe('the role within a team', () => {
  it('counts for the users and the content of that team, and for nothing else', async () => {
    await directory.roles.create(SERVER, 'lead');
    await directory.settings.update(SERVER, {
      grants: { lead: ['update-any-user', 'create-channel'], user: ['read-users'] },
    });
    await directory.users.upsert(SERVER, [{ id: 'ann', teams: ['red'], teams_role: { red: 'lead' } }]);
    const rename = (id: string) => as('ann').users.partialUpdate({ users: [{ id, set: { name: 'x' } }] });
    expect((await rename('ben')).users.ben?.name).toBe('x');
    for (const id of ['cat', 'dan', 'nobody', 'ann']) {
      expect(await refusal(rename(id)), id).toMatchObject({ code: 'NOT_ALLOWED' });
    }
    await as('ann').chat.createChannel({ type: 'team', id: 'one', team: 'red' });
    expect(await refusal(as('ann').chat.createChannel({ type: 'team', id: 'two' }))).toMatchObject({
      code: 'NOT_ALLOWED',
    });
  });
});

describe('a banned user', () => {
  it('reads and stays connected, and changes neither itself nor others', async () => {
    await directory.users.upsert(SERVER, [{ id: 'ann', name: 'Ann', banned: true, role: 'admin' }]);
    await as('ann').users.query({});
    await as('ann').users.connect({ user: { id: 'ann', name: 'Ann' } });
    for (const call of [
      () => as('ann').users.partialUpdate({ users: [{ id: 'ann', set: { name: 'x' } }] }),
      () => as('ann').users.partialUpdate({ users: [{ id: 'ben', set: { name: 'x' } }] }),
      () => as('ann').users.connect({ user: { id: 'ann', name: 'x' } }),
    ]) {
      expect(await refusal(call())).toMatchObject({ code: 'USER_BANNED' });
    }
  });
});

describe('with several tenants', () => {
  beforeEach(async () => {
    await directory.settings.update(SERVER, { multi_tenant_enabled: true });
  });

  it('a user finds those who share a team, a server everybody', async () => {
    const found = async (caller: ReturnType<typeof as>) =>
      (await caller.users.query({ sort: [{ field: 'id', direction: 1 }] })).users.map(user => user.id);
    expect(await found(as('ann'))).toEqual(['ann', 'ben']);
    expect(await found(as('cat'))).toEqual(['cat']);
    expect(await found(as('dan'))).toEqual(['dan']);
    expect(await found(server())).toEqual(['ann', 'ben', 'cat', 'dan']);
  });

  it('a channel that a back end made across tenants tells the id of a stranger and nothing else', async () => {
    await server().chat.createChannel({ type: 'team', id: 'one', user_id: 'ann', members: ['ben', 'cat'] });
    await as('cat').chat.sendMessage({ cid: 'team:one', text: 'hello' });
    const { messages } = await as('ann').chat.queryMessages({ cid: 'team:one' });
    expect(messages[0]?.user).toEqual({
      id: 'cat',
      role: 'user',
      teams: [],
      custom: {},
      banned: false,
      online: false,
      created_at: 0,
      updated_at: 0,
      revision: 0,
    });
    const { channel } = await as('ann').chat.getChannel({ cid: 'team:one' });
    expect(channel.members.map(({ user }) => user.name)).toEqual(['Ann', 'Ben', undefined]);
  });
});
