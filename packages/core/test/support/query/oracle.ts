import {
  type Filter,
  type JsonValue,
  type SortKey,
  searchText,
  searchWords,
  type User,
} from '@rollcall/protocol';
import { Query } from 'mingo';
import { isJsonObject } from '../../../src/json/json-values.js';

/**
 * What a filter means according to other implementations: mingo for MongoDB's operators, and two small ones for our own
 * operators. Custom data stands at the top of a document here, because mingo treats `custom.a` differently from `a` (it
 * flattens by the number of dots). In the tests no name is both custom and built-in.
 */
export type Document = Record<string, JsonValue | undefined>;

/** A user as a document. */
export function toDocument(user: User): Document {
  const { custom, ...fields } = user;
  return JSON.parse(JSON.stringify({ ...custom, ...fields }));
}

/** One comparison of a filter. */
export interface WrittenComparison {
  path: string;
  operator: string;
  operand: JsonValue;
}

/** The comparisons of a filter as written. */
export function comparisonsIn(filter: Filter): WrittenComparison[] {
  return Object.entries(filter).flatMap(([key, value]): WrittenComparison[] => {
    if (key.startsWith('$')) return (value as Filter[]).flatMap(comparisonsIn);
    return Object.entries(operatorsOf(value as JsonValue)).map(([operator, operand]) => ({
      path: key,
      operator,
      operand,
    }));
  });
}

/** Whether a document matches a filter, according to these implementations. */
export function matchesByOracle(filter: Filter, document: Document): boolean {
  return Object.entries(filter).every(([key, value]) => {
    const nested = value as Filter[];
    if (key === '$and') return nested.every(one => matchesByOracle(one, document));
    if (key === '$or') return nested.some(one => matchesByOracle(one, document));
    if (key === '$nor') return !nested.some(one => matchesByOracle(one, document));
    return Object.entries(operatorsOf(value as JsonValue)).every(([operator, operand]) =>
      comparisonHolds({ path: key, operator, operand }, document),
    );
  });
}

function operatorsOf(value: JsonValue): Record<string, JsonValue> {
  return isJsonObject(value) ? value : { $eq: value };
}

function comparisonHolds({ path, operator, operand }: WrittenComparison, document: Document): boolean {
  if (operator === '$contains') {
    return arraysAt(document as JsonValue, path.split('.')).some(array => array.includes(operand));
  }
  if (operator === '$autocomplete') {
    const text = searchText(String(document[path] ?? ''));
    const words = searchWords(String(operand));
    return words.length > 0 && words.every(word => text.includes(` ${word}`));
  }
  return new Query({ [path]: { [operator]: operand } }).test(document);
}

/** Every array that a path leads to, through the documents in arrays and by index. */
function arraysAt(value: JsonValue | undefined, names: readonly string[]): JsonValue[][] {
  const [name, ...rest] = names;
  if (name === undefined) return Array.isArray(value) ? [value] : [];
  if (isJsonObject(value)) return arraysAt(Object.hasOwn(value, name) ? value[name] : undefined, rest);
  if (!Array.isArray(value)) return [];
  const indexed = /^\d+$/.test(name) ? arraysAt(value[Number(name)], rest) : [];
  return [...indexed, ...value.filter(isJsonObject).flatMap(element => arraysAt(element, names))];
}

/**
 * A sort strictly by MongoDB's manual, written independently of the source: the value of a field, or the least or
 * greatest of several, compared by type and then by value. Objects are equal here, and so are arrays within arrays;
 * MongoDB would go on and compare their fields.
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

/** An array that an index finds is not opened. If an index finds a scalar before the end, there is nothing. */
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
