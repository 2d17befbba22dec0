import { isDeepStrictEqual } from 'node:util';
import type { Json } from './same-form.js';

/** Values that are shown whole are shown up to here. */
const SHOWN_CHARACTERS = 4000;

/** One side of a comparison. */
export interface Side {
  name: string;
  list: readonly Json[];
}

/**
 * The first place where two lists differ, as a text: where within, and both items; `undefined` when they are equal.
 * @param what the lists are of.
 */
export function firstDifference(what: string, one: Side, other: Side): string | undefined {
  const length = Math.max(one.list.length, other.list.length);
  for (let index = 0; index < length; index++) {
    const [left, right] = [one.list[index], other.list[index]];
    if (isDeepStrictEqual(left, right)) continue;
    const place = [what, index, ...placeOf(left, right)].join(' ');
    const shown = [one, other].map(
      ({ name, list }) => `${name}: ${JSON.stringify(list[index])?.slice(0, SHOWN_CHARACTERS)}`,
    );
    return `different: ${place}\n${shown.join('\n')}`;
  }
  return undefined;
}

/** The names that lead to the first difference within two values, and both sides of it. */
function placeOf(one: unknown, other: unknown): string[] {
  if (!isObject(one) || !isObject(other)) return ['is', JSON.stringify(one), 'or', JSON.stringify(other)];
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  const name = [...names].find(each => !isDeepStrictEqual(one[each], other[each])) as string;
  return [name, ...placeOf(one[name], other[name])];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
