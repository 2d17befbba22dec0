/** Takes turns, so that whatever else happens on the machine slows the work and its limit alike. */
import { median } from './numbers.mjs';

/**
 * Runs each measurement once a round, in turn.
 * @param sides by name, what measures one number, or an object of numbers.
 * @returns by name, the median of the rounds.
 */
export async function takeTurns(rounds, sides) {
  const taken = Object.fromEntries(Object.keys(sides).map(name => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of Object.entries(sides)) taken[name].push(await measure(round));
  }
  return Object.fromEntries(Object.entries(taken).map(([name, values]) => [name, middle(values)]));
}

function middle(values) {
  if (typeof values[0] === 'number') return median(values);
  const names = Object.keys(values[0]);
  return Object.fromEntries(names.map(name => [name, median(values.map(value => value[name]))]));
}
