/**
 * Apps that are not kind to @rollcall/react: what they do by mistake, in a hurry or at a bad moment. In a real browser, in StrictMode,
 * with the oldest React and the newest, against a real server.
 */
import { randomUUID } from 'node:crypto';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signToken } from '../support/permissions/sign-token.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import type { BrowserPages } from './browser-pages.js';
import { openStand, pause, Stand, startReactPages, until, VERSIONS } from './react-stand.js';

let server: ServerProcess;
let backEnd: ServerClient;

beforeAll(async () => {
  server = await startServerProcess({
    env: {
      ROLLCALL_ALLOWED_ORIGINS: 'localhost',
      ROLLCALL_CLIENT_CALLS_PER_MINUTE: '1000',
      ROLLCALL_SOCKET_MESSAGES_PER_MINUTE: '1000',
    },
  });
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

  it('a part that is made anew with every look is rendered when it changes, and not for ever', async () => {
    const john = named('john');
    await backEnd.upsertUsers([{ id: john, name: 'John' }]);
    await stand.show({ scene: 'parts', ids: [john], ...asJane() });
    await stand.shows('parts', 'success John John John');
    await pause(300);
    const before = await stand.renders(`parts of ${john}`);
    await backEnd.partialUpdateUser({ id: john, set: { mood: 'fine', language: 'de' } });
    await pause(700);
    expect(await stand.renders(`parts of ${john}`)).toBe(before);
    await backEnd.partialUpdateUser({ id: john, set: { name: 'Johnny' } });
    await stand.shows('parts', 'success Johnny Johnny Johnny');
  });

  it('an action that an effect begins at once, before the provider has connected, ends', async () => {
    await stand.show({ scene: 'atOnce', once: true, ...asJane() });
    await stand.shows('state', 'connected');
    await stand.shows('action', 'success there');
  });

  it('an action that is under way when a refused connection comes back ends, and one of an earlier user is gone', async () => {
    await stand.show({ scene: 'held', ...asJane() });
    await stand.shows('state', 'connected');
    await stand.act('run', 'first');
    await stand.shows('action', 'pending');
    await backEnd.revokeUserToken(jane.id, Date.now() + 2_000);
    await stand.shows('state', 'disconnected TOKEN_REVOKED');
    await backEnd.revokeUserToken(jane.id, null);
    await stand.act('reconnect');
    await stand.shows('state', 'connected');
    await stand.act('answer');
    await stand.shows('action', 'success first');

    await stand.act('run', 'second');
    await stand.shows('action', 'pending first');
    const john = { id: named('john') };
    await stand.show({ scene: 'held', user: john, token: await backEnd.createToken(john.id) });
    await stand.shows('action', 'idle');
    await stand.show({ scene: 'held', ...asJane() });
    await stand.shows('action', 'idle');
    await stand.act('answer');
    await pause(300);
    expect(await stand.text('action')).toBe('idle');
  });

  it('of two runs of an action at once the last one counts', async () => {
    await stand.show({ scene: 'held', ...asJane() });
    await stand.act('run', 'first');
    await stand.act('run', 'second');
    await stand.act('answer');
    await pause(200);
    expect(await stand.text('action')).toBe('pending');
    await stand.act('answer');
    await stand.shows('action', 'success second');
  });

  it('a token that was renewed before the old one was refused is taken when it is', async () => {
    const short = await backEnd.createToken(jane.id, { expires_in: 3 });
    await stand.show({ scene: 'me', user: jane, token: short });
    await stand.shows('me', 'success Jane');
    await stand.show({ scene: 'me', ...asJane() });
    await pause(4_500);
    await backEnd.partialUpdateUser({ id: jane.id, set: { name: 'Janet' } });
    await stand.shows('me', 'success Janet');
    await stand.shows('state', 'connected');
  });

  it('those who are new and are shown while a page loads stay', async () => {
    const team = named('team');
    const ids = ['abe', 'ann', 'ben', 'cat'].map(named);
    const [abe, ann, ben, cat] = ids as [string, string, string, string];
    await backEnd.upsertUsers([ann, ben, cat].map(id => ({ id, teams: [team] })));
    const sort = [{ field: 'id', direction: 1 }];
    await stand.show({ scene: 'list', filter: { teams: { $contains: team } }, sort, limit: 2, ...asJane() });
    await stand.rowsAre([ann, ben]);
    await backEnd.upsertUsers([{ id: abe, teams: [team] }]);
    await stand.shows('new', '1');
    const answer = await stand.holdQueries();
    await stand.act('loadMore');
    await until('the page is under way', () => answer.waiting() === 1);
    await stand.act('showNew');
    await stand.rowsAre([abe, ann, ben]);
    await answer.now();
    await stand.rowsAre([abe, ann, ben, cat]);
  });

  it('what is new and what has left is still so when a list could not be read again', async () => {
    const team = named('team');
    const ids = ['ann', 'ben', 'cat'].map(named);
    const [ann, ben, cat] = ids as [string, string, string];
    const teams = [team];
    await backEnd.upsertUsers([ann, ben].map(id => ({ id, teams })));
    const sort = [{ field: 'id', direction: 1 }];
    await stand.show({ scene: 'list', filter: { teams: { $contains: team } }, sort, ...asJane() });
    await stand.rowsAre([ann, ben]);
    await backEnd.upsertUsers([
      { id: ann, teams: [] },
      { id: cat, teams },
    ]);
    await stand.rowsAre([`${ann} left`, ben]);
    await stand.shows('new', '1');
    await stand.page.route('**/trpc/**users.query**', route => route.abort());
    await stand.act('reload');
    await stand.shows('list-status', 'error UNAVAILABLE');
    expect([await stand.rows(), await stand.text('new')]).toEqual([[`${ann} left`, ben], '1']);
    await stand.page.unroute('**/trpc/**users.query**');
    await stand.act('reload');
    await stand.rowsAre([ben, cat]);
    await stand.shows('new', '0');
  });

  it('a second provider that connects the client as somebody else is told of in the first, which takes it back afterwards', async () => {
    const john = { id: named('john'), name: 'John' };
    await backEnd.upsertUsers([john]);
    await stand.show({ scene: 'me', ...asJane() });
    await stand.shows('me', 'success Jane');
    const beside = { user: { id: john.id }, token: await backEnd.createToken(john.id) };
    await stand.show({ scene: 'me', ...asJane(), beside });
    await stand.shows('beside', 'success John');
    await stand.shows('me', /^error UNAVAILABLE/);
    await stand.show({ scene: 'me', ...asJane() });
    await stand.shows('me', 'success Jane');
    await stand.shows('state', 'connected');
    await backEnd.partialUpdateUser({ id: jane.id, set: { name: 'Janet' } });
    await stand.shows('me', 'success Janet');
    expect(stand.openSockets).toBe(1);
  });

  it('an id that can be nobody is the error of its row only', async () => {
    const john = named('john');
    await backEnd.upsertUsers([{ id: john, name: 'John' }]);
    await stand.show({ scene: 'users', ids: [john, 'no id!', 'x'.repeat(300), ''], ...asJane() });
    await stand.shows(`user-${john}`, 'success John');
    await stand.shows('user-no id!', 'error USER_NOT_FOUND');
    await stand.shows(`user-${'x'.repeat(300)}`, 'error USER_NOT_FOUND');
    await stand.shows('user-', 'error USER_NOT_FOUND');
  });

  it('a token provider that fails at first is asked again', async () => {
    await stand.page.evaluate(() => {
      window.failures = 2;
    });
    await stand.show({ scene: 'me', ...asJane(), delayMs: 1 });
    await stand.shows('me', 'success Jane');
    await stand.shows('state', 'connected');
    expect(await stand.page.evaluate(() => window.failures)).toBe(0);
  });

  it('a handler that fails is printed, and everything else goes on', async () => {
    await stand.show({ scene: 'throws', ids: [jane.id], ...asJane() });
    await stand.shows(`user-${jane.id}`, 'success Jane');
    await backEnd.partialUpdateUser({ id: jane.id, set: { name: 'Janet' } });
    await stand.shows(`user-${jane.id}`, 'success Janet');
    await until('the other handler', async () => (await stand.notes()).length > 0);
    expect(stand.problems.join()).toContain('of the page');
    stand.problems.length = 0;
  });

  it('what waited for an earlier user keeps no connection', async () => {
    const john = { id: named('john') };
    await backEnd.upsertUsers([john]);
    const answer = await stand.holdQueries();
    await stand.show({ scene: 'patient', ids: [john.id], ...asJane() });
    await until('it waits', () => answer.waiting() > 0);
    await stand.show({ scene: 'nothing', user: john, token: await backEnd.createToken(john.id) });
    await stand.shows('state', 'connected');
    await answer.now();
    await stand.show({ scene: 'me', ...asJane() });
    await stand.shows('me', 'success Jane');
    await stand.hide();
    await until('it has left', () => stand.openSockets === 0);
  });

  it('users who are switched in a hurry end as the last one, with one connection', async () => {
    const others = ['ann', 'ben', 'cat'].map(name => ({ id: named(name), name }));
    await backEnd.upsertUsers(others);
    const tokens = await Promise.all(others.map(({ id }) => backEnd.createToken(id)));
    for (let round = 0; round < 3; round++) {
      for (const [place, user] of others.entries()) {
        await stand.show({ scene: 'me', user, token: tokens[place] ?? '', delayMs: place * 20 });
      }
      await stand.show({ scene: 'me', ...asJane() });
    }
    await stand.shows('me', 'success Jane');
    await stand.shows('state', 'connected');
    await pause(300);
    expect(stand.openSockets).toBe(1);
    await backEnd.partialUpdateUser({ id: jane.id, set: { name: 'Janet' } });
    await stand.shows('me', 'success Janet');
  });

  it('a component that goes in the middle of an update finds the truth when it comes back', async () => {
    await stand.show({ scene: 'me', ...asJane() });
    await stand.shows('me', 'success Jane');
    const release = await stand.holdQueries('users.partialUpdate');
    const refused = stand.act('update', { set: { name: 'x'.repeat(300) } });
    await stand.shows('me', /^success x+$/);
    await stand.show({ scene: 'nothing', ...asJane() });
    await release.now();
    expect(await refused).toBe('INPUT_INVALID');
    await stand.show({ scene: 'me', ...asJane() });
    await stand.shows('me', 'success Jane');
  });

  it('a list whose filter changes while a page is under way shows the last filter', async () => {
    const [red, blue] = [named('red'), named('blue')];
    const [ann, ben] = [named('ann'), named('ben')];
    await backEnd.upsertUsers([
      { id: ann, teams: [red] },
      { id: ben, teams: [blue] },
    ]);
    const answer = await stand.holdQueries();
    const list = (team: string) => ({
      scene: 'list' as const,
      filter: { teams: { $contains: team } },
      ...asJane(),
    });
    await stand.show(list(red));
    await until('it is asked', () => answer.waiting() === 1);
    await stand.show(list(blue));
    await until('both are asked', () => answer.waiting() === 2);
    await answer.now();
    await stand.rowsAre([ben]);
    await pause(300);
    expect(await stand.rows()).toEqual([ben]);
  });

  it('who has left is marked, also when something newer of it was heard of elsewhere first', async () => {
    const [team, ann] = [named('team'), named('ann')];
    await backEnd.upsertUsers([{ id: ann, teams: [team] }]);
    const release = await stand.holdStreams(team);
    const filter = { teams: { $contains: team } };
    await stand.show({ scene: 'listAndUsers', filter, ids: [ann], ...asJane() });
    await stand.rowsAre([ann]);
    await stand.shows(`user-${ann}`, /^success/);
    await until('it is watched', () =>
      stand.sent.some(text => text.includes('user_ids') && text.includes(ann)),
    );
    await pause(300);
    release.hold();
    await backEnd.upsertUsers([{ id: ann, teams: [] }]);
    await backEnd.partialUpdateUser({ id: ann, set: { name: 'Ann' } });
    await stand.shows(`user-${ann}`, 'success Ann');
    await stand.rowsAre([`${ann} Ann`]);
    release.now();
    await stand.rowsAre([`${ann} Ann left`]);
  });

  it('a page that opens while the server is gone begins when it is back', async () => {
    await server.crash();
    await stand.show({ scene: 'list', filter: { id: jane.id }, ...asJane() });
    await stand.shows('state', 'connecting');
    await server.restart();
    await stand.rowsAre([`${jane.id} Jane online`]);
    stand.problems.length = 0;
  });

  it('one is online to oneself', async () => {
    await stand.show({ scene: 'me', ...asJane() });
    await stand.shows('me', 'success Jane');
    await pause(500);
    expect(await stand.act('amOnline')).toBe(true);
    await stand.show({ scene: 'nothing', ...asJane() });
    await pause(1_500);
    await stand.show({ scene: 'list', filter: { id: jane.id }, ...asJane() });
    await stand.rowsAre([`${jane.id} Jane online`]);
  });

  it('a list that is read again goes on showing who is online', async () => {
    const john = named('john');
    await backEnd.upsertUsers([{ id: john }]);
    const other = await pages.open();
    const there = new Stand(other.page, other.problems, server.url);
    await stand.show({ scene: 'presentList', filter: { id: john }, ...asJane() });
    await stand.rowsAre([john]);
    await there.show({ scene: 'me', user: { id: john }, token: await backEnd.createToken(john) });
    await stand.rowsAre([`${john} online`]);
    await stand.act('reload');
    await pause(700);
    expect(await stand.rows()).toEqual([`${john} online`]);
    await there.page.context().close();
    await stand.rowsAre([john]);
  });

  it('presence that is read again at once goes on being followed', async () => {
    const john = named('john');
    await backEnd.upsertUsers([{ id: john }]);
    await stand.show({ scene: 'online', ids: [john], ...asJane() });
    await stand.shows('online', 'success 0');
    await stand.act('reload');
    await pause(500);
    const other = await pages.open();
    const there = new Stand(other.page, other.problems, server.url);
    await there.show({ scene: 'me', user: { id: john }, token: await backEnd.createToken(john) });
    await stand.shows('online', 'success 1');
    await there.page.context().close();
    await stand.shows('online', 'success 0');
  });

  it('a task that had ended before is shown, and one that does not exist is an error', async () => {
    const { task_id } = await backEnd.deactivateUsers([jane.id]);
    await backEnd.waitForTask(task_id);
    const server = await signToken({ server: true });
    await stand.show({ scene: 'task', ids: [task_id], server });
    await stand.shows('task', 'success completed');
    await stand.show({ scene: 'task', ids: [randomUUID()], server });
    await stand.shows('task', 'error TASK_NOT_FOUND');
  });

  it('ten thousand users who were read and are read no more leave nothing behind', async () => {
    const [step, rounds] = [1_000, 10];
    const name = (round: number) => named(`crowd-${round}`);
    for (let round = 0; round < rounds; round++) {
      for (let from = 0; from < step; from += 100) {
        const places = Array.from({ length: 100 }, (_, place) => from + place);
        await backEnd.upsertUsers(places.map(place => ({ id: `${name(round)}-${place}`, name: 'One' })));
      }
    }
    await stand.page.clock.install();
    await stand.page.reload();
    await stand.show({ scene: 'devtools', ...asJane() });
    await stand.shows('state', 'connected');
    const store = () => stand.page.locator('details', { hasText: 'entries,' }).textContent();
    for (let round = 0; round < rounds; round++) {
      await stand.show({ scene: 'crowd', ids: [name(round)], limit: step, ...asJane() });
      await stand.shows(`name-${name(round)}-${step - 1}`, 'success One');
    }
    await stand.show({ scene: 'devtools', ...asJane() });
    await until('the store', async () => /entries, 10\d{3} users/.test((await store()) ?? ''));
    const full = await stand.heapMb();
    const begun = stand.sent.length;
    await stand.page.clock.fastForward(2_000);
    await stand.page.clock.fastForward(31_000);
    await until('they are forgotten', async () => /^0 entries, \d users/.test((await store()) ?? ''));
    expect(await stand.heapMb()).toBeLessThan(full / 2);
    // Each says who is left, so that there must not be one for each user: a page may send 120 a minute.
    expect(stand.sent.length - begun).toBeLessThan(20);
  });
});
