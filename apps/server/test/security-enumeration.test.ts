/** Whether a user exists is told to nobody who may not see it: the answers are the same to the byte. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, tokenOf } from './test-server.js';

/** Users of whom the caller may know nothing, each for another reason. */
const HIDDEN = ['foreign', 'removed', 'nobody-x'];

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startTestServer({ ROLLCALL_CLIENT_CALLS_PER_MINUTE: '1000' });
  await server.mutate('settings.update', { multi_tenant_enabled: true });
  await server.mutate('users.upsert', {
    users: [
      { id: 'jane', teams: ['red'] },
      { id: 'foreign', teams: ['blue'] },
      { id: 'removed', teams: ['blue'] },
    ],
  });
  await server.mutate('users.deleteMany', { ids: ['removed'] });
  token = await tokenOf({ user_id: 'jane' });
});
afterAll(() => server.close());

async function answerTo(procedure: string, input: object): Promise<string> {
  const answer = await fetch(`${server.url}/trpc/${procedure}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(input),
  });
  return `${answer.status} ${await answer.text()}`;
}

const CALLS: Record<string, [string, (id: string) => object]> = {
  'a query by id': ['users.query', id => ({ filter: { id } })],
  'a query that could complete the id': ['users.query', id => ({ filter: { id: { $autocomplete: id } } })],
  'a query for several': ['users.query', id => ({ filter: { id: { $in: [id, 'jane'] } } })],
  'a change of somebody else': ['users.partialUpdate', id => ({ users: [{ id, set: { name: 'x' } }] })],
  'a conversation with it': ['chat.createChannel', id => ({ type: 'team', members: [id] })],
  'a call to it': ['video.createCall', id => ({ type: 'default', members: [id] })],
  'a block of it': ['blocks.block', id => ({ id })],
  'a ban of it': ['moderation.ban', id => ({ id })],
  'its deletion': ['users.deleteMany', id => ({ ids: [id] })],
  'its export': ['users.exportOne', id => ({ id })],
  'its devices': ['devices.list', id => ({ user_id: id })],
};

describe.each(Object.entries(CALLS))('%s', (_, [procedure, input]) => {
  it('answers the same for a user of another team, one deleted there and one who never was', async () => {
    // The id itself may stand in the answer: it is what the caller sent.
    const answers = await Promise.all(
      HIDDEN.map(async id => (await answerTo(procedure, input(id))).replaceAll(id, '<id>')),
    );
    const comparable = answers.map(answer => answer.replace(/"position":"[^"]*"/, '"position":""'));
    expect(comparable[1]).toBe(comparable[0]);
    expect(comparable[2]).toBe(comparable[0]);
  });
});
