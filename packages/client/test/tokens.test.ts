import { CLOSE_CODES } from '@rollcall/protocol';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Client, createClient } from '../src/index.js';
import { SmallServer } from './small-server.js';
import { until } from './until.js';

let server: SmallServer;
let client: Client;

beforeEach(async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  server = await SmallServer.start();
  client = createClient({ url: server.url });
});

afterEach(async () => {
  await client.disconnectUser();
  await server.stop();
  vi.restoreAllMocks();
});

/** A token as a server signs it, as far as a client can read it. */
function tokenWith(claims: object): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;
}

const ANNS = tokenWith({ user_id: 'ann', iat: 1 });
const FOREIGN = [
  ['another user', tokenWith({ user_id: 'bob' })],
  ['a server', tokenWith({ server: true })],
  ['nobody', 'anonymous'],
] as const;

it.each(FOREIGN)('the token of %s is refused before anything is sent', async (_, token) => {
  const refused = { code: 'TOKEN_INVALID', field: 'token', message: expect.stringContaining('"ann"') };
  await expect(client.connectUser({ id: 'ann' }, token)).rejects.toMatchObject(refused);
  await expect(client.connectUser({ id: 'ann' }, async () => token)).rejects.toMatchObject(refused);
  expect(server.requests).toEqual([]);
});

it.each(FOREIGN)(
  'a provider that returns the token of %s at a refresh ends the session',
  async (_, token) => {
    const tokens = [ANNS, token];
    await client.connectUser({ id: 'ann' }, () => tokens.shift()!);
    const stream = client.watchEvents();
    await stream.ready;
    server.refused.set(ANNS, 'TOKEN_EXPIRED');
    await expect(client.queryUsers()).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    await expect(stream.next()).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    expect(client.connection.state).toMatchObject({
      status: 'disconnected',
      error: { code: 'TOKEN_INVALID' },
    });
    expect(client.user).toBeUndefined();
    await expect(client.partialUpdateUser({ id: 'ann' })).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    expect(server.tokens.filter(one => one.includes(token))).toEqual([]);
  },
);

it('so does one that returns it when the live connection comes back', async () => {
  const bobs = tokenWith({ user_id: 'bob' });
  const tokens = [ANNS, bobs];
  await client.connectUser({ id: 'ann' }, () => tokens.shift()!);
  server.closeSockets(CLOSE_CODES.tokenExpired, 'TOKEN_EXPIRED');
  await until('the end', () => client.connection.state.status === 'disconnected');
  expect(client.connection.state.error).toMatchObject({ code: 'TOKEN_INVALID' });
  expect(server.tokens.filter(one => one.includes(bobs))).toEqual([]);
});

it('a provider that returns no token says what it returned, and never the token', async () => {
  const from = (token: unknown) =>
    client.connectUser({ id: 'ann' }, () => token as string).catch(error => [error.code, error.message]);
  expect(await from(undefined)).toEqual([
    'TOKEN_MISSING',
    'the token provider must return a token: it returned undefined, which is no token; a token is a text that is not empty',
  ]);
  expect(await from({ token: ANNS })).toEqual([
    'TOKEN_MISSING',
    expect.stringContaining('returned an object'),
  ]);
  for (const token of [`Bearer ${ANNS}`, `${ANNS}\n`]) {
    const [code, message] = (await from(token)) as [string, string];
    expect([code, message.includes(ANNS)]).toEqual(['INPUT_INVALID', false]);
  }
  expect(server.requests).toEqual([]);
});

it.each([
  ['nothing', undefined, 'must be a token (a text), or a function'],
  ['null', null, 'not null'],
  ['a promise', Promise.resolve(ANNS), 'a promise: await it first'],
  ['a text that begins with Bearer', `Bearer ${ANNS}`, 'begins with "Bearer "; pass the token alone'],
])('%s in place of a token is refused with what to do', async (_, token, words) => {
  const refused = client.connectUser({ id: 'ann' }, token as string);
  await expect(refused).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    unrecoverable: true,
    message: expect.stringContaining(words),
  });
});
