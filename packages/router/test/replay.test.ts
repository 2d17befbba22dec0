/** What a user token hears again of what it missed. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Directory, openDirectory } from '@rollcall/core';
import { type Filter, formatPosition, isEnded, LIMITS, type RollcallEvent } from '@rollcall/protocol';
import { deleteUsersSchema } from '@rollcall/protocol/schemas';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Caller, resolveCaller } from '../src/caller.js';
import { Listener, type ListenerOptions, replayed } from './support/listener.js';

const ACTOR = { type: 'server' } as const;
const SERVER: Caller = { kind: 'server', actor: ACTOR };
const MINUTE_MS = 60_000;

/** How long ago what is written now was written. */
let agoMs = 0;
const opened: Directory[] = [];
afterEach(async () => {
  agoMs = 0;
  for (const directory of opened.splice(0)) await directory.close();
});

async function open(): Promise<Directory> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-test-'));
  const databaseUrl = `sqlite:${join(folder, 'log.sqlite')}`;
  const directory = await openDirectory({ databaseUrl, clock: () => Date.now() - agoMs });
  opened.push(directory);
  return directory;
}

const set = (directory: Directory, id: string, change: { set?: object; unset?: string[] }) =>
  directory.users.partialUpdate(ACTOR, [{ id, ...change }], {
    fields: 'server',
    authorise: () => undefined,
  });

async function erase(directory: Directory, id: string, user: 'soft' | 'pruning' | 'hard'): Promise<void> {
  const more = user === 'hard' ? { messages: 'hard', conversations: 'hard' } : { messages: 'soft' };
  const deletion = deleteUsersSchema.parse({ ids: [id], user, ...more });
  const taskId = await directory.lifeCycle.deleteUsers(ACTOR, deletion);
  for await (const task of directory.tasks.watch(taskId, AbortSignal.timeout(MINUTE_MS))) {
    if (isEnded(task.status)) return;
  }
}

const me = (directory: Directory) => resolveCaller(directory, { kind: 'user', userId: 'me' });
const beginning = async (directory: Directory) =>
  formatPosition({ ...(await directory.events.position()), seq: 0 });

/** What a user token hears of the whole log. */
async function heard(
  directory: Directory,
  options: ListenerOptions,
  caller?: Caller,
): Promise<RollcallEvent[]> {
  await directory.users.upsert(ACTOR, [{ id: 'marker', teams: ['red'], mark: crypto.randomUUID() }]);
  const lastEventId = await beginning(directory);
  const { filter, user_ids } = options;
  const events = await replayed(directory, caller ?? (await me(directory)), {
    ...(filter && { filter: { $or: [filter, { id: 'marker' }] } as Filter }),
    ...(user_ids && { user_ids: [...user_ids, 'marker'] }),
    lastEventId,
  });
  return events.filter(event => !('user' in event && event.user.id === 'marker'));
}

const GONE = ['name', 'email', 'deep', 'list', 'teams_role'];

/** Lives of users who once had a value that nobody may see any more. */
async function livesWith(secret: string, tenants: boolean): Promise<Directory> {
  const directory = await open();
  if (tenants) await directory.settings.update(ACTOR, { multi_tenant_enabled: true });
  const custom = { email: secret, deep: { book: secret, [secret]: 1 }, list: [secret], kept: 'kept' };
  const roles = { [secret]: 'admin' };
  const person = (id: string) => ({ id, name: secret, teams: ['red'], teams_role: roles, custom });
  const ids = ['changed', 'emptied', 'deleted', 'pruned', 'erased', 'left', 'restored', 'resting'];
  await directory.users.upsert(ACTOR, [
    { id: 'me', teams: ['red'] },
    ...ids.map(id => ({ id, teams: ['red'] })),
  ]);
  await directory.users.upsert(ACTOR, ids.map(person));
  await set(directory, 'changed', {
    set: { name: 'Ann', email: 'ann@mail', deep: { book: 'dune' }, list: [] },
    unset: ['teams_role'],
  });
  await set(directory, 'emptied', { unset: GONE });
  for (const id of ['deleted', 'restored']) await erase(directory, id, 'soft');
  await erase(directory, 'pruned', 'pruning');
  await erase(directory, 'erased', 'hard');
  await set(directory, 'left', { set: { teams: ['blue'] } });
  if (!tenants) await set(directory, 'left', { unset: GONE });
  const taskId = await directory.lifeCycle.restoreUsers(ACTOR, ['restored'], false);
  for await (const task of directory.tasks.watch(taskId, AbortSignal.timeout(MINUTE_MS))) {
    if (isEnded(task.status)) break;
  }
  for (const id of ['restored', 'resting']) await set(directory, id, { unset: GONE });
  await directory.users.deactivate(ACTOR, 'resting');
  return directory;
}

/** The same text for the same story, whenever and wherever it happened. */
function story(events: readonly RollcallEvent[]): string {
  const text = JSON.stringify(events, null, 1);
  return text.replace(/"id": "[0-9a-f]+\.(\d+)"/g, '"at": $1').replace(/\b\d{13}\b/g, '0');
}

describe.each([
  ['one tenant', false],
  ['several tenants', true],
])('what a user token hears again, with %s', (_, tenants) => {
  const selections: ListenerOptions[] = [
    { filter: {} },
    { filter: { name: 'secret' } },
    { filter: { name: { $autocomplete: 's' } } },
    { filter: { name: { $lt: 't' } } },
    { filter: { email: 'secret' } },
    { filter: { email: { $nin: ['secret', 'ann@mail'] } } },
    { filter: { $nor: [{ 'deep.book': 'secret' }] } },
    { filter: { $or: [{ list: 'secret' }, { kept: 'no' }] } },
    { filter: { kept: 'kept', email: { $gte: 'secret' } } },
    { user_ids: ['changed', 'emptied', 'deleted', 'pruned', 'erased', 'left', 'restored', 'resting'] },
  ];

  it('is the same, whatever the values were that users have no more, and whatever it asks for', async () => {
    const one = await livesWith('secret', tenants);
    const other = await livesWith('zebra-9', tenants);
    for (const selection of selections) {
      const events = await heard(one, selection);
      const [told, toldOfOther] = [story(events), story(await heard(other, selection))];
      expect(told, JSON.stringify(selection)).toBe(toldOfOther);
      expect(told).not.toContain('secret');
      expect(told).not.toContain('before": "');
      expect(events.length, JSON.stringify(selection)).toBeGreaterThan(0);
    }
    const [all] = await Promise.all([heard(one, { filter: {} }, SERVER)]);
    expect(story(all)).toContain('secret');
  });
});

describe('an event about somebody else that is heard again', () => {
  it('shows the user as it is now, and of its changes what they came to hold where that is still so', async () => {
    const directory = await open();
    await directory.users.upsert(ACTOR, [{ id: 'me' }, { id: 'ann', name: 'Ann', book: 'dune', shelf: 1 }]);
    await set(directory, 'ann', { set: { name: 'Anna', shelf: 2, invisible: true } });
    await set(directory, 'ann', { set: { name: 'Annie' }, unset: ['book'] });
    const events = await heard(directory, { user_ids: ['ann'] });
    const others = events.filter(event => 'user' in event && event.user.id === 'ann');
    const [row] = await directory.users.find(['ann']);
    const { created_at, updated_at, revision } = row ?? {};
    const user = {
      id: 'ann',
      name: 'Annie',
      role: 'user',
      teams: [],
      custom: { shelf: 2 },
      banned: false,
      online: false,
      created_at,
      updated_at,
      revision,
    };
    expect(others).toEqual([
      { id: expect.any(String), type: 'user.created', created_at, actor: ACTOR, user },
      {
        id: expect.any(String),
        type: 'user.updated',
        created_at: expect.any(Number),
        actor: ACTOR,
        user,
        changes: { name: {}, 'custom.shelf': { after: 2 } },
      },
      {
        id: expect.any(String),
        type: 'user.updated',
        created_at: updated_at,
        actor: ACTOR,
        user,
        // The name of a field of custom data can be data, too.
        changes: { name: { after: 'Annie' }, custom: {} },
      },
    ]);
  });

  it('says of one who is deleted only that it is, how, and what became of the content', async () => {
    const directory = await open();
    await directory.users.upsert(ACTOR, [{ id: 'me' }, { id: 'ann', name: 'Ann' }]);
    await directory.chat.createChannel({
      viewer: { kind: 'server' },
      type: 'team',
      id: 'one',
      userId: 'ann',
      members: ['me'],
    });
    await directory.chat.sendMessage({ userId: 'ann', cid: 'team:one', text: 'hello' });
    await set(directory, 'ann', { set: { name: 'Anna' } });
    await erase(directory, 'ann', 'soft');
    const unknown = { id: 'ann', role: 'user', teams: [], custom: {}, banned: false, online: false };
    const user = { ...unknown, created_at: 0, updated_at: 0, revision: 0 };
    const told = { id: expect.any(String), created_at: expect.any(Number), user };
    const gone = [
      { ...told, type: 'user.deleted', actor: ACTOR, modes: { user: 'soft', messages: 'soft' } },
      {
        ...told,
        type: 'user.messages.deleted',
        actor: ACTOR,
        mode: 'soft',
      },
    ];
    const about = (events: RollcallEvent[]) =>
      events.filter(event => 'user' in event && event.user.id === 'ann');
    expect(about(await heard(directory, { user_ids: ['ann'] }))).toEqual(gone);
    expect(about(await heard(directory, { filter: { name: 'Anna' } }))).toEqual([
      { ...gone[0], matched: { before: true, after: false } },
    ]);
  });

  it('does not say who else did something, nor how much went with a user: nobody was told when it happened', async () => {
    const directory = await open();
    await directory.users.upsert(ACTOR, [{ id: 'me' }, { id: 'mod' }, { id: 'ann', name: 'Ann' }]);
    await directory.chat.createChannel({
      viewer: { kind: 'server' },
      type: 'team',
      id: 'one',
      userId: 'ann',
    });
    await directory.chat.sendMessage({ userId: 'ann', cid: 'team:one', text: 'hello' });
    const mod = { type: 'user', id: 'mod' } as const;
    await directory.users.partialUpdate(mod, [{ id: 'ann', set: { name: 'Anna' } }], {
      fields: 'server',
      authorise: () => undefined,
    });
    await directory.lifeCycle.deactivateUser(mod, { id: 'ann', mark_messages_deleted: true });
    await directory.lifeCycle.reactivateUser(mod, { id: 'ann', restore_messages: true });
    await vi.waitFor(async () => {
      const { events } = (await directory.events.pageAfter({
        ...(await directory.events.position()),
        seq: 0,
      })) as { events: { type: string }[] };
      expect(events.map(event => event.type)).toContain('user.messages.restored');
    });
    const about = (await heard(directory, { user_ids: ['ann'] })).filter(
      event => 'user' in event && event.user.id === 'ann',
    );
    // The tasks of the two run side by side with the calls.
    expect(about.map(event => event.type).sort()).toEqual([
      'user.created',
      'user.deactivated',
      'user.messages.deleted',
      'user.messages.restored',
      'user.reactivated',
      'user.updated',
    ]);
    for (const event of about) {
      expect(event.actor).not.toHaveProperty('id');
      expect(event).not.toHaveProperty('counts');
    }
  });

  it('is sent under the id that a listener named, when the user was erased meanwhile', async () => {
    const directory = await open();
    await directory.users.upsert(ACTOR, [{ id: 'me' }, { id: 'ann', name: 'Ann' }]);
    await erase(directory, 'ann', 'hard');
    const events = await heard(directory, { user_ids: ['ann'] });
    const about = events.filter(event => 'user' in event && event.user.id !== 'me');
    expect(about).toMatchObject([{ type: 'user.deleted', user: { id: 'ann', revision: 0 } }]);
  });

  it('tells of a user of another tenant only that it left, at the moment when it did', async () => {
    const directory = await open();
    await directory.settings.update(ACTOR, { multi_tenant_enabled: true });
    await directory.users.upsert(ACTOR, [
      { id: 'me', teams: ['red'] },
      { id: 'ann', name: 'Ann', teams: ['red'] },
      { id: 'ben', name: 'Ben', teams: ['blue'] },
    ]);
    await set(directory, 'ann', { set: { name: 'Anna' } });
    await set(directory, 'ann', { set: { teams: ['blue'] } });
    await set(directory, 'ann', { set: { name: 'Annie' } });
    for (const options of [{ user_ids: ['ann', 'ben'] }, { filter: {} }]) {
      const events = await heard(directory, options);
      const about = events.filter(event => 'user' in event && event.user.id !== 'me');
      expect(about).toMatchObject([
        { type: 'user.updated', user: { id: 'ann', teams: [], revision: 0, created_at: 0 } },
      ]);
      expect(JSON.stringify(about)).not.toMatch(/Ann/);
    }
  });

  it('says where a user left and came back, though it matches now', async () => {
    const directory = await open();
    await directory.users.upsert(ACTOR, [{ id: 'me' }, { id: 'ann', name: 'Ann', shelf: 1 }]);
    await directory.users.deactivate(ACTOR, 'ann');
    await directory.users.reactivate(ACTOR, { id: 'ann' });
    await set(directory, 'ann', { set: { shelf: 2 } });
    await set(directory, 'ann', { set: { name: 'Anna' } });
    const matched = async (filter: Filter) =>
      (await heard(directory, { filter })).flatMap(event =>
        'matched' in event && event.user.id === 'ann' ? [[event.type, event.matched]] : [],
      );
    const stays = { before: true, after: true };
    const [joins, leaves] = [
      { before: false, after: true },
      { before: true, after: false },
    ];
    expect(await matched({ shelf: 2 })).toEqual([
      ['user.created', joins],
      ['user.deactivated', leaves],
      ['user.reactivated', joins],
      ['user.updated', joins],
      ['user.updated', stays],
    ]);
    expect(await matched({ shelf: 1 })).toEqual([
      ['user.deactivated', leaves],
      ['user.reactivated', leaves],
      ['user.updated', leaves],
    ]);
  });

  it('says to let go of a user whom several changes took out of the set, each of which would have been enough', async () => {
    const directory = await open();
    await directory.users.upsert(ACTOR, [{ id: 'me' }, { id: 'ann', shelf: 1, book: 'dune' }]);
    await set(directory, 'ann', { unset: ['book'] });
    await set(directory, 'ann', { set: { shelf: 2 } });
    await set(directory, 'ann', { set: { name: 'Anna' } });
    const filter = { shelf: 1, book: { $exists: true } };
    const about = (await heard(directory, { filter })).filter(
      event => 'user' in event && event.user.id === 'ann',
    );
    const told = { type: 'user.updated', user: { id: 'ann', name: 'Anna' } };
    const leaves = { matched: { before: true, after: false } };
    // The first is told as a change of custom data: the user has the name no more.
    expect(about).toMatchObject([
      { ...told, changes: { custom: {} }, ...leaves },
      { ...told, changes: { 'custom.shelf': { after: 2 } }, ...leaves },
    ]);
  });

  it('comes without changes where a user joined the tenant, and tells nothing of before', async () => {
    const directory = await open();
    await directory.settings.update(ACTOR, { multi_tenant_enabled: true });
    await directory.users.upsert(ACTOR, [
      { id: 'me', teams: ['red'] },
      { id: 'ann', name: 'Ann', teams: ['blue'] },
    ]);
    await set(directory, 'ann', { set: { name: 'Anna' } });
    await set(directory, 'ann', { set: { teams: ['red'], shelf: 1 } });
    await set(directory, 'ann', { set: { shelf: 2 } });
    for (const options of [{ user_ids: ['ann'] }, { filter: { shelf: 2 } }]) {
      const events = await heard(directory, options);
      const about = events.filter(event => 'user' in event && event.user.id === 'ann');
      expect(about).toMatchObject([
        { type: 'user.updated', user: { name: 'Anna', custom: { shelf: 2 } } },
        { type: 'user.updated', changes: { 'custom.shelf': { after: 2 } } },
      ]);
      expect(about[0]).not.toHaveProperty('changes');
      if (options.filter) expect(about[0]).toMatchObject({ matched: { before: false, after: true } });
    }
  });

  it('is whole where it is about the own user, and for servers always', async () => {
    const directory = await open();
    await directory.users.upsert(ACTOR, [{ id: 'me', name: 'A' }]);
    await set(directory, 'me', { set: { name: 'B' } });
    await set(directory, 'me', { set: { name: 'C' } });
    for (const caller of [await me(directory), SERVER]) {
      const events = await heard(directory, { user_ids: ['me'] }, caller);
      expect(events).toMatchObject([
        { type: 'user.created', user: { name: 'A' } },
        { user: { name: 'B' }, changes: { name: { before: 'A', after: 'B' } } },
        { user: { name: 'C' }, changes: { name: { before: 'B', after: 'C' } } },
      ]);
    }
  });

  it('is told as it happens from the moment on at which the listener is back', async () => {
    const directory = await open();
    await directory.users.upsert(ACTOR, [{ id: 'me' }, { id: 'ann', name: 'A' }]);
    await set(directory, 'ann', { set: { name: 'B' } });
    const lastEventId = await beginning(directory);
    const listener = new Listener(directory, await me(directory), { user_ids: ['ann'], lastEventId });
    await listener.begun();
    await listener.caughtUp(() => set(directory, 'ann', { set: { name: 'C' } }));
    await listener.caughtUp(() => set(directory, 'ann', { set: { name: 'D' } }));
    await listener.end();
    expect(listener.events.slice(-2)).toMatchObject([
      { user: { name: 'C' }, changes: { name: { before: 'B', after: 'C' } } },
      { user: { name: 'D' }, changes: { name: { before: 'C', after: 'D' } } },
    ]);
  });
});

describe('an event that comes while the listener comes back', () => {
  it('is told as it happens', async () => {
    const directory = await open();
    await directory.users.upsert(ACTOR, [{ id: 'me' }, { id: 'ann', name: 'A' }]);
    const { events } = directory;
    const { pageAfter } = events;
    vi.spyOn(events, 'pageAfter').mockImplementationOnce(async (...page) => {
      await set(directory, 'ann', { set: { name: 'B' } });
      return pageAfter.apply(events, page);
    });
    const lastEventId = await beginning(directory);
    expect(await replayed(directory, await me(directory), { user_ids: ['ann'], lastEventId })).toMatchObject([
      { type: 'user.created', user: { id: 'me' } },
      { type: 'user.created', user: { name: 'B' } },
      { user: { name: 'B' }, changes: { name: { before: 'A', after: 'B' } } },
    ]);
  });
});

describe('the pages of a replay', () => {
  it('are as short as all others, though users have grown since, and nothing is missing or comes twice', async () => {
    const directory = await open();
    const ids = Array.from({ length: 300 }, (_, index) => `u-${index}`);
    for (let from = 0; from < ids.length; from += 100)
      await directory.users.upsert(
        ACTOR,
        ids.slice(from, from + 100).map(id => ({ id })),
      );
    for (let from = 0; from < ids.length; from += 100)
      await directory.users.upsert(
        ACTOR,
        ids.slice(from, from + 100).map(id => ({ id, text: 'ä'.repeat(2000) })),
      );
    await directory.users.upsert(ACTOR, [{ id: 'me' }]);
    const listener = new Listener(directory, await me(directory), {
      filter: {},
      lastEventId: await beginning(directory),
    });
    await listener.caughtUp(() => directory.users.upsert(ACTOR, [{ id: 'u-0', text: 'end' }]));
    await listener.end();
    const heardIds = listener.events.map(event => ('user' in event ? event.user.id : ''));
    expect(heardIds).toEqual([...ids, ...ids, 'me', 'u-0']);
    const seqs = listener.events.map(event => Number(event.id?.split('.')[1]));
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    const lengths = listener.pages.map(({ events }) =>
      events.reduce(
        (sum, event) => sum + Buffer.byteLength(JSON.stringify('user' in event && event.user)),
        0,
      ),
    );
    expect(Math.max(...lengths)).toBeLessThanOrEqual(LIMITS.eventPageBytes);
    expect(Math.max(...lengths)).toBeGreaterThan(LIMITS.eventPageBytes / 2);
  });

  it('ask for the users that they are about, each once, and for no others', async () => {
    const directory = await open();
    // All that is missed fits on one page.
    const ids = Array.from({ length: 60 }, (_, index) => `u-${index}`);
    for (const round of [1, 2, 3])
      for (const from of [0, 20, 40])
        await directory.users.upsert(
          ACTOR,
          ids.slice(from, from + 20).map(id => ({ id, round })),
        );
    await directory.users.upsert(ACTOR, [{ id: 'me' }]);
    const find = vi.spyOn(directory.users.present, 'find');
    await heard(directory, { filter: {} });
    const asked = find.mock.calls.flatMap(([some]) => [...some]);
    expect(asked.sort()).toEqual([...ids, 'marker'].sort());
    find.mockClear();
    await heard(directory, { user_ids: ['u-3'] });
    // What came after a page that the one before has read is on a page of its own.
    const pages = find.mock.calls.map(([some]) => [...some]);
    expect([
      ['u-3', 'marker'],
      ['u-3', 'marker', 'marker'],
    ]).toContainEqual(pages.flat());
    for (const asked of pages) expect(asked).toEqual([...new Set(asked)]);
  });
});

describe('how far back a token may go', () => {
  /** A listener that begins at the oldest position. @returns whether it was told to read afresh, and what it heard. */
  async function fromTheBeginning(directory: Directory, caller: Caller) {
    const lastEventId = await beginning(directory);
    const listener = new Listener(directory, caller, { filter: {}, lastEventId });
    await listener.begun();
    await listener.caughtUp(() => directory.users.upsert(ACTOR, [{ id: 'ann', mark: crypto.randomUUID() }]));
    await listener.end();
    return { resync: listener.pages[0]?.resync ?? false, events: listener.events.length };
  }

  async function connect(directory: Directory, userId: string): Promise<void> {
    directory.presence.connected(userId);
    await vi.waitFor(async () => expect((await directory.users.find([userId]))[0]?.online).toBe(true));
    directory.presence.disconnected(userId);
  }

  async function world(): Promise<Directory> {
    agoMs = 60 * MINUTE_MS;
    const directory = await open();
    await directory.users.upsert(ACTOR, [{ id: 'me' }, { id: 'ann' }]);
    return directory;
  }

  it('is five minutes for users who never had a live connection and for callers without a user', async () => {
    const directory = await world();
    const anonymous = await resolveCaller(directory, { kind: 'anonymous' });
    for (const caller of [await me(directory), anonymous]) {
      expect(await fromTheBeginning(directory, caller)).toEqual({ resync: true, events: 1 });
    }
    agoMs = 4 * MINUTE_MS;
    const position = formatPosition(await directory.events.position());
    await directory.users.upsert(ACTOR, [{ id: 'ann', new: true }]);
    agoMs = 0;
    for (const caller of [await me(directory), anonymous]) {
      const events = await replayed(directory, caller, { filter: {}, lastEventId: position });
      expect(events).toMatchObject([{ type: 'user.updated', user: { id: 'ann' } }]);
    }
  });

  it('is the first live connection of the user, however long ago that was, and nothing before it', async () => {
    const directory = await world();
    agoMs = 30 * MINUTE_MS;
    const given = formatPosition(await directory.events.position());
    await connect(directory, 'me');
    await directory.users.upsert(ACTOR, [{ id: 'ann', new: true }]);
    agoMs = 10 * MINUTE_MS;
    await connect(directory, 'me');
    await directory.users.upsert(ACTOR, [{ id: 'ann', newer: true }]);
    agoMs = 0;
    const events = await replayed(directory, await me(directory), { filter: {}, lastEventId: given });
    expect(events).toMatchObject([{ user: { id: 'ann' } }, { user: { id: 'ann' } }]);
    expect(await fromTheBeginning(directory, await me(directory))).toEqual({ resync: true, events: 1 });
  });

  it('is the whole log for a server', async () => {
    const directory = await world();
    agoMs = 0;
    expect(await fromTheBeginning(directory, SERVER)).toEqual({ resync: false, events: 3 });
  });

  it('is never further than the log is kept, and an end of the log is always good', async () => {
    const directory = await world();
    agoMs = 0;
    const lastEventId = formatPosition(await directory.events.position());
    const listener = new Listener(directory, await me(directory), { filter: {}, lastEventId });
    await listener.begun();
    expect(listener.pages).toEqual([{ events: [] }]);
    await listener.end();
  });
});
