/**
 * The order of a sort, written from MongoDB's documentation and independently of the source:
 *
 * - "Comparison/Sort Order" of its manual: null, numbers, strings, objects, arrays, booleans; objects by their fields one
 *   after another (type of the value, name, value), arrays by their elements; a sort compares the least element of an
 *   array, or the greatest, and an empty array comes before null.
 * - "Multikey Indexes": a document has one key for each element of an array, and by several paths compound keys, whose
 *   parts come from one element.
 *
 * It makes every key of a document and takes the least. Where MongoDB refuses a document because two paths lead into
 * different arrays, it makes a key of each combination of their elements. A path that names an index leads by itself.
 */
import type { JsonValue, SortKey, User } from '@rollcall/protocol';
import { isJsonObject } from '../../../src/json/json-values.js';

/** What an empty array holds. */
const NOTHING = Symbol('what an empty array holds');
type Part = JsonValue | typeof NOTHING;

/** A path on its way through a document: what it has found, or where it goes on. */
type Way =
  | { found: Part }
  | {
      array: JsonValue[];
      rest: string[];
      /** The array is itself an element that was named by its index. */
      byIndex: boolean;
      /** The indexes on the way here. MongoDB refuses most documents in which one path names an index and another does not. */
      indexes: string;
    };

/** The ids of users in the order of a sort. */
export function sortByOracle(users: readonly User[], keys: readonly SortKey[]): string[] {
  const tie: SortKey = { field: 'id', direction: keys.at(-1)?.direction ?? -1 };
  const complete =
    keys.length === 0 ? [{ field: 'created_at', direction: -1 as const }, tie] : [...keys, tie];
  const compare = (one: readonly Part[], other: readonly Part[]) => {
    for (const [place, { direction }] of complete.entries()) {
      const order = compareParts(one[place] ?? null, other[place] ?? null);
      if (order !== 0) return order * direction;
    }
    return 0;
  };
  return users
    .map(user => {
      const [least = []] = keysOf(user, complete).sort(compare);
      return { id: user.id, least };
    })
    .sort((one, other) => compare(one.least, other.least))
    .map(({ id }) => id);
}

function keysOf(user: User, keys: readonly SortKey[]): Part[][] {
  const document = user.custom as JsonValue;
  const ways = keys.map(({ field }): Way => {
    if (field.startsWith('custom.')) return walk(document, field.split('.').slice(1));
    if (!Object.hasOwn(user, field)) return walk(document, field.split('.'));
    const value = (user[field as 'name'] ?? null) as JsonValue;
    if (!Array.isArray(value)) return { found: value };
    // A user without teams lacks the field.
    return value.length === 0 ? { found: null } : { array: value, rest: [], byIndex: false, indexes: '' };
  });
  return expand(ways);
}

/** Follows names through objects as far as the first array. */
function walk(value: JsonValue | undefined, names: string[], indexes = ''): Way {
  if (Array.isArray(value)) return { array: value, rest: names, byIndex: false, indexes };
  const [name, ...rest] = names;
  if (name === undefined) return { found: value ?? null };
  if (!isJsonObject(value) || !Object.hasOwn(value, name)) return { found: null };
  return walk(value[name], rest, indexes);
}

/** The keys of ways that have come as far as this. */
function expand(ways: readonly Way[]): Part[][] {
  const first = ways.find(way => 'array' in way);
  if (!first) return [ways.map(way => ('found' in way ? way.found : null))];
  const { array, indexes } = first;
  const isIn = (way: Way) => 'array' in way && way.array === array && way.indexes === indexes;
  if (array.length === 0) return expand(ways.map(way => (isIn(way) ? pastEmptyArray(way) : way)));
  return array.flatMap(element => expand(ways.map(way => (isIn(way) ? into(element, way) : way))));
}

function pastEmptyArray(way: Way): Way {
  return { found: 'array' in way && way.rest.length === 0 ? NOTHING : null };
}

/** A way that stands at an array, as it goes on for one of the elements. */
function into(element: JsonValue, way: Way): Way {
  if ('found' in way) return way;
  const { array, byIndex, indexes, rest } = way;
  const [name, ...further] = rest;
  if (name === undefined) return { found: byIndex ? array : element };
  // MongoDB also looks for a field of that name in the elements. Rollcall does not.
  if (/^(0|[1-9]\d*)$/.test(name)) {
    const named = array[Number(name)];
    const next = walk(named, further, `${indexes}.${name}`);
    return 'array' in next && Array.isArray(named) ? { ...next, byIndex: true } : next;
  }
  return isJsonObject(element) ? walk(element, rest, indexes) : { found: null };
}

const TYPES = ['null', 'number', 'string', 'object', 'array', 'boolean'];

function typeOf(value: JsonValue): number {
  if (value === null) return 0;
  return TYPES.indexOf(Array.isArray(value) ? 'array' : typeof value);
}

function compareParts(one: Part, other: Part): number {
  if (one === NOTHING || other === NOTHING) return Number(other === NOTHING) - Number(one === NOTHING);
  return typeOf(one) - typeOf(other) || compareAlike(one, other);
}

/** Compares two values of one type. */
function compareAlike(one: JsonValue, other: JsonValue): number {
  if (typeof one === 'string') return Buffer.compare(Buffer.from(one), Buffer.from(other as string));
  if (typeof one === 'number' || typeof one === 'boolean') {
    return Number(one) < Number(other) ? -1 : Number(one !== other);
  }
  if (Array.isArray(one))
    return compareFields(
      one.map(value => ['', value]),
      (other as JsonValue[]).map(value => ['', value]),
    );
  if (isJsonObject(one) && isJsonObject(other)) return compareFields(fieldsOf(one), fieldsOf(other));
  return 0;
}

/** Rollcall does not keep the order in which fields were written; MongoDB does. */
function fieldsOf(object: object): [string, JsonValue][] {
  return Object.entries(object).sort(([one], [other]) =>
    Buffer.compare(Buffer.from(one), Buffer.from(other)),
  );
}

function compareFields(one: readonly [string, JsonValue][], other: readonly [string, JsonValue][]): number {
  for (const [place, [name, value]] of one.entries()) {
    const opposite = other[place];
    if (!opposite) return 1;
    const [otherName, otherValue] = opposite;
    const order =
      typeOf(value) - typeOf(otherValue) ||
      Buffer.compare(Buffer.from(name), Buffer.from(otherName)) ||
      compareAlike(value, otherValue);
    if (order !== 0) return order;
  }
  return one.length - other.length;
}
