/**
 * What @rollcall/react guarantees, in a real browser, in StrictMode, with the oldest React and the newest, against a real server.
 */
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signToken } from '../support/permissions/sign-token.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import type { BrowserPages } from './browser-pages.js';
import { openStand, pause, Stand, startReactPages, until, VERSIONS } from './react-stand.js';

let server: ServerProcess;
let backEnd: ServerClient;

beforeAll(async () => {
  server = await startServerProcess({ env: { ROLLCALL_ALLOWED_ORIGINS: 'localhost' } });
  backEnd = createServerClient({ url: server.url, secret: SECRET });
});

afterAll(async () => {
  await backEnd?.disconnect();
  await server?.stop();
});

describe.each(VERSIONS)('React %s', (wanted, alias) => {
  let pages: BrowserPages;
  let stand: Stand;
  let round = 0;
  /** A name that no other test uses. */
  const named = (name: string) => `${name}-${wanted.replace('.', '')}-${round}`;
  let jane: { id: string; name: string };
  let token: string;

  beforeAll(async () => {
    pages = await startReactPages(alias);
  });

  afterAll(() => pages?.close());

  beforeEach(async () => {
    round += 1;
    ({ stand, jane, token } = await openStand(pages, { backEnd, url: server.url, id: named('jane') }));
  });

  afterEach(async () => {
    await stand.page.context().close();
    expect(stand.problems).toEqual([]);
  });

  const asJane = () => ({ user: jane, token });

  it('runs with the version that is asked for', async () => {
    expect(await stand.page.evaluate(() => window.reactVersion)).toMatch(new RegExp(`^${wanted}`));
  });

  it('what StrictMode mounts twice has one connection, and it stays', async () => {
    await stand.show({ scene: 'me', ...asJane() });
    await stand.shows('me', 'success Jane');
    await stand.shows('state', 'connected');
    await pause(500);
    expect([stand.sockets.length, stand.openSockets]).toEqual([1, 1]);
    const connects = stand.requests.filter(
      request => request.url().includes('users.connect') && request.method() === 'POST',
    );
    expect(connects).toHaveLength(1);
    await stand.hide();
    await until('it has left', () => stand.openSockets === 0);
  });

  it('what a render that is thrown away has asked for ends by itself, and a hook without Suspense asks nothing', async () => {
    const john = named('john');
    await backEnd.upsertUsers([{ id: john }, { id: `${john}-plain` }]);
    await stand.show({ scene: 'thrownAway', ids: [john], ...asJane() });
    await until('it is watched', () => stand.sent.some(text => text.includes(john)));
    await until('it is watched no more', () => {
      const after = stand.sent.slice(stand.sent.findLastIndex(text => text.includes(john)) + 1);
      return after.some(text => text.includes('live.events'));
    });
    expect(stand.queriesOf(`${john}-plain`)).toBe(0);
    expect(await stand.text('fallback')).toBe('…');
  });

  it('a render that waits for something else finds what it has read, and reads it no second time', async () => {
    const john = named('john');
    await backEnd.upsertUsers([{ id: john, name: 'John' }]);
    await stand.show({ scene: 'patientList', ids: [john], delayMs: 2_000, ...asJane() });
    await until('the list is read', async () =>
      (await stand.notes<object>()).some(note => 'knownMs' in note),
    );
    await pause(1_500);
    await backEnd.partialUpdateUser({ id: john, set: { mood: 'curious' } });
    await stand.shows('settled', 'John curious');
    const notes = await stand.notes<{ begunMs?: number; knownMs?: number }>();
    const known = notes.findIndex(({ knownMs }) => knownMs);
    const waits = notes.filter(({ begunMs }, at) => begunMs && !notes[at + 1]?.knownMs);
    expect(waits.length).toBeGreaterThan(0);
    expect(waits.filter(note => notes.indexOf(note) > known)).toEqual([]);
    expect(stand.queriesOf(john)).toBeLessThan(4);
  });

  it('a provider within what waits connects all the same', async () => {
    const john = named('john');
    await backEnd.upsertUsers([{ id: john, name: 'John' }]);
    await stand.show({ scene: 'waitingProvider', ids: [john], ...asJane() });
    await stand.shows('settled', 'John');
    expect(stand.openSockets).toBe(1);
    await stand.shows('state', 'connected');
  });

  it('an error without data goes to the error boundary', async () => {
    await stand.show({ scene: 'patient', ids: [named('nobody')], ...asJane() });
    await stand.shows('boundary', 'USER_NOT_FOUND');
    // React prints what a boundary has caught.
    stand.problems.length = 0;
  });

  it('a filter that is written anew with every render is asked once', async () => {
    const team = named('team');
    await backEnd.upsertUsers([{ id: named('john'), teams: [team] }]);
    const filter = { teams: { $contains: team } };
    await stand.show({ scene: 'restlessList', filter, ...asJane() });
    await stand.rowsAre([named('john')]);
    for (let times = 0; times < 20; times++) await stand.act('again');
    await stand.shows('times', '20');
    await stand.page.evaluate(() => new Promise(resolve => setTimeout(resolve, 300)));
    expect(stand.queriesOf(team)).toBe(1);
    expect(stand.sent.filter(text => text.includes('live.events') && text.includes(team))).toHaveLength(1);
  });

  it('a component is rendered when what it shows has changed, and not otherwise', async () => {
    const [john, jim] = [named('john'), named('jim')];
    await backEnd.upsertUsers([
      { id: john, name: 'John' },
      { id: jim, name: 'Jim' },
    ]);
    await stand.show({ scene: 'meAndUsers', ids: [john, jim], ...asJane() });
    await stand.shows(`user-${john}`, 'success John');
    await stand.shows(`user-${jim}`, 'success Jim');
    await pause(300);
    const [ofJohn, ofJim, ofMe] = [
      await stand.renders(john),
      await stand.renders(jim),
      await stand.renders('me'),
    ];
    await backEnd.partialUpdateUser({ id: john, set: { mood: 'fine' } });
    await stand.shows(`user-${john}`, 'success John fine');
    await pause(300);
    // StrictMode renders twice.
    expect((await stand.renders(john)) - ofJohn).toBeLessThanOrEqual(2);
    expect((await stand.renders(jim)) - ofJim).toBe(0);
    expect((await stand.renders('me')) - ofMe).toBe(0);
  });

  it('every field of a user is followed, and a selector is rendered for its part only', async () => {
    const john = named('john');
    await backEnd.upsertUsers([{ id: john, name: 'John' }]);
    await stand.show({ scene: 'names', ids: [john], ...asJane() });
    await stand.shows(`name-${john}`, 'success John');
    await pause(300);
    const before = await stand.renders(`name of ${john}`);
    await backEnd.partialUpdateUser({
      id: john,
      set: { mood: 'fine', language: 'de', 'shelf.colour': 'red' },
    });
    await pause(1_000);
    expect(await stand.renders(`name of ${john}`)).toBe(before);
    await backEnd.partialUpdateUser({ id: john, set: { name: 'Johnny' } });
    await stand.shows(`name-${john}`, 'success Johnny');
  });

  it('every event reaches the handler once, in order, and it is always the latest handler', async () => {
    await stand.show({ scene: 'listener', ...asJane() });
    await stand.shows('state', 'connected');
    const names = Array.from({ length: 100 }, (_, change) => `Jane ${change}`);
    for (const [change, name] of names.entries()) {
      if (change === 50) {
        await until('half of them', async () => (await stand.notes()).length === 50);
        await stand.act('again');
        await stand.shows('times', '1');
      }
      await backEnd.partialUpdateUser({ id: jane.id, set: { name } });
    }
    await until('all of them', async () => (await stand.notes()).length >= 100);
    const notes = await stand.notes<{ times: number; name: string }>();
    expect(notes.map(({ name }) => name)).toEqual(names);
    expect(notes.map(({ times }) => times)).toEqual(names.map((_, change) => (change < 50 ? 0 : 1)));
  });

  it('when the server ends the session every status says so, what was there stays, and a new token brings it back', async () => {
    const john = named('john');
    await backEnd.upsertUsers([{ id: john, name: 'John' }]);
    await stand.show({ scene: 'users', ids: [john], ...asJane() });
    await stand.shows(`user-${john}`, 'success John');
    await backEnd.revokeUserToken(jane.id, Date.now() + 2_000);
    await stand.shows('state', 'disconnected TOKEN_REVOKED');
    await stand.shows(`user-${john}`, 'error TOKEN_REVOKED John');
    await backEnd.revokeUserToken(jane.id, null);
    await stand.show({
      scene: 'users',
      ids: [john],
      user: jane,
      token: await backEnd.createToken(jane.id, { expires_in: 999 }),
    });
    await stand.shows(`user-${john}`, 'success John');
    await stand.shows('state', 'connected');
    await backEnd.partialUpdateUser({ id: john, set: { name: 'Johnny' } });
    await stand.shows(`user-${john}`, 'success Johnny');
  });

  it('what is mounted again begins with what is now, and sends no position from before', async () => {
    const team = named('team');
    await backEnd.upsertUsers([{ id: named('john'), name: 'John', teams: [team] }]);
    const list = { filter: { teams: { $contains: team } }, ...asJane() };
    await stand.show({ scene: 'list', ...list });
    await stand.rowsAre([`${named('john')} John`]);
    await stand.show({ scene: 'nothing', ...asJane() });
    await pause(1_500);
    await backEnd.upsertUsers([{ id: named('john'), name: 'Johnny', teams: [team] }]);
    const before = stand.sent.length;
    await stand.show({ scene: 'list', ...list });
    await stand.rowsAre([`${named('john')} Johnny`]);
    const subscribed = stand.sent.slice(before).filter(text => text.includes(team));
    expect(subscribed).toHaveLength(1);
    expect(subscribed[0]).not.toContain('lastEventId');
  });

  it('the answer to a question of an earlier user is shown to nobody', async () => {
    const [john, jim] = [named('john'), named('jim')];
    await backEnd.upsertUsers([{ id: john, name: 'John' }, { id: jim }]);
    const answered: (() => void)[] = [];
    await stand.show({ scene: 'slow', ids: [], ...asJane() });
    await stand.shows('state', 'connected');
    await stand.page.route('**/trpc/**users.query**', async route => {
      const answer = await route.fetch();
      await new Promise<void>(resolve => answered.push(resolve));
      await route.fulfill({ response: answer }).catch(() => undefined);
    });
    stand.page.evaluate(id => window.act.run?.(id as never), john).catch(() => undefined);
    await until('the first question is under way', () => answered.length === 1);
    await stand.show({ scene: 'slow', ids: [john], ...asJane() });
    await until('both questions are under way', () => answered.length >= 2);
    await stand.shows('action', 'pending');
    await stand.page.unroute('**/trpc/**users.query**');
    const other = { id: jim, name: 'Jim' };
    await stand.show({ scene: 'slow', ids: [], user: other, token: await backEnd.createToken(jim) });
    await stand.shows('action', 'idle');
    await stand.shows('state', 'connected');
    for (const answer of answered) answer();
    await pause(500);
    expect(await stand.text('action')).toBe('idle');
    const notes = (await stand.notes<string>()).filter(note => note.startsWith(john));
    expect(notes.filter(note => note.includes('John'))).toEqual([]);
    await stand.show({ scene: 'me', user: other, token: await backEnd.createToken(jim) });
    await stand.shows('me', 'success Jim');
    expect(stand.openSockets).toBe(1);
  });

  it('a page that was frozen shows every change and hears every event, once, when it wakes', async () => {
    await stand.show({ scene: 'meAndListener', ...asJane() });
    await stand.shows('me', 'success Jane');
    const session = await stand.page.context().newCDPSession(stand.page);
    // No line of the page runs from its next one on. A page without a window ignores the state "frozen".
    await session.send('Debugger.enable');
    await session.send('Debugger.pause');
    const names = Array.from({ length: 30 }, (_, change) => `Jane ${change}`);
    for (const name of names) await backEnd.partialUpdateUser({ id: jane.id, set: { name } });
    await pause(500);
    const woken = Date.now();
    await session.send('Debugger.resume');
    await until('all of them', async () => (await stand.notes()).length >= names.length);
    await pause(300);
    const notes = await stand.notes<{ name: string; at: number }>();
    expect(notes.map(({ name }) => name)).toEqual(names);
    expect(notes.filter(({ at }) => at < woken)).toEqual([]);
    await stand.shows('me', 'success Jane 29');
  });

  it('a provider that is mounted anew in the same moment, as when its file is edited, keeps its connection', async () => {
    await stand.show({ scene: 'me', mount: 'one', ...asJane() });
    await stand.shows('me', 'success Jane');
    for (const mount of ['two', 'three', 'four']) {
      await stand.show({ scene: 'me', mount, ...asJane() });
      await pause(100);
    }
    await stand.shows('me', 'success Jane');
    expect([stand.sockets.length, stand.openSockets]).toEqual([1, 1]);
  });

  it('a provider that goes while it connects leaves no socket', async () => {
    await stand.show({ scene: 'me', delayMs: 700, ...asJane() });
    await pause(200);
    await stand.hide();
    await pause(1_500);
    expect(stand.openSockets).toBe(0);
    expect((await backEnd.queryUsers({ id: jane.id })).users[0]).toMatchObject({ online: false });
    await stand.show({ scene: 'me', ...asJane() });
    await stand.shows('me', 'success Jane');
    expect(stand.openSockets).toBe(1);
  });

  it('a change of one of a thousand users renders one row, and a thousand changes a second render once a frame', async () => {
    const team = named('team');
    const people = Array.from({ length: 1_000 }, (_, place) => ({
      id: `${team}-${String(place).padStart(4, '0')}`,
      name: 'At first',
      teams: [team],
    }));
    for (let from = 0; from < people.length; from += 100)
      await backEnd.upsertUsers(people.slice(from, from + 100));
    const sort = [{ field: 'id', direction: 1 }];
    const serverToken = {
      scene: 'list',
      filter: { teams: { $contains: team } },
      sort,
      limit: 1_000,
    } as const;
    await stand.show({ ...serverToken, ...asJane() });
    await until('all rows', async () => (await stand.rows()).length === 1_000);
    await pause(500);
    const before = await stand.renders('row');
    await backEnd.partialUpdateUser({ id: people[500]!.id, set: { name: 'Changed' } });
    await until('the row', async () => (await stand.rows())[500] === `${people[500]!.id} Changed`);
    expect((await stand.renders('row')) - before).toBeLessThanOrEqual(2);

    await stand.page.evaluate(() => {
      const counting = () => {
        window.renders.frames = (window.renders.frames ?? 0) + 1;
        requestAnimationFrame(counting);
      };
      requestAnimationFrame(counting);
    });
    const lists = await stand.renders('list');
    const rows = await stand.renders('row');
    const rounds = 3;
    for (let change = 0; change < rounds; change++) {
      for (let from = 0; from < 1_000; from += 100) {
        const batch = people.slice(from, from + 100).map(one => ({ ...one, name: `Change ${change}` }));
        await backEnd.upsertUsers(batch);
      }
    }
    await until('the last change', async () =>
      (await stand.rows()).every(text => text.endsWith(`Change ${rounds - 1}`)),
    );
    // Twice, because StrictMode renders twice.
    expect((await stand.renders('list')) - lists).toBeLessThanOrEqual(
      2 * ((await stand.renders('frames')) + 2),
    );
    expect((await stand.renders('row')) - rows).toBeLessThanOrEqual(2 * 1_000 * rounds);
  });

  it('an update of oneself is shown at once, and taken back when the server refuses it', async () => {
    await stand.show({ scene: 'meAndUsers', ids: [jane.id], ...asJane() });
    await stand.shows('me', 'success Jane');
    await stand.page.route('**/trpc/**users.partialUpdate**', async route => {
      await pause(400);
      await route.continue();
    });
    const refused = stand.act('update', { set: { name: 'x'.repeat(300) } });
    await stand.shows('me', `success ${'x'.repeat(300)}`);
    expect(await refused).toBe('INPUT_INVALID');
    await stand.shows('me', 'success Jane');
    const taken = stand.act('update', { set: { name: 'Janet', mood: 'fine' } });
    await stand.shows('me', 'success Janet fine');
    await stand.shows(`user-${jane.id}`, 'success Janet fine');
    expect(await taken).toBe('Janet');
    await pause(300);
    expect(await stand.text('me')).toBe('success Janet fine');
    const names = (await stand.notes<string>()).map(note => note.split(' ').at(-1));
    expect(names.lastIndexOf('Jane')).toBeLessThan(names.indexOf('Janet'));
  });

  it('a list loads more, marks who leaves, holds back who is new, and follows what its rows do afterwards', async () => {
    const team = named('team');
    const [ann, ben, cat, dan] = ['ann', 'ben', 'cat', 'dan'].map(named) as [string, string, string, string];
    const teams = [team];
    await backEnd.upsertUsers([
      { id: ann, teams },
      { id: ben, teams },
      { id: cat, teams },
    ]);
    const filter = { teams: { $contains: team } };
    await stand.show({ scene: 'list', filter, sort: [{ field: 'id', direction: 1 }], limit: 2, ...asJane() });
    await stand.rowsAre([ann, ben]);
    await stand.shows('more', 'true');
    await stand.act('loadMore');
    await stand.rowsAre([ann, ben, cat]);
    await stand.shows('more', 'false');
    await backEnd.upsertUsers([{ id: dan, teams }]);
    await stand.shows('new', '1');
    await backEnd.upsertUsers([{ id: ann, teams: [] }]);
    await stand.rowsAre([`${ann} left`, ben, cat]);
    await until('it is followed', () =>
      stand.sent.some(text => text.includes('user_ids') && text.includes(ann)),
    );
    await pause(500);
    await backEnd.partialUpdateUser({ id: ann, set: { name: 'Ann' } });
    await stand.rowsAre([`${ann} Ann left`, ben, cat]);
    await stand.act('showNew');
    await stand.rowsAre([dan, `${ann} Ann left`, ben, cat]);
    await stand.shows('new', '0');
    await stand.act('reload');
    await stand.rowsAre([ben, cat, dan]);
  });

  it('who comes and who leaves while a list is read is neither missed nor counted twice', async () => {
    const team = named('team');
    const [ann, ben, cat] = ['ann', 'ben', 'cat'].map(named) as [string, string, string];
    await backEnd.upsertUsers([
      { id: ann, teams: [team] },
      { id: ben, teams: [team] },
    ]);
    let answer: (() => void) | undefined;
    await stand.page.route('**/trpc/**users.query**', async route => {
      const response = await route.fetch();
      await new Promise<void>(resolve => {
        answer = resolve;
      });
      await route.fulfill({ response });
    });
    const sort = [{ field: 'id', direction: 1 }];
    await stand.show({ scene: 'list', filter: { teams: { $contains: team } }, sort, ...asJane() });
    await until('the server has answered', () => answer !== undefined);
    await backEnd.upsertUsers([
      { id: ann, teams: [] },
      { id: ben, name: 'Ben', teams: [team] },
      { id: cat, teams: [team] },
    ]);
    await pause(500);
    answer?.();
    await stand.rowsAre([`${ann} left`, `${ben} Ben`]);
    await stand.shows('new', '1');
  });

  it('presence is followed, alone and in a list', async () => {
    const john = named('john');
    await backEnd.upsertUsers([{ id: john }]);
    await stand.show({ scene: 'online', ids: [jane.id, john], ...asJane() });
    await stand.shows('online', /success [01]0/);
    const other = await pages.open();
    const there = new Stand(other.page, other.problems, server.url);
    await there.show({ scene: 'me', user: { id: john }, token: await backEnd.createToken(john) });
    await stand.shows('online', 'success 11');
    await stand.show({ scene: 'presentList', filter: { id: john }, ...asJane() });
    await stand.rowsAre([`${john} online`]);
    await there.page.context().close();
    await stand.rowsAre([john]);
  });

  it('the client of a back end hears everybody, and follows tasks to their end', async () => {
    const john = named('john');
    await backEnd.upsertUsers([{ id: john, name: 'John' }]);
    const server = await signToken({ server: true });
    await stand.show({ scene: 'users', ids: [john], server });
    await stand.shows(`user-${john}`, 'success John');
    await backEnd.partialUpdateUser({ id: john, set: { name: 'Johnny' } });
    await stand.shows(`user-${john}`, 'success Johnny');
    const { task_id } = await backEnd.deactivateUsers([john]);
    await stand.show({ scene: 'task', ids: [task_id], server });
    await stand.shows('task', 'success completed');
    await stand.show({ scene: 'me', server });
    await stand.shows('me', 'error NOT_ALLOWED');
  });

  it('after the server was gone it is back by itself, with what happened meanwhile', async () => {
    const john = named('john');
    await backEnd.upsertUsers([{ id: john, name: 'John' }]);
    await stand.show({ scene: 'users', ids: [john], ...asJane() });
    await stand.shows(`user-${john}`, 'success John');
    await server.crash();
    await stand.shows('state', 'reconnecting');
    await server.restart();
    await backEnd.partialUpdateUser({ id: john, set: { name: 'Johnny' } });
    await stand.shows(`user-${john}`, 'success Johnny');
    stand.problems.length = 0;
  });

  it('the devtools show the connection, who is read by how many, and the last events', async () => {
    const john = named('john');
    await backEnd.upsertUsers([{ id: john, name: 'John' }]);
    await stand.show({ scene: 'devtools', ids: [john], ...asJane() });
    await stand.shows(`user-${john}`, 'success John');
    const panel = stand.page.getByRole('region', { name: 'Rollcall devtools' });
    await until('the panel', async () => {
      const text = (await panel.textContent()) ?? '';
      return text.includes('connected') && text.includes(`user ${john} (1 reader)`);
    });
    await backEnd.partialUpdateUser({ id: john, set: { name: 'Johnny' } });
    await until(
      'the event',
      async () => (await panel.textContent())?.includes(`user.updated ${john}`) === true,
    );
  });
});
