import { ACCESS_STEPS } from './access-steps.js';
import { CONTENT_STEPS } from './content-steps.js';
import { Dice } from './dice.js';
import { writeFirstRound } from './first-round.js';
import { LIFE_CYCLE_STEPS } from './life-cycle-steps.js';
import { FRIENDS, ProgramWorld } from './program-world.js';
import { REFUSED_STEPS } from './refused-steps.js';
import type { Step } from './step.js';
import { USER_STEPS, writeFirstUsers } from './user-steps.js';
import { writeWebhookRound } from './webhook-round.js';

/** How much of a program is of each kind, in percent, added up. */
const KINDS: [upTo: number, steps: Record<string, (world: ProgramWorld) => void>][] = [
  [30, USER_STEPS],
  [44, LIFE_CYCLE_STEPS],
  [58, ACCESS_STEPS],
  [90, CONTENT_STEPS],
  [100, REFUSED_STEPS],
];

/** So many users are made before anybody is deleted. */
const FIRST_USERS = 12;

/**
 * A random program of so many calls over the whole API, most of which succeed.
 * @param random numbers from 0 to 1: the same numbers give the same program.
 */
export function writeProgram(count: number, random: () => number): Step[] {
  const world = new ProgramWorld(new Dice(random));
  const done = new Map<string, number>();
  writeFirstUsers(world);
  world.write({ as: 'server', path: 'settings.update', input: { guests_enabled: true } });
  writeFirstRound(world);
  writeWebhookRound(world);
  while (world.users.size < FIRST_USERS) USER_STEPS.create?.(world);
  while (world.steps.length < count) {
    const next = world.next.shift();
    if (next) {
      next();
      continue;
    }
    // These take seconds, so there are two of them.
    const visits = world.steps.filter(({ visitor }) => visitor !== undefined).length;
    if (visits < 2 && world.at > ((visits + 1) * count) / 3) writeVisit(world);
    const [name, write] = choose(world.dice, done);
    const before = world.at;
    write(world);
    if (world.at > before) done.set(name, (done.get(name) ?? 0) + 1);
    // A program that runs out of people has nothing to tell any more.
    if (world.ids().length < FIRST_USERS / 2) USER_STEPS.create?.(world);
  }
  return world.steps.slice(0, count);
}

/** A friend is online while it is asked who is. */
function writeVisit(world: ProgramWorld): void {
  const [visitor] = FRIENDS;
  const input = { filter: { id: { $in: [...FRIENDS] }, online: true } };
  world.write({ as: 'server', path: 'users.query', input, visitor });
}

/** Of the kind that the dice choose, now and then what has come up least: nothing is left out. */
function choose(
  dice: Dice,
  done: ReadonlyMap<string, number>,
): [name: string, write: (world: ProgramWorld) => void] {
  const point = dice.whole(1, 100);
  const [, steps] = KINDS.find(([upTo]) => point <= upTo) as (typeof KINDS)[0];
  const entries = Object.entries(steps);
  if (dice.chance(0.6)) return dice.pick(entries);
  const times = (name: string) => done.get(name) ?? 0;
  return entries.reduce((least, one) => (times(one[0]) < times(least[0]) ? one : least));
}
