/** Two writers at the same moment, each on a process of its own, before one PostgreSQL: exactly one wins. */
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import type { RollcallError } from '@rollcall/protocol';
import { freshDatabaseUrl, RUNS_WHOLE } from '@rollcall/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventCollector } from '../support/listeners/event-collector.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { ProgramCaller } from '../support/program/program-caller.js';

const RACES = RUNS_WHOLE ? 1000 : 80;

/** Pairs that run at once: enough for both processes to have several of them in hand at every moment. */
const PAIRS_AT_ONCE = 8;

/** The one that is asked second wins so many races at least where the two really cross. */
const FAIR_PART = RACES / 10;

type Side = 'here' | 'there';

let processes: ServerProcess[];
let here: ServerClient;
let there: ServerClient;

beforeAll(async () => {
  const databaseUrl = await freshDatabaseUrl('postgres');
  processes = await Promise.all([startServerProcess({ databaseUrl }), startServerProcess({ databaseUrl })]);
  [here, there] = processes.map(({ url }) => createServerClient({ url, secret: SECRET })) as [
    ServerClient,
    ServerClient,
  ];
  await here.updateAppSettings({ enforce_unique_usernames: 'app' });
});

afterAll(async () => {
  await Promise.all([here.disconnect(), there.disconnect()]);
  expect(await Promise.all(processes.map(process => process.stop()))).toEqual([0, 0]);
});

/** Runs something for 0 to `count - 1`, in so many rows at once. */
async function inRows(count: number, run: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const row = async () => {
    while (next < count) await run(next++);
  };
  await Promise.all(Array.from({ length: PAIRS_AT_ONCE }, row));
}

/** What became of many races: how often each outcome came up, and who won. */
class Score {
  /** By outcome, `won` or the code of an error. */
  readonly outcomes: Record<string, number> = {};
  readonly won: Record<Side, number> = { here: 0, there: 0 };
  /** Races that were not won by exactly one. */
  readonly undecided: unknown[] = [];

  /** Lets two calls race; answers with what the winner was answered. */
  async race<Answer>(
    first: () => Promise<Answer>,
    second: () => Promise<Answer>,
  ): Promise<Answer | undefined> {
    const [one, other] = await Promise.allSettled([first(), second()]);
    for (const result of [one, other]) {
      const outcome = result.status === 'fulfilled' ? 'won' : (result.reason as RollcallError).code;
      this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
    }
    if (one.status === other.status) {
      this.undecided.push([one, other]);
      return undefined;
    }
    this.won[one.status === 'fulfilled' ? 'here' : 'there']++;
    return [one, other].find(result => result.status === 'fulfilled')?.value;
  }
}

/** Hears everything from now on, on the process that is asked second. */
async function listen(): Promise<EventCollector> {
  const { position } = await here.queryUsers({}, [], { limit: 1 });
  return new EventCollector(there, { lastEventId: position });
}

/** Waits until everything has been heard that was written up to now; answers with the events before. */
async function heardBy(listener: EventCollector, mark: string): Promise<EventCollector['events']> {
  await here.upsertUser({ id: mark });
  await expect.poll(() => listener.names.at(-1), { timeout: 30_000 }).toBe(`user.created ${mark}`);
  await listener.stop();
  return listener.events.slice(0, -1);
}

describe('of two writers on two processes', () => {
  it('who want one username exactly one gets it, every time', { timeout: 300_000 }, async () => {
    const listener = await listen();
    const score = new Score();
    const winners: string[] = [];
    await inRows(RACES, async index => {
      const name = `Name ${index}`;
      const user = await score.race(
        () => here.upsertUser({ id: `here-${index}`, name }),
        () => there.upsertUser({ id: `there-${index}`, name: name.toUpperCase() }),
      );
      winners.push(`user.created ${user?.id}`);
    });
    console.log('one username:', JSON.stringify([score.outcomes, score.won]));
    expect(score.undecided).toEqual([]);
    expect(score.outcomes).toEqual({ won: RACES, USERNAME_TAKEN: RACES });
    expect(Math.min(score.won.here, score.won.there)).toBeGreaterThanOrEqual(FAIR_PART);
    await heardBy(listener, 'all-named');
    expect(listener.names.slice(0, -1).sort()).toEqual(winners.sort());
  });

  it('who rename two users alike exactly one may', { timeout: 300_000 }, async () => {
    const count = RACES / 5;
    for (const side of ['first', 'second']) {
      const users = Array.from({ length: count }, (_, index) => ({ id: `${side}-${index}` }));
      for (let from = 0; from < count; from += 100) await here.upsertUsers(users.slice(from, from + 100));
    }
    const listener = await listen();
    const score = new Score();
    await inRows(count, async index => {
      const set = { name: `Renamed ${index}` };
      await score.race(
        () => here.partialUpdateUser({ id: `first-${index}`, set }),
        () => there.partialUpdateUser({ id: `second-${index}`, set }),
      );
    });
    console.log('renamed alike:', JSON.stringify([score.outcomes, score.won]));
    expect(score.outcomes).toEqual({ won: count, USERNAME_TAKEN: count });
    const events = await heardBy(listener, 'all-renamed');
    const names = events.map(event => event.type === 'user.updated' && event.user.name);
    expect(names.sort()).toEqual(Array.from({ length: count }, (_, index) => `Renamed ${index}`).sort());
  });

  it('who expect one revision exactly one writes, every time, and the revision goes up by one each time', {
    timeout: 300_000,
  }, async () => {
    const rounds = RACES / PAIRS_AT_ONCE;
    const ids = Array.from({ length: PAIRS_AT_ONCE }, (_, index) => `revised-${index}`);
    await here.upsertUsers(ids.map(id => ({ id })));
    const listener = await listen();
    const score = new Score();
    await Promise.all(
      ids.map(async id => {
        for (let if_revision = 1; if_revision <= rounds; if_revision++) {
          const user = await score.race(
            () => here.upsertUser({ id, if_revision, by: 'here', round: if_revision }),
            () => there.upsertUser({ id, if_revision, by: 'there', round: if_revision }),
          );
          expect(user).toMatchObject({ revision: if_revision + 1, custom: { round: if_revision } });
        }
      }),
    );
    console.log('one revision:', JSON.stringify([score.outcomes, score.won]));
    expect(score.undecided).toEqual([]);
    expect(score.outcomes).toEqual({ won: RACES, REVISION_CONFLICT: RACES });
    expect(Math.min(score.won.here, score.won.there)).toBeGreaterThanOrEqual(FAIR_PART);
    const events = await heardBy(listener, 'all-revised');
    for (const id of ids) {
      const revisions = events.map(event =>
        event.type === 'user.updated' && event.user.id === id ? event.user.revision : undefined,
      );
      expect(revisions.filter(revision => revision !== undefined)).toEqual(
        Array.from({ length: rounds }, (_, index) => index + 2),
      );
    }
    expect(events).toHaveLength(RACES);
  });

  it('who change different parts of one user both do, and none undoes the other', {
    timeout: 300_000,
  }, async () => {
    const rounds = RACES / 5;
    await here.upsertUser({ id: 'shared' });
    const listener = await listen();
    await inRows(rounds, async index => {
      await Promise.all([
        here.partialUpdateUser({ id: 'shared', set: { [`here.n${index}`]: 1 } }),
        there.partialUpdateUser({ id: 'shared', set: { [`there.n${index}`]: 1 } }),
      ]);
    });
    const { users } = await here.queryUsers({ id: 'shared' });
    const all = Object.fromEntries(Array.from({ length: rounds }, (_, index) => [`n${index}`, 1]));
    expect(users[0]).toMatchObject({ revision: 1 + 2 * rounds, custom: { here: all, there: all } });
    expect(await heardBy(listener, 'all-shared')).toHaveLength(2 * rounds);
  });
});

it('a user who comes for the first time on two processes at once comes into being once', {
  timeout: 300_000,
}, async () => {
  const count = RACES / 5;
  const listener = await listen();
  const caller = new ProgramCaller(Date.now());
  const [one, other] = processes as [ServerProcess, ServerProcess];
  await inRows(count, async index => {
    const id = `new-${index}`;
    const call = { as: id, path: 'users.connect', input: { user: { id, name: `New ${index}` } } };
    const answers = await Promise.all([caller.call(one.url, call), caller.call(other.url, call)]);
    for (const answer of answers) expect(answer).toMatchObject({ data: { user: { id, revision: 1 } } });
  });
  await heardBy(listener, 'all-come');
  const created = Array.from({ length: count }, (_, index) => `user.created new-${index}`);
  expect(listener.names.slice(0, -1).sort()).toEqual(created.sort());
});
