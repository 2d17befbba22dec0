#!/usr/bin/env node
/**
 * Prints made-up users as NDJSON, one user a line. The same seed and count give the same users on every machine:
 *
 *     node samples/make-users.mjs > samples/users.ndjson
 *     node samples/make-users.mjs --count 100000 --seed 7 > more-users.ndjson
 *
 * Ids and names are unique within one output, so it can be imported where unique usernames are enforced.
 */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { LANGUAGES, PLANS, STREETS, TAGS, TEAMS } from './people.mjs';

const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(2019, 0, 1);
const DAYS = 2_500;

/**
 * A Lehmer generator. Every product stays below 2 ** 53, so doubles are exact and the sequence is the same on every
 * machine.
 */
function randomSource(seed) {
  let state = (Math.abs(seed) % 2_147_483_646) + 1;
  const next = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  for (let warmUp = 0; warmUp < 16; warmUp++) next();
  const below = limit => Math.floor(next() * limit);
  return {
    below,
    chance: probability => next() < probability,
    pick: list => list[below(list.length)],
    /** Picks `count` members of a list, in the order of the list. */
    some: (list, count) => {
      const chosen = new Set();
      while (chosen.size < count) chosen.add(below(list.length));
      return list.filter((_, index) => chosen.has(index));
    },
  };
}

/**
 * The form in which names are compared. Like the server's rule, it ignores case and all but letters, marks and numbers.
 */
const comparable = name => name.normalize('NFKC').replace(/[^\p{L}\p{M}\p{N}]/gu, '').toLowerCase();

function makeName(random, people, taken) {
  for (let attempt = 0; ; attempt++) {
    const [first, latin] = random.pick(people.given);
    const family = random.pick(people.family);
    const parts = people.order === 'given first' ? [first, family] : [family, first];
    // With many users the lists run out of names. Then a number keeps the name unique.
    const name = parts.join(people.join) + (attempt < 25 ? '' : ` ${attempt - 23}`);
    if (taken.has(comparable(name))) continue;
    taken.add(comparable(name));
    return { name, latin };
  }
}

function makeUser(random, number, taken) {
  const people = random.pick(LANGUAGES);
  const { name, latin } = makeName(random, people, taken);
  const id = `${latin}-${String(number).padStart(4, '0')}`;
  const city = random.pick(people.cities);
  const teams = random.chance(0.15) ? [] : random.some(TEAMS, 1 + random.below(3));
  const role = random.chance(0.03) ? 'admin' : random.chance(0.01) ? 'guest' : 'user';
  const tags = random.some(TAGS, random.below(4));
  return {
    id,
    name,
    ...(random.chance(0.9) && { image: `https://images.example.com/people/${id}.png` }),
    role,
    teams,
    ...(teams.includes('moderation') && random.chance(0.3) && { teams_role: { moderation: 'admin' } }),
    language: people.language,
    ...(random.chance(0.03) && { invisible: true }),
    ...(random.chance(0.05) && { privacy_settings: { typing_indicators: { enabled: false } } }),
    ...(random.chance(0.04) && { push_notifications: { disabled: true } }),
    ...(random.chance(0.01) && { banned: true }),
    custom: {
      city,
      joined_on: new Date(FIRST_DAY + random.below(DAYS) * DAY_MS).toISOString().slice(0, 10),
      plan: random.pick(PLANS),
      ...(random.chance(0.85) && { age: 16 + random.below(64) }),
      tags,
      address: {
        street: `${1 + random.below(180)} ${random.pick(STREETS)}`,
        city,
        country: people.country,
      },
    },
  };
}

function wholeNumber(text, name) {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  console.error(`error: --${name} must be a whole number, not "${text}"`);
  process.exit(2);
}

const { values } = parseArgs({
  options: { count: { type: 'string', default: '1000' }, seed: { type: 'string', default: '4600' } },
});
const count = wholeNumber(values.count, 'count');
const random = randomSource(wholeNumber(values.seed, 'seed'));
const taken = new Set();
for (let number = 1; number <= count; number++) {
  const line = `${JSON.stringify(makeUser(random, number, taken))}\n`;
  if (!process.stdout.write(line)) await once(process.stdout, 'drain');
}
