/** Whether a user exists is told to nobody who may not see it: the answers are the same to the byte. */
import { DEFAULT_GRANTS } from '@rollcall/protocol';
import { appRouter } from '@rollcall/router';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestServer, type TestServer, tokenOf } from './test-server.js';

/** Users of whom the caller may know nothing, each for another reason. Each has content under its own id. */
const HIDDEN = ['foreign', 'teamless', 'removed', 'erased', 'nobody-x'];

const { procedures } = appRouter._def as unknown as {
  procedures: Record<string, { _def: { type: 'query' | 'mutation' | 'subscription' } }>;
};

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startTestServer({ ROLLCALL_CLIENT_CALLS_PER_MINUTE: '1000' });
  await server.mutate('settings.update', {
    multi_tenant_enabled: true,
    grants: { ...DEFAULT_GRANTS, user: DEFAULT_GRANTS.admin },
  });
  const users = HIDDEN.filter(id => id !== 'nobody-x');
  await server.mutate('users.upsert', {
    users: [
      { id: 'jane', teams: ['red'] },
      ...users.map(id => ({ id, teams: id === 'teamless' ? [] : ['blue'] })),
    ],
  });
  for (const user_id of users) {
    await server.mutate('chat.createChannel', { type: 'team', id: user_id, user_id });
    await server.mutate('chat.sendMessage', { cid: `team:${user_id}`, id: user_id, text: 'x', user_id });
    await server.mutate('video.createCall', { type: 'call', id: user_id, user_id });
    await server.mutate('feeds.addActivity', { id: user_id, verb: 'like', object: 'x', user_id });
  }
  const mine = { user_id: 'jane', id: 'mine' };
  await server.mutate('chat.createChannel', { type: 'team', ...mine });
  await server.mutate('video.createCall', { type: 'call', ...mine });
  await ended(await server.mutate('users.deleteMany', { ids: ['removed'] }));
  const whole = { user: 'hard', messages: 'hard', conversations: 'hard' };
  await ended(await server.mutate('users.deleteMany', { ids: ['erased'], ...whole }));
  token = await tokenOf({ user_id: 'jane' });
});
afterAll(() => server.close());

/** Waits until the task of an answer has ended. */
async function ended(answer: unknown): Promise<void> {
  const { task_id } = answer as { task_id: string };
  await vi.waitFor(
    async () => expect(await server.mutate('tasks.get', { task_id })).toMatchObject({ status: 'completed' }),
    { timeout: 60_000 },
  );
}

/** The status and the text of an answer; of a stream, what it says first. */
async function answerTo(procedure: string, input: object): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const url = `${server.url}/trpc/${procedure}`;
  const body = JSON.stringify(input);
  const type = procedures[procedure]?._def.type;
  if (type === 'mutation') {
    const answer = await fetch(url, { method: 'POST', headers, body });
    return `${answer.status} ${await answer.text()}`;
  }
  const answer = await fetch(`${url}?input=${encodeURIComponent(body)}`, { headers });
  if (type === 'query') return `${answer.status} ${await answer.text()}`;
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!/(^|\n\n)(event: serialized-error\n)?data: [[{].*\n\n/.test(text.replace('data: {}', ''))) {
    const { value, done } = (await reader?.read()) ?? { done: true };
    if (done) break;
    text += value;
  }
  await reader?.cancel();
  return text;
}

type Ask = (id: string) => object;

/** What tells nothing of anybody, or is not for users at all. */
const NO_SUBJECT = 'names nobody: no input leads to another user';
const SERVER_ONLY = 'for server tokens only, refused before the input is looked at';

/** Each procedure with its inputs that name a person or a person's content, or the reason why it has none. */
const CALLS: Record<string, Ask[] | string> = {
  'users.upsert': [id => ({ users: [{ id }] })],
  'users.partialUpdate': [id => ({ users: [{ id, set: { name: 'x' } }] })],
  'users.connect': [id => ({ user: { id } })],
  'users.connectGuest': 'admits nobody here; contract/guests.test.ts proves it where guests are admitted',
  'users.query': [
    id => ({ filter: { id } }),
    id => ({ filter: { id: { $autocomplete: id } } }),
    id => ({ filter: { id: { $in: [id, 'jane'] } } }),
  ],
  'users.count': [id => ({ filter: { id } }), id => ({ options: { id_gte: id, id_lte: id } })],
  'users.deactivate': [id => ({ id })],
  'users.deactivateMany': [id => ({ ids: [id] })],
  'users.reactivate': [id => ({ id })],
  'users.reactivateMany': [id => ({ ids: [id] })],
  'users.deleteMany': [id => ({ ids: [id] })],
  'users.previewDelete': [id => ({ ids: [id] })],
  'users.restoreMany': [id => ({ ids: [id] })],
  'users.exportOne': [id => ({ id })],
  'users.exportMany': [id => ({ ids: [id] })],
  'users.act': [
    id => ({ filter: { id }, action: { type: 'deactivate' }, options: { max: 1 } }),
    id => ({ filter: {}, action: { type: 'ban', banned_by_id: id }, options: { max: 9 } }),
  ],
  'users.previewAct': [id => ({ filter: { id }, action: { type: 'deactivate' } })],
  'users.history': [id => ({ user_id: id })],
  'overview.get': NO_SUBJECT,
  'settings.get': NO_SUBJECT,
  'settings.update': NO_SUBJECT,
  'roles.create': NO_SUBJECT,
  'roles.list': NO_SUBJECT,
  'roles.delete': NO_SUBJECT,
  'tokens.revoke': [id => ({ ids: [id], before: 100_000_000_000 })],
  'tasks.get': SERVER_ONLY,
  'tasks.list': SERVER_ONLY,
  'tasks.cancel': SERVER_ONLY,
  'live.events': 'says nothing until something happens; router/event-viewer.test.ts judges every event',
  'live.presence': [id => ({ user_ids: [id] })],
  'live.ephemeral': SERVER_ONLY,
  'live.task': SERVER_ONLY,
  'moderation.ban': [id => ({ id }), id => ({ id: 'jane', banned_by_id: id })],
  'moderation.unban': [id => ({ id })],
  'moderation.shadowBan': [id => ({ id })],
  'moderation.removeShadowBan': [id => ({ id })],
  'moderation.queryBanned': NO_SUBJECT,
  'blocks.block': [id => ({ id })],
  'blocks.unblock': [id => ({ id })],
  'blocks.list': [id => ({ user_id: id })],
  'devices.add': [id => ({ id: 'device', push_provider: 'apn', user_id: id })],
  'devices.list': [id => ({ user_id: id })],
  'devices.remove': [id => ({ id: 'device', user_id: id })],
  'chat.createChannel': [id => ({ type: 'team', members: [id] }), id => ({ type: 'team', team: id })],
  'chat.getChannel': [id => ({ cid: `team:${id}` })],
  'chat.queryChannels': [id => ({ member: id }), id => ({ owner_id: id })],
  'chat.addMembers': [
    id => ({ cid: `team:${id}`, members: ['jane'] }),
    id => ({ cid: 'team:mine', members: [id] }),
  ],
  'chat.removeMembers': [
    id => ({ cid: `team:${id}`, members: ['jane'] }),
    id => ({ cid: `team:${id}`, members: [id] }),
  ],
  'chat.sendMessage': [
    id => ({ cid: `team:${id}`, text: 'x' }),
    id => ({ cid: 'team:mine', parent_id: id, text: 'x' }),
  ],
  'chat.updateMessage': [id => ({ id, text: 'y' })],
  'chat.deleteMessage': [id => ({ id })],
  'chat.getMessage': [id => ({ id })],
  'chat.queryMessages': [id => ({ cid: `team:${id}` })],
  'chat.addReaction': [id => ({ message_id: id, type: 'like' })],
  'chat.removeReaction': [id => ({ message_id: id, type: 'like' })],
  'chat.flagMessage': [id => ({ message_id: id })],
  'chat.unflagMessage': [id => ({ message_id: id })],
  'chat.queryFlags': SERVER_ONLY,
  'video.createCall': [id => ({ type: 'default', members: [id] })],
  'video.joinCall': [id => ({ cid: `call:${id}` })],
  'video.leaveCall': [id => ({ cid: `call:${id}` })],
  'video.endCall': [id => ({ cid: `call:${id}` })],
  'video.getCall': [id => ({ cid: `call:${id}` })],
  'video.addCallMembers': [
    id => ({ cid: `call:${id}`, members: ['jane'] }),
    id => ({ cid: 'call:mine', members: [id] }),
  ],
  'video.queryCalls': [id => ({ member: id })],
  'feeds.addActivity': [id => ({ verb: 'like', object: 'x', user_id: id })],
  'feeds.removeActivity': [id => ({ id })],
  'feeds.queryActivities': [id => ({ actor_id: id })],
  'webhooks.list': SERVER_ONLY,
  'webhooks.get': SERVER_ONLY,
  'webhooks.create': SERVER_ONLY,
  'webhooks.update': SERVER_ONLY,
  'webhooks.delete': SERVER_ONLY,
  'webhooks.rotateSecret': SERVER_ONLY,
  'webhooks.disable': SERVER_ONLY,
  'webhooks.enable': SERVER_ONLY,
  'webhooks.test': SERVER_ONLY,
  'webhooks.listDeliveries': SERVER_ONLY,
  'webhooks.retryDelivery': SERVER_ONLY,
  'webhooks.replay': SERVER_ONLY,
};

it('has an entry for every procedure, and for nothing else', () => {
  expect(Object.keys(CALLS).sort()).toEqual(Object.keys(procedures).sort());
});

const ASKED = Object.entries(CALLS).flatMap(([procedure, asks]) =>
  typeof asks === 'string' ? [] : asks.map(ask => ({ procedure, ask, shown: JSON.stringify(ask('…')) })),
);

describe.each(ASKED)('$procedure $shown', ({ procedure, ask }) => {
  it('answers the same for a user of another team, one deleted there and one who never was', async () => {
    const answers: string[] = [];
    for (const id of HIDDEN) {
      // The id itself may stand in the answer: it is what the caller sent.
      const answer = (await answerTo(procedure, ask(id))).replaceAll(id, '<id>');
      answers.push(answer.replace(/"(position|created_at)":("[^"]*"|\d+)/g, '"$1":0'));
    }
    expect(new Set(answers).size, answers.join('\n')).toBe(1);
    // A call that is refused for lack of a grant would say the same of anybody.
    expect(answers[0]).not.toContain('lacks the grant');
    expect(answers[0]).not.toContain('is unknown; accepted are');
  });
});
