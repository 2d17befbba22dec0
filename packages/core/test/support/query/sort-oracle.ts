import type { JsonValue, SortKey, User } from '@rollcall/protocol';
import { isJsonObject } from '../../../src/json/json-equal.js';

/**
 * A sort by the letter of MongoDB's manual, written without regard to how the source does it: the value of a field, or
 * the least or greatest of several, compared by type and then by value. Objects are equal here, and so are arrays within
 * arrays; MongoDB would go on and compare their fields.
 */
export function sortByOracle(users: readonly User[], keys: readonly SortKey[]): string[] {
  const complete: SortKey[] = [
    ...keys,
    { field: 'id', direction: keys.length === 0 ? -1 : (keys.at(-1)?.direction ?? 1) },
  ];
  const effective =
    keys.length === 0 ? [{ field: 'created_at', direction: -1 as const }, ...complete] : complete;
  return [...users]
    .sort((one, other) => {
      for (const { field, direction } of effective) {
        const order = compare(extreme(one, field, direction), extreme(other, field, direction));
        if (order !== 0) return order * direction;
      }
      return 0;
    })
    .map(user => user.id);
}

/** MongoDB's order of types, for the types that JSON has; an empty array comes before null. */
const TYPES = ['nothing', 'null', 'number', 'string', 'object', 'array', 'boolean'];
const EMPTY = Symbol('the value of an empty array');
type Key = JsonValue | typeof EMPTY;

function extreme(user: User, field: string, direction: 1 | -1): Key {
  const values = Object.hasOwn(user, field)
    ? open(user[field as 'name'] ?? null)
    : valuesAt(user.custom, field.split('.'));
  const sorted = (values.length > 0 ? [...values] : [null]).sort(compare);
  return (direction === 1 ? sorted[0] : sorted.at(-1)) ?? null;
}

function valuesAt(value: JsonValue | undefined, names: string[]): Key[] {
  const [name, ...rest] = names;
  if (name === undefined) return open(value ?? null);
  if (isJsonObject(value)) return valuesAt(Object.hasOwn(value, name) ? value[name] : undefined, rest);
  if (!Array.isArray(value)) return [null];
  if (/^\d+$/.test(name) && value[Number(name)] !== undefined) return byIndex(value[Number(name)], rest);
  return value.flatMap(element => (isJsonObject(element) ? valuesAt(element, names) : [null]));
}

/** What an index finds is not opened, and where it finds a scalar before the end there is nothing. */
function byIndex(element: JsonValue | undefined, rest: string[]): Key[] {
  if (rest.length === 0) return [element ?? null];
  return isJsonObject(element) || Array.isArray(element) ? valuesAt(element, rest) : [];
}

function open(value: JsonValue): Key[] {
  if (!Array.isArray(value)) return [value];
  return value.length > 0 ? value : [EMPTY];
}

function compare(one: Key, other: Key): number {
  const [type, otherType] = [typeOf(one), typeOf(other)];
  if (type !== otherType) return TYPES.indexOf(type) - TYPES.indexOf(otherType);
  if (type === 'string') return Buffer.compare(Buffer.from(one as string), Buffer.from(other as string));
  if (type === 'number' || type === 'boolean')
    return Number(one) < Number(other) ? -1 : Number(one !== other);
  return 0;
}

function typeOf(value: Key): string {
  if (value === EMPTY) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
