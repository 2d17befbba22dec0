import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestApi, type TestApi } from '../test/support/test-api.js';
import { EventViewer } from './event-viewer.js';

const START = Date.now();

/** Two users who go through the same do so at the same times. */
let now = START;
let test: TestApi;
const api = (userId?: string) => test.as(userId);

beforeAll(async () => {
  test = await openTestApi({ clock: () => now });
});

afterAll(() => test.close());

/** Everything that a user gets to see of itself and of what it writes, calls and events alike. */
async function sightOf(userId: string): Promise<unknown[]> {
  const self = {
    kind: 'user',
    userId,
    role: 'user',
    actor: { type: 'user', id: userId },
    grants: [],
  } as const;
  const viewer = new EventViewer(self, { userIds: new Set([userId]) });
  const start = await test.directory.events.position();
  const { users, chat, blocks, devices, moderation } = api(userId);
  const seen: unknown[] = [];
  const note = async (call: Promise<unknown>) => {
    seen.push(await call.catch((error: Error) => error.message));
  };
  now = START;
  for (const step of STEPS) {
    now += 1;
    await step(userId);
    await note(users.connect({ user: { id: userId } }).then(({ user }) => user));
    for (const guess of guesses()) {
      await note(users.connect({ user: { id: userId, ...guess } }).then(({ user }) => user));
    }
    await note(users.query({ filter: { id: userId } }).then(answer => answer.users));
    await note(users.query({ filter: { banned: true, id: userId } }).then(answer => answer.users));
    await note(users.query({ filter: { shadow_banned: true } }));
    await note(moderation.queryBanned());
    await note(chat.sendMessage({ cid: `team:${userId}`, id: `${userId}-${seen.length}`, text: 'hello' }));
    await note(chat.queryMessages({ cid: `team:${userId}` }));
    await note(chat.getChannel({ cid: `team:${userId}` }));
    await note(chat.queryChannels({ limit: 1 }));
    await note(chat.updateMessage({ id: `${userId}-old`, text: `step ${seen.length}` }));
    await note(chat.getMessage({ id: `${userId}-old` }));
    await note(blocks.block({ id: 'other' }));
    await note(devices.add({ id: 'phone', push_provider: 'apn' }));
    await note(users.partialUpdate({ users: [{ id: userId, set: { step: seen.length } }] }));
  }
  const page = await test.directory.events.pageAfter(start);
  if ('resyncAt' in page) throw new Error('the log lost its place');
  for (const entry of page.events) {
    const event = viewer.see(entry);
    if (event) seen.push({ ...event, id: undefined });
  }
  return seen;
}

/** What somebody who connects may say of itself, to find out by the answer whether it is so. */
const guesses = () => [
  { shadow_banned: false },
  { shadow_banned: true },
  { ban_expires: now + 5 * 60_000 },
  { ban_expires: now + 60 * 60_000 },
];

/** What is done to each user between its looks: to one of them beside shadow bans. */
const STEPS: ((userId: string) => Promise<unknown>)[] = [
  id => inShadow(id, { id, timeout: 60, reason: 'odd' }),
  id => inShadow(id, { id, reason: 'very odd' }),
  id => api().moderation.ban({ id, timeout: 5 }),
  id => api().moderation.unban({ id }),
  id => unshadow(id),
  id => inShadow(id, { id }),
];

async function inShadow(id: string, ban: { id: string; timeout?: number; reason?: string }): Promise<void> {
  if (id === 'ann') await api().moderation.shadowBan(ban);
}

async function unshadow(id: string): Promise<void> {
  if (id === 'ann') await api().moderation.removeShadowBan({ id });
}

it('a shadow-banned user sees exactly what one sees who is not', async () => {
  await test.directory.users.upsert({ type: 'server' }, [{ id: 'ann' }, { id: 'eve' }, { id: 'other' }]);
  for (const id of ['ann', 'eve']) {
    await api(id).chat.createChannel({ type: 'team', id, members: ['other'] });
    await api(id).chat.sendMessage({ cid: `team:${id}`, id: `${id}-old`, text: 'before' });
  }
  const seen = { ann: await sightOf('ann'), eve: await sightOf('eve') };
  expect((await api().users.query({ filter: { shadow_banned: true } })).users).toMatchObject([{ id: 'ann' }]);
  expect(seen.ann.length).toBeGreaterThan(STEPS.length * 10);
  const text = JSON.stringify(seen.ann);
  expect(text).not.toMatch(/"shadow(_banned|ed)?":/);
  expect(JSON.parse(text.replaceAll(/\bann\b/g, 'eve'))).toEqual(JSON.parse(JSON.stringify(seen.eve)));
});
