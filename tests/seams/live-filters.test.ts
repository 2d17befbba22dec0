/**
 * Many listeners, each with a filter of its own or naming users, while users change. What each should hear is worked out
 * from the log, which is read afterwards from its beginning, and from what users were and became in it.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Client, createClient } from '@rollcall/client';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import type { RollcallEvent, User } from '@rollcall/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventCollector } from '../support/listeners/event-collector.js';
import {
  COLOURS,
  FIRST_NAMES,
  LAST_NAMES,
  NUMBERS,
  OF_A_USER,
  SELECTIONS,
  type Selection,
} from '../support/listeners/many-filters.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { Dice } from '../support/program/dice.js';
import { seededRandom } from '../support/seeded-random.js';
import { until } from '../support/until.js';

const CALLS = 120;
const PER_CONNECTION = 90;
const dice = new Dice(seededRandom('live filters'));

let process: ServerProcess;
let backEnd: ServerClient;
let eve: Client;
let start: string;
const clients: ServerClient[] = [];
/** A listener, what it hears, and in the end what it should have heard. */
interface Listening {
  selection: Selection;
  heard: EventCollector;
  due?: string[];
}
const ofBackEnds: Listening[] = [];
const ofEve: Listening[] = [];
let log: RollcallEvent[];

beforeAll(async () => {
  // Another process would hear of the private field a moment after the call that sets it.
  process = await startServerProcess({ processes: 1, env: { ROLLCALL_SERVER_LIVE_FILTERS: '1000' } });
  backEnd = createServerClient({ url: process.url, secret: SECRET });
  await backEnd.updateAppSettings({ private_custom_fields: ['secret'] });
  eve = createClient({ url: process.url });
  await backEnd.upsertUsers([{ id: 'eve' }]);
  await eve.connectUser({ id: 'eve' }, await backEnd.createToken('eve'));
  start = (await backEnd.queryUsers({}, [], { limit: 1 })).position;
  listen();
  // All have begun before the changes, so that these are told as they happen: what is heard again is judged otherwise.
  await Promise.allSettled([...ofBackEnds, ...ofEve].map(({ heard }) => heard.ready));
  await backEnd.upsertUsers(
    Array.from({ length: NUMBERS }, (_, number) => ({ id: `u-${number}`, n: number })),
  );
  await until('everybody listens', () =>
    ofBackEnds.every(({ selection, heard }) => !('user_ids' in selection.input) || heard.events.length > 0),
  );
  for (let call = 0; call < CALLS; call++) await change();
  await changeForEverybody();
  log = await wholeLog();
  for (const one of ofBackEnds) one.due = expected(one.selection, false);
  for (const one of ofEve) one.due = asksForSecrets(one.selection) ? [] : expected(one.selection, true);
  // What is missing then is for the tests to tell.
  await until('everybody has heard enough', hasEnough, 30_000).catch(() => undefined);
}, 120_000);

afterAll(async () => {
  for (const { heard } of [...ofBackEnds, ...ofEve]) void heard.stop();
  for (const client of clients) await client.disconnect();
  await eve.disconnectUser();
  await backEnd.disconnect();
  await process.stop();
});

function listen(): void {
  for (const [index, selection] of SELECTIONS.entries()) {
    if (index % PER_CONNECTION === 0) clients.push(createServerClient({ url: process.url, secret: SECRET }));
    const client = clients.at(-1) as ServerClient;
    ofBackEnds.push({
      selection,
      heard: new EventCollector(client, { ...selection.input, lastEventId: start }),
    });
  }
  for (const selection of OF_A_USER) {
    ofEve.push({ selection, heard: new EventCollector(eve, { ...selection.input, lastEventId: start }) });
  }
}

const someNumbers = () => {
  const some = Array.from({ length: dice.whole(1, 3) }, () => dice.whole(0, NUMBERS - 1));
  return some.length > 1 ? some : some[0];
};

/** Fields at random, of which each may be left out. */
function someFields(): Record<string, unknown> {
  const shelf = () => ({ colour: dice.pick(COLOURS) });
  return {
    ...(dice.chance(0.7) && { n: someNumbers() }),
    ...(dice.chance(0.5) && { shelf: dice.chance(0.3) ? [shelf(), shelf()] : shelf() }),
    ...(dice.chance(0.3) && { secret: dice.whole(1, 3) }),
    ...(dice.chance(0.4) && { name: `${dice.pick(FIRST_NAMES)} ${dice.pick(LAST_NAMES)}` }),
  };
}

/** One call at random. Some of them change nothing, or only what is private. */
async function change(): Promise<void> {
  const everybody = Array.from({ length: NUMBERS }, (_, number) => `u-${number}`);
  const ids = dice.some(everybody, 8);
  const kind = dice.whole(0, 9);
  if (kind < 3) await backEnd.upsertUsers(ids.map(id => ({ id, ...someFields() })));
  else if (kind < 7) {
    await backEnd.partialUpdateUsers(
      ids.map(id => ({ id, set: { touched: dice.whole(0, 2), ...someFields() } }) as never),
    );
  } else if (kind < 8) {
    await backEnd.partialUpdateUsers(ids.map(id => ({ id, unset: [dice.pick(['n', 'shelf', 'secret'])] })));
  } else if (kind < 9) {
    await backEnd.partialUpdateUsers(ids.map(id => ({ id, set: { secret: dice.whole(1, 3) } }) as never));
  } else {
    const [id = ''] = ids;
    await backEnd.deactivateUser(id);
    await backEnd.reactivateUser(id);
  }
}

/** A last event for each listener: what it hears too often or too late comes before it, and would be seen. */
async function changeForEverybody(): Promise<void> {
  const last = SELECTIONS.map(({ example }, index) =>
    'id' in example
      ? { id: example.id, last: index }
      : { id: `last-${index}`, ...(example.name && { name: example.name }), ...example.custom },
  );
  for (let from = 0; from < last.length; from += 100) await backEnd.upsertUsers(last.slice(from, from + 100));
}

async function wholeLog(): Promise<RollcallEvent[]> {
  const { position } = await backEnd.queryUsers({}, [], { limit: 1 });
  const reader = new EventCollector(backEnd, { lastEventId: start });
  await until('the log is read', () => reader.events.at(-1)?.id === position);
  await reader.stop();
  return reader.events as RollcallEvent[];
}

/** Whether a user is refused it. */
const asksForSecrets = ({ input }: Selection) => 'filter' in input && 'secret' in input.filter;

/** A user as others see it. */
function seenByOthers(user: User): User {
  const { secret: _, ...custom } = user.custom;
  return { ...user, custom };
}

const FIELDS_THAT_CHANGE = ['name', 'custom', 'deactivated_at'] as const;
const sameForOthers = (one: User, other: User) =>
  FIELDS_THAT_CHANGE.every(field => isDeepStrictEqual(one[field], other[field]));

/** What a listener should have heard: each event of the log that its users enter, change in, or leave its selection by. */
function expected({ input, matches }: Selection, asEve: boolean): string[] {
  const users = new Map<string, User>();
  const isIn = (user: User | undefined) =>
    user !== undefined && (user.deactivated_at === undefined || 'user_ids' in input) && matches(user);
  return log.flatMap(event => {
    if (!('user' in event)) return [];
    const after = asEve ? seenByOthers(event.user) : event.user;
    const before = users.get(after.id);
    users.set(after.id, after);
    if (asEve && event.type === 'user.updated' && before && sameForOthers(before, after)) return [];
    const matched = { before: isIn(before), after: isIn(after) };
    if (!matched.before && !matched.after) return [];
    return [said(event, 'filter' in input ? matched : undefined)];
  });
}

function said(event: RollcallEvent, matched?: { before: boolean; after: boolean }): string {
  const about = 'user' in event ? ` ${event.user.id}` : '';
  return `${event.id} ${event.type}${about}${matched ? ` ${matched.before} ${matched.after}` : ''}`;
}

const heardBy = ({ heard }: Listening) =>
  heard.events.map(event =>
    said(event as RollcallEvent, 'matched' in event ? (event.matched as never) : undefined),
  );

const hasEnough = () =>
  [...ofBackEnds, ...ofEve].every(({ heard, due }) => heard.events.length >= (due?.length ?? 0));

/** What all of them heard, and what they should have, by what they asked for. */
const compared = (listening: readonly Listening[]) => ({
  told: Object.fromEntries(listening.map(one => [one.selection.name, heardBy(one)])),
  due: Object.fromEntries(listening.map(one => [one.selection.name, one.due])),
});

describe('each of many listeners with filters of their own', () => {
  it('hears exactly its events, in order, and whether its users matched before and after each', () => {
    const { told, due } = compared(ofBackEnds);
    expect(told).toEqual(due);
    expect(Object.values(due).every(events => events?.length)).toBe(true);
  });

  it('who is a user hears by the same filters what others may see, and is refused those on what they may not', () => {
    const { told, due } = compared(ofEve);
    expect(told).toEqual(due);
    for (const { selection, heard } of ofEve) {
      const refused = asksForSecrets(selection)
        ? expect.objectContaining({ code: 'NOT_ALLOWED' })
        : undefined;
      expect(heard.error, selection.name).toEqual(refused);
    }
  });

  it('keeps what a query with the filter finds in the end', async () => {
    for (const { selection, heard } of ofBackEnds) {
      if (!('filter' in selection.input)) continue;
      const kept = new Set<string>();
      for (const event of heard.events) {
        if (!('user' in event)) continue;
        if ('matched' in event && event.matched?.after) kept.add(event.user.id);
        else kept.delete(event.user.id);
      }
      const found = new Set<string>();
      let next: string | undefined;
      do {
        const page = await backEnd.queryUsers(selection.input.filter, [{ field: 'id', direction: 1 }], {
          limit: 100,
          next,
        });
        for (const { id } of page.users) found.add(id);
        next = page.next;
      } while (next);
      found.delete('eve');
      expect([...kept].sort(), selection.name).toEqual([...found].sort());
    }
  });
});
