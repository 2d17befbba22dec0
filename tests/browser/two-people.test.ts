import { createServerClient, type ServerClient } from '@rollcall/client/server';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { until } from '../support/until.js';
import { type BrowserPages, startBrowserPages } from './browser-pages.js';
import type { Heard, Outcome } from './two-people-page.js';

const PAGE = `<h1>One of two people</h1><p>State: <b id="state"></b></p><pre id="heard"></pre>`;

/** Somebody in front of a browser. */
class Person {
  readonly #page: Page;
  readonly problems: string[];

  constructor({ page, problems }: { page: Page; problems: string[] }) {
    this.#page = page;
    this.problems = problems;
  }

  /** Calls a method of the page's client. */
  call(method: string, ...given: unknown[]): Promise<Outcome> {
    return this.#page.evaluate(([name, args]) => window.call(name, ...args), [method, given] as const);
  }

  /** The answer to a call that has to succeed. */
  async ask<Answer = unknown>(method: string, ...given: unknown[]): Promise<Answer> {
    const outcome = await this.call(method, ...given);
    if ('code' in outcome) throw new Error(`${method}: ${outcome.code}`);
    return outcome.answer as Answer;
  }

  heard(): Promise<Heard[]> {
    return this.#page.evaluate(() => window.heard);
  }

  /** What it has heard of one type about one user. */
  async heardOf(type: string, id: string): Promise<Heard[]> {
    return (await this.heard()).filter(one => one.type === type && one.user?.id === id);
  }

  state(): Promise<string | null> {
    return this.#page.textContent('#state');
  }

  /** How often its connection was opened. */
  async connections(): Promise<number> {
    return (await this.#page.evaluate(() => window.states)).filter(state => state === 'connected').length;
  }

  me(): Promise<unknown> {
    return this.#page.evaluate(() => window.me());
  }

  async begin(url: string): Promise<void> {
    await this.#page.evaluate(at => window.use(at), url);
  }

  async close(): Promise<void> {
    await this.#page.context().close();
  }
}

let server: ServerProcess;
let backEnd: ServerClient;
let pages: BrowserPages;
let jane: Person;
let john: Person;

beforeAll(async () => {
  server = await startServerProcess({ env: { ROLLCALL_ALLOWED_ORIGINS: 'localhost' } });
  backEnd = createServerClient({ url: server.url, secret: SECRET });
  pages = await startBrowserPages(new URL('two-people-page.ts', import.meta.url), PAGE);
});

afterAll(async () => {
  await pages?.close();
  await backEnd?.disconnect();
  await server?.stop();
});

beforeEach(async () => {
  [jane, john] = [new Person(await pages.open()), new Person(await pages.open())];
  await Promise.all([jane.begin(server.url), john.begin(server.url)]);
});

afterEach(async () => {
  expect([jane.problems, john.problems]).toEqual([[], []]);
  await Promise.all([jane.close(), john.close()]);
});

/** Connects the two under names of their own, each following the other. */
async function meet(
  names: { jane: string; john: string },
  teams: { jane: string[]; john: string[] } = { jane: [], john: [] },
): Promise<void> {
  await backEnd.upsertUsers([
    { id: names.jane, name: names.jane, teams: teams.jane },
    { id: names.john, name: names.john, teams: teams.john },
  ]);
  await jane.ask('connectUser', { id: names.jane }, await backEnd.createToken(names.jane));
  await john.ask('connectUser', { id: names.john }, await backEnd.createToken(names.john));
  await jane.ask('watchUsers', [names.john]);
  await john.ask('watchUsers', [names.jane]);
}

const found = async (person: Person, ids: string[]) => {
  const { users } = await person.ask<{ users: { id: string }[] }>('queryUsers', { id: { $in: ids } }, [
    { field: 'id', direction: 1 },
  ]);
  return users.map(user => user.id);
};

describe('two people in two browsers', () => {
  it('cannot bear the same name; who comes first has it until it lets go', async () => {
    await backEnd.updateAppSettings({ enforce_unique_usernames: 'app' });
    await meet({ jane: 'name-jane', john: 'name-john' });
    await jane.ask('partialUpdateUser', { id: 'name-jane', set: { name: 'Sam Smith' } });
    const taken = { id: 'name-john', set: { name: 'sam.smith' } };
    expect(await john.call('partialUpdateUser', taken)).toEqual({ code: 'USERNAME_TAKEN' });
    await jane.ask('partialUpdateUser', { id: 'name-jane', set: { name: 'Jane again' } });
    await john.ask('partialUpdateUser', taken);
    await until('both have heard', async () => {
      const [ofJane, ofJohn] = [
        await john.heardOf('user.updated', 'name-jane'),
        await jane.heardOf('user.updated', 'name-john'),
      ];
      return ofJane.length === 2 && ofJohn.length === 1;
    });
    expect((await john.heardOf('user.updated', 'name-jane')).map(one => one.user?.name)).toEqual([
      'Sam Smith',
      'Jane again',
    ]);
    expect((await jane.heardOf('user.updated', 'name-john')).map(one => one.user?.name)).toEqual([
      'sam.smith',
    ]);
    await backEnd.updateAppSettings({ enforce_unique_usernames: 'no' });
  });

  it('both see a ban begin and run out; only the banned one is told when it ends, and it writes again', async () => {
    await meet({ jane: 'ban-jane', john: 'ban-john' });
    const { channel } = await john.ask<{ channel: { cid: string } }>('chat.createChannel', {
      type: 'room',
      members: ['ban-jane'],
    });
    const expires_at = Date.now() + 3_000;
    await backEnd.banUser('ban-john', { expires_at, reason: 'rude' });
    await until('both have heard of the ban', async () =>
      (await Promise.all([jane, john].map(one => one.heardOf('user.banned', 'ban-john')))).every(
        list => list.length === 1,
      ),
    );
    const message = { cid: channel.cid, text: 'let me in' };
    expect(await john.call('chat.sendMessage', message)).toEqual({ code: 'USER_BANNED' });
    expect(await john.me()).toMatchObject({ banned: true, ban_expires: expires_at });
    const [seen] = await jane.heardOf('user.banned', 'ban-john');
    expect(seen?.user).toMatchObject({ banned: true });
    expect(seen?.user).not.toHaveProperty('ban_expires');
    expect(JSON.stringify([await jane.heard(), await john.heard()])).not.toContain('rude');

    await until('both have heard of its end', async () =>
      (await Promise.all([jane, john].map(one => one.heardOf('user.unbanned', 'ban-john')))).every(
        list => list.length === 1,
      ),
    );
    for (const person of [jane, john]) {
      expect(await person.heardOf('user.unbanned', 'ban-john')).toMatchObject([
        { cause: 'expired', user: { banned: false } },
      ]);
    }
    expect(Date.now()).toBeGreaterThanOrEqual(expires_at);
    await john.ask('chat.sendMessage', message);
    expect(await john.state()).toBe('connected');
  });

  it('one of them can be a guest, who comes, is seen, and goes', async () => {
    await backEnd.updateAppSettings({ guests_enabled: false });
    expect(await john.call('setGuestUser', { name: 'A visitor' })).toEqual({ code: 'NOT_ALLOWED' });
    await backEnd.updateAppSettings({ guests_enabled: true });
    const guest = await john.ask<{ id: string; role: string }>('setGuestUser', { name: 'A visitor' });
    expect(guest).toMatchObject({ role: 'guest', name: 'A visitor' });

    await backEnd.upsertUsers([{ id: 'host-jane' }]);
    await jane.ask('connectUser', { id: 'host-jane' }, await backEnd.createToken('host-jane'));
    await until(
      'the guest is online',
      async () => (await backEnd.queryUsers({ id: guest.id })).users[0]?.online === true,
    );
    await jane.ask('queryUsers', { role: 'guest' }, [], { presence: true });
    expect(await jane.heardOf('user.presence.changed', guest.id)).toMatchObject([{ user: { online: true } }]);
    await john.ask('partialUpdateUser', { id: guest.id, set: { name: 'A visitor who stays' } });
    await until('the new name', async () => (await jane.heardOf('user.updated', guest.id)).length === 1);
    await john.ask('disconnectUser');
    await until(
      'the guest has gone',
      async () => (await jane.heardOf('user.presence.changed', guest.id)).length === 2,
    );
    expect((await jane.heardOf('user.presence.changed', guest.id))[1]).toMatchObject({
      user: { online: false },
    });
    expect(await jane.call('setGuestUser', { id: guest.id })).toEqual({ code: 'INPUT_INVALID' });
    expect(await john.call('setGuestUser', { id: guest.id })).toEqual({ code: 'NOT_ALLOWED' });
  });

  it('see nothing of each other in different teams, and everything as soon as they share one', async () => {
    await meet({ jane: 'team-jane', john: 'team-john' }, { jane: ['red'], john: ['blue'] });
    const both = ['team-jane', 'team-john'];
    expect([await found(jane, both), await found(john, both)]).toEqual([both, both]);
    await backEnd.updateAppSettings({ multi_tenant_enabled: true });
    try {
      // Connections that were open are judged anew, and come back by themselves.
      await until('both are back', async () =>
        (await Promise.all([jane, john].map(one => one.connections()))).every(times => times === 2),
      );
      expect([await found(jane, both), await found(john, both)]).toEqual([['team-jane'], ['team-john']]);
      await backEnd.partialUpdateUser({ id: 'team-john', set: { mood: 'unseen' } });
      await backEnd.partialUpdateUser({ id: 'team-john', set: { teams: ['blue', 'red'] } });
      await backEnd.partialUpdateUser({ id: 'team-john', set: { mood: 'seen' } });
      const moods = async (person: Person) =>
        (await person.heardOf('user.updated', 'team-john')).map(
          ({ user }) => (user?.custom as { mood?: string } | undefined)?.mood,
        );
      await until('each hears what it may', async () =>
        (await Promise.all([moods(jane), moods(john)])).every(list => list.includes('seen')),
      );
      expect(await moods(john)).toEqual(['unseen', 'unseen', 'seen']);
      // The first is how he joined: as he is then, and without a word of what was before.
      const [joined, ...since] = await jane.heardOf('user.updated', 'team-john');
      expect(joined).toMatchObject({ user: { teams: ['blue', 'red'] } });
      expect(joined).not.toHaveProperty('changed');
      expect(since).toMatchObject([{ changed: ['custom.mood'], user: { custom: { mood: 'seen' } } }]);
      expect([await found(jane, both), await found(john, both)]).toEqual([both, both]);
      expect([await jane.state(), await john.state()]).toEqual(['connected', 'connected']);
    } finally {
      await backEnd.updateAppSettings({ multi_tenant_enabled: false });
    }
  });

  it('each see its own private fields, and never those of the other', async () => {
    await meet({ jane: 'own-jane', john: 'own-john' });
    await john.ask('addDevice', { id: 'phone-of-john', push_provider: 'firebase' });
    await john.ask('blockUser', 'own-jane');
    await john.ask('partialUpdateUser', {
      id: 'own-john',
      set: { privacy_settings: { read_receipts: { enabled: false } } },
    });
    await john.ask('partialUpdateUser', { id: 'own-john', set: { name: 'The last change' } });
    await until('the last change is there', async () =>
      (await Promise.all([jane, john].map(one => one.heardOf('user.updated', 'own-john')))).every(list =>
        list.some(heard => heard.user?.name === 'The last change'),
      ),
    );
    const types = (list: Heard[]) => list.map(one => one.type);
    expect(types(await john.heard())).toEqual(expect.arrayContaining(['user.device.added', 'user.blocked']));
    expect(await john.me()).toMatchObject({
      devices: [{ id: 'phone-of-john' }],
      blocked_user_ids: ['own-jane'],
      privacy_settings: { read_receipts: { enabled: false } },
    });
    expect(await john.ask('getBlockedUsers')).toMatchObject([
      { user_id: 'own-jane', user: { name: 'own-jane' } },
    ]);

    const { users } = await jane.ask<{ users: object[] }>('queryUsers', { id: 'own-john' });
    const seen = JSON.stringify([await jane.heard(), users]);
    for (const own of [
      'devices',
      'blocked_user_ids',
      'privacy_settings',
      'phone-of-john',
      'user.blocked',
      'user.device',
    ]) {
      expect(seen).not.toContain(own);
    }
    expect(types(await jane.heard())).toEqual(['user.updated']);
    // Her client has no way to ask for them; what the server says to one who asks is in the permission matrix.
    expect(await jane.call('getBlockedUsers', 'own-john')).toEqual({ code: 'INPUT_INVALID' });
  });

  it('one who is invisible looks offline to the other and is here to itself', async () => {
    await meet({ jane: 'here-jane', john: 'here-john' });
    const online = async (person: Person) =>
      (await person.heardOf('user.presence.changed', 'here-john')).map(one => one.user?.online);
    await until(
      'the server knows',
      async () => (await backEnd.queryUsers({ id: 'here-john' })).users[0]?.online === true,
    );
    await jane.ask('watchUsers', ['here-john'], { presence: true });
    await john.ask('watchUsers', ['here-john'], { presence: true });
    expect([await online(jane), await online(john)]).toEqual([[true], [true]]);
    await backEnd.partialUpdateUser({ id: 'here-john', set: { invisible: true } });
    await until('it has gone for the other', async () => (await online(jane)).length === 2);
    expect([await online(jane), await online(john)]).toEqual([[true, false], [true]]);
    const { users } = await jane.ask<{ users: { online: boolean }[] }>('queryUsers', { id: 'here-john' });
    expect(users.map(user => user.online)).toEqual([false]);
  });
});
