import { CALLER_BUDGETS, type Filter, type PartialUserUpdate, parseFilter } from '@rollcall/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestApi, principalOf, refusal, type TestApi } from '../test/support/test-api.js';
import { resolveCaller } from './caller.js';
import { EventViewer } from './event-viewer.js';
import { queryRightsOf } from './view.js';

const SERVER = { type: 'server' } as const;
const PRIVATE = { email: 'secret@mail', contact: { phone: '+49secret', city: 'Bonn' }, book: 'dune' };
const SEEN = { contact: { city: 'Bonn' }, book: 'dune' };

let test: TestApi;
const api = (userId?: string) => test.as(userId);

beforeAll(async () => {
  test = await openTestApi();
  await test.directory.settings.update(SERVER, {
    private_custom_fields: ['email', 'contact.phone'],
    indexed_custom_fields: ['email'],
    grants: {
      user: [
        'read-users',
        'query-users',
        'update-own-user',
        'update-any-user',
        'create-channel',
        'send-message',
        'block-user',
        'ban-user',
      ],
    },
  });
  await test.directory.users.upsert(SERVER, [{ id: 'ann', custom: PRIVATE }, { id: 'ben' }]);
});

afterAll(() => test.close());

/** What a listener to some users hears of what a change logs. */
async function heardBy(
  userId: string | undefined,
  filter: Filter | undefined,
  change: () => Promise<unknown>,
) {
  const caller = await resolveCaller(test.directory, principalOf(userId));
  const viewer = new EventViewer(caller, {
    ...(filter
      ? { filter: parseFilter(filter, queryRightsOf(caller, CALLER_BUDGETS.client)) }
      : { userIds: new Set(['ann']) }),
  });
  const start = await test.directory.events.position();
  await change();
  const page = await test.directory.events.pageAfter(start);
  if ('resyncAt' in page) throw new Error('the log lost its place');
  return page.events.flatMap(entry => viewer.see(entry) ?? []);
}

const set = (values: Record<string, string | object>) =>
  api().users.partialUpdate({ users: [{ id: 'ann', set: values as never }] });

it('are seen by the user itself and by servers, and by nobody else wherever the user is shown', async () => {
  for (const userId of [undefined, 'ann']) {
    const { users } = await api(userId).users.query({ filter: { id: 'ann' } });
    expect(users[0]?.custom).toEqual(PRIVATE);
  }
  await api('ann').chat.createChannel({ type: 'team', id: 'one', members: ['ben'] });
  await api('ann').chat.sendMessage({ cid: 'team:one', text: 'hello' });
  const { users, chat, blocks, moderation } = api('ben');
  const answers = [
    await users.query({ filter: { id: 'ann' } }),
    await users.query({
      filter: { book: 'dune', 'contact.city': 'Bonn' },
      sort: [{ field: 'book', direction: 1 }],
    }),
    await users.partialUpdate({ users: [{ id: 'ann', set: { mood: 'good' } }] }),
    await chat.queryChannels({}),
    await chat.queryMessages({ cid: 'team:one' }),
    await blocks.block({ id: 'ann' }).then(() => blocks.list()),
    await moderation.ban({ id: 'ann' }),
    await moderation.queryBanned(),
    await moderation.unban({ id: 'ann' }),
  ];
  for (const answer of answers) {
    expect(JSON.stringify(answer)).not.toMatch(/secret|email|phone/);
    expect(JSON.stringify(answer)).toContain('"city":"Bonn"');
  }
  await blocks.unblock({ id: 'ann' });
});

it('are not asked for by others: neither they, nor what is in them, nor what they are in', async () => {
  const filters: [string, Filter][] = [
    ['email', { email: 'secret@mail' }],
    ['custom.email', { 'custom.email': { $exists: true } }],
    ['email.0', { $or: [{ id: 'x' }, { 'email.0': 's' }] }],
    ['contact.phone', { $nor: [{ 'contact.phone': { $gt: '' } }] }],
    ['contact.0.phone', { 'contact.0.phone': '1' }],
    ['contact', { contact: { $exists: true } }],
  ];
  for (const [field, filter] of filters) {
    for (const userId of ['ben', 'ann']) {
      expect(await refusal(api(userId).users.query({ filter })), field).toMatchObject({
        code: 'NOT_ALLOWED',
        field,
      });
    }
    const sort = [{ field, direction: 1 }] as const;
    expect(await refusal(api('ben').users.query({ sort: [...sort] })), field).toMatchObject({
      code: 'NOT_ALLOWED',
      field,
    });
    await expect(heardBy('ben', filter, async () => undefined)).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      field,
    });
    await api().users.query({ filter, sort: [...sort] });
  }
  expect((await api().users.query({ filter: { email: 'secret@mail' } })).users).toMatchObject([
    { id: 'ann' },
  ]);
});

it('move no mark and tell others nothing when only they change, and are left out when more changes', async () => {
  const marks = async () => {
    const [row] = await test.directory.users.find(['ann']);
    return [row?.revision, row?.updated_at];
  };
  const before = await marks();
  for (const change of [
    () => set({ email: 'secret@new' }),
    () => set({ 'contact.phone': { secret: 1 } }),
    () => api().users.partialUpdate({ users: [{ id: 'ann', unset: ['contact.phone'] }] }),
    () => set({ contact: { phone: 'secret', city: 'Bonn' } }),
  ]) {
    expect(await heardBy('ben', undefined, change)).toEqual([]);
    expect(await marks()).toEqual(before);
  }
  for (const userId of ['ann', undefined]) {
    const value = `secret ${userId}`;
    expect(await heardBy(userId, undefined, () => set({ email: value }))).toMatchObject([
      { type: 'user.updated', changes: { 'custom.email': { after: value } } },
    ]);
  }
  expect(await marks()).toEqual(before);
  const heard = await heardBy('ben', { book: 'emma' }, () =>
    set({ book: 'emma', email: 'secret', contact: 'secretless' }),
  );
  expect(heard).toMatchObject([
    {
      changes: {
        'custom.book': { before: 'dune', after: 'emma' },
        'custom.contact': { before: { city: 'Bonn' }, after: 'secretless' },
      },
      matched: { before: false, after: true },
    },
  ]);
  expect(JSON.stringify(heard)).not.toMatch(/secret"|email|phone/);
  expect((await marks())[0]).toBe((before[0] as number) + 1);
});

it('come and go without a trace: an object with nothing else in it is not there for others', async () => {
  await api().users.partialUpdate({ users: [{ id: 'ann', unset: ['contact'] }] });
  for (const change of [
    () => set({ 'contact.phone': 'secret' }),
    () => api().users.partialUpdate({ users: [{ id: 'ann', unset: ['contact.phone'] }] }),
  ]) {
    expect(await heardBy('ben', undefined, change)).toEqual([]);
    expect((await api('ben').users.query({ filter: { id: 'ann' } })).users[0]?.custom).not.toHaveProperty(
      'contact',
    );
  }
});

it('are written by the user itself and servers, not by another user who may update it', async () => {
  const writes: Omit<PartialUserUpdate, 'id'>[] = [
    { set: { email: 'x' } },
    { set: { 'contact.phone.home': 'x' } },
    { set: { contact: {} } },
    { set: { custom: SEEN } },
    { unset: ['email'] },
  ];
  for (const write of writes) {
    const call = api('ben').users.partialUpdate({ users: [{ id: 'ann', ...write }] });
    expect(await refusal(call)).toMatchObject({ code: 'NOT_ALLOWED', index: 0 });
  }
  await api('ann').users.partialUpdate({ users: [{ id: 'ann', set: { email: 'mine' } }] });
  const { user } = await api('ann').users.connect({ user: { id: 'ann' } });
  expect(user.custom).toMatchObject({ email: 'mine' });
});
