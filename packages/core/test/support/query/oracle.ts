import { type Filter, type JsonValue, searchText, searchWords, type User } from '@rollcall/protocol';
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
