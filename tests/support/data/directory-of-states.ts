/**
 * A directory in every state that a user can be in, made by the ordinary calls: people are banned, deactivated, revoked,
 * block each other and have devices, and their custom data holds every kind of JSON.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@rollcall/client';
import type { JsonObject, ServerClient, UpsertUserInput } from '@rollcall/client/server';

/** The role, beside the built-in ones, that some of the people have. */
export const OWN_ROLE = 'moderator';

/** How long a ban lasts that has run out when the directory is made. */
const SHORT_BAN_MS = 1_500;

const CUSTOM: readonly JsonObject[] = [
  {},
  { nothing: null, yes: true, no: false, text: 'Ἀγαθὴ 😀 \u0301', empty: '' },
  { numbers: [0, -0.5, 1e21, 5e-324, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER] },
  { lists: [[], [[]], [1, 'two', { three: [null] }]], list: ['a', 'b'] },
  { a: { b: { c: { d: { e: { f: { g: 1 } } } } } }, object: {} },
  { 'näme-with-ünïcode': 'x'.repeat(2_000), time: '2026-01-31T12:00:00Z' },
];

const IDS = [
  (place: number) => `user-${place}`,
  (place: number) => `person.${place}+news@example.com`,
  (place: number) => `auth0|${place.toString(16)}`,
  (place: number) => `urn:x:${place}`,
];

function person(place: number): UpsertUserInput {
  const pick = <One>(list: readonly One[]): One => list[place % list.length] as One;
  return {
    id: pick(IDS)(place),
    ...(place % 3 > 0 && { name: `Näme of ${place}` }),
    ...(place % 4 === 1 && { image: `https://images.example.com/${place}.png?size=1` }),
    ...(place % 5 > 0 && { language: pick(['en', 'pt-BR', 'zh-Hant-TW']) }),
    role: pick(['user', 'user', 'admin', 'guest', OWN_ROLE]),
    teams: pick([[], ['red'], ['red', 'team with spaces, and "quotes"']]),
    ...(place % 6 === 2 && { teams_role: { red: 'admin', 'a.b': OWN_ROLE } }),
    ...(place % 10 === 3 && { invisible: true }),
    ...(place % 8 === 1 && { privacy_settings: { typing_indicators: { enabled: place % 16 === 1 } } }),
    ...(place % 8 === 5 && { push_notifications: { disabled: true, disabled_until: 1_900_000_000_000 } }),
    custom: pick(CUSTOM),
  };
}

/** Makes the directory. It takes a few seconds for a thousand people. */
export async function makeDirectoryOfStates(
  server: ServerClient,
  { url, people: count }: { url: string; people: number },
): Promise<void> {
  await server.createRole(OWN_ROLE);
  const people = Array.from({ length: count }, (_, place) => person(place));
  const ids = people.map(({ id }) => id);
  const every = (step: number, from: number) => ids.filter((_, place) => place % step === from);
  await server.importUsers(people);

  await together(every(9, 0), id => server.banUser(id, { reason: 'a reason' }));
  await together(every(9, 1), id => server.banUser(id, { expires_at: Date.parse('2099-01-01T00:00:00Z') }));
  await together(every(9, 2), id => server.shadowBan(id));
  await together(every(27, 3), id => server.banUser(id, { expires_at: Date.now() + SHORT_BAN_MS }));
  const shortBansEnd = sleep(SHORT_BAN_MS);
  await together(every(7, 4), id => server.revokeUserToken(id, Date.parse('2026-02-03T04:05:06Z')));
  await together(every(5, 1), async id => {
    await server.addDevice({ id: `phone of ${id}`, push_provider: 'apn' }, id);
    await server.addDevice({ id: 'pad', push_provider: 'firebase', push_provider_name: 'main' }, id);
  });
  await together(every(6, 0), async id => {
    const place = ids.indexOf(id);
    // Near and far, before and after it, and both ways.
    for (const step of [1, -1, 6, -6, Math.floor(count / 2), 150]) {
      const other = ids[(place + step + count) % count] as string;
      if (other !== id) await server.blockUser(other, id);
    }
  });
  const seen: string[] = [];
  await together(every(Math.ceil(count / 10), 2), async id => {
    const client = createClient({ url });
    await client.connectUser({ id }, await server.createToken(id));
    seen.push(id);
    await client.disconnectUser();
  });
  await untilLastActive(server, seen);
  const inactive = every(11, 5);
  for (let from = 0; from < inactive.length; from += 100) {
    const { task_id } = await server.deactivateUsers(inactive.slice(from, from + 100));
    await server.waitForTask(task_id);
  }
  await shortBansEnd;
}

/** The server writes `last_active` of many users together, a moment after they were here. */
async function untilLastActive(server: ServerClient, ids: readonly string[]): Promise<void> {
  const deadline = Date.now() + 30_000;
  const filter = { id: { $in: [...ids] }, last_active: { $exists: true } };
  for (let known = 0; known < ids.length; await sleep(100)) {
    known = (await server.queryUsers(filter, [], { limit: 100 })).users.length;
    if (Date.now() > deadline)
      throw new Error(`last_active of ${known} users of ${ids.length} is written after 30 s`);
  }
}

/** Does something for everybody, a few at a time. */
async function together<One>(all: readonly One[], work: (one: One) => Promise<unknown>): Promise<void> {
  const left = [...all];
  const worker = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}
