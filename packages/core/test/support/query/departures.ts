import type { JsonObject, JsonValue } from '@rollcall/protocol';
import { isJsonObject } from '../../../src/json/json-values.js';
import type { Document, WrittenComparison } from './oracle.js';

/**
 * Where mingo 7.2.7 differs from MongoDB and so cannot serve as oracle: each difference with its reason, as narrowly as
 * possible. MongoDB's behaviour there follows from its sources (src/mongo/db/matcher/path.cpp and its test
 * path_test.cpp), and match-filter.test.ts fixes it by example. Other tests compare the databases with the matcher
 * without any exception.
 */
export const DEPARTURES: Record<string, { reason: string; applies: (situation: Situation) => boolean }> = {
  'text beyond the basic plane': {
    reason: 'mingo orders strings by UTF-16 code units, MongoDB by the bytes of UTF-8',
    applies: ({ operator, operand, leaves }) =>
      isOrder(operator) &&
      typeof operand === 'string' &&
      leaves.some(leaf => typeof leaf === 'string' && orderDiffers(leaf, operand)),
  },
  'null through an array': {
    reason: 'mingo forgets the elements in which the rest of the path is missing; in MongoDB they equal null',
    applies: ({ way, operator, operand }) => way !== undefined && isEquality(operator) && hasNull(operand),
  },
  'an index after an array': {
    reason:
      'mingo follows an index alone, expands what it finds there, and takes one out of range for a missing field; MongoDB also looks for a field of that name in the elements, does not expand, and finds nothing at all',
    applies: ({ way, operator }) => {
      if (!way?.rest.some(isIndex)) return false;
      const [name = '', ...rest] = way.rest;
      const element = way.array[Number(name)];
      const plain = rest.length === 0 && element !== undefined && !way.array.some(isContainer);
      return !plain || operator === '$contains';
    },
  },
  'an array within an array on the way': {
    reason: 'mingo walks on into nested arrays, or hands them over as they are; MongoDB passes them over',
    applies: ({ way }) => way !== undefined && holdsNestedArray(way.array, way.rest),
  },
  'an array at the end of a way through an array': {
    reason:
      'mingo hands over the list of all that was found, in which an array is one value; MongoDB opens each',
    applies: ({ way, operator, leaves }) =>
      way !== undefined && operator !== '$exists' && leaves.some(Array.isArray),
  },
  'existence through two arrays': {
    reason: 'mingo finds a list of nothing, and takes the list for something',
    applies: ({ way, operator }) =>
      operator === '$exists' && way !== undefined && meetsAnotherArray(way.array, way.rest),
  },
  'an array as operand through an array': {
    reason: 'mingo compares it with the list of all that was found',
    applies: ({ way, operator, operand }) =>
      way !== undefined && isEquality(operator) && operands(operator, operand).some(Array.isArray),
  },
  'a whole array in $in': {
    reason:
      'mingo compares the values with the elements of the field only; MongoDB also with the field as a whole',
    applies: ({ operator, operand, leaves }) =>
      (operator === '$in' || operator === '$nin') &&
      operands(operator, operand).some(Array.isArray) &&
      leaves.some(Array.isArray),
  },
  'nested arrays at the end of a dotted path': {
    reason: 'mingo flattens the array by the number of dots in the path; MongoDB opens it once',
    applies: ({ names, operator, leaves }) =>
      names.length > 1 &&
      (operator === '$eq' || operator === '$ne') &&
      leaves.some(leaf => Array.isArray(leaf) && leaf.some(Array.isArray)),
  },
};

/** A comparison on a document, and what is on its path. */
export interface Situation {
  operator: string;
  operand: JsonValue;
  names: string[];
  /** The first array on the path, and the names that remain there. */
  way: { array: JsonValue[]; rest: string[] } | undefined;
  /** The values at the end of the path, including those within arrays, and the elements of those that are arrays. */
  leaves: JsonValue[];
}

/** The names of the differences that affect a comparison on a document. */
export function departuresOf(comparison: WrittenComparison, document: Document): string[] {
  const names = comparison.path.split('.');
  const found = leavesAt(document as JsonObject, names);
  const situation: Situation = {
    ...comparison,
    names,
    way: firstArray(document as JsonObject, names),
    leaves: found.flatMap(leaf => (Array.isArray(leaf) ? [leaf, ...leaf] : [leaf])),
  };
  return Object.keys(DEPARTURES).filter(name => DEPARTURES[name]?.applies(situation));
}

function firstArray(document: JsonObject, names: string[]): Situation['way'] {
  let value: JsonValue | undefined = document;
  for (const [position, name] of names.entries()) {
    if (Array.isArray(value)) return { array: value, rest: names.slice(position) };
    if (!isJsonObject(value)) return undefined;
    value = Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return undefined;
}

function leavesAt(value: JsonValue | undefined, names: string[]): JsonValue[] {
  const [name, ...rest] = names;
  if (name === undefined) return value === undefined ? [] : [value];
  if (isJsonObject(value)) return Object.hasOwn(value, name) ? leavesAt(value[name], rest) : [];
  if (!Array.isArray(value)) return [];
  const indexed = isIndex(name) ? leavesAt(value[Number(name)], rest) : [];
  return [...indexed, ...value.flatMap(element => leavesAt(element, names))];
}

function holdsNestedArray(array: JsonValue[], rest: string[]): boolean {
  return (
    array.some(Array.isArray) ||
    furtherArrays(array, rest).some(([inner, names]) => holdsNestedArray(inner, names))
  );
}

function meetsAnotherArray(array: JsonValue[], rest: string[]): boolean {
  return furtherArrays(array, rest).length > 0;
}

function furtherArrays(array: JsonValue[], rest: string[]): [JsonValue[], string[]][] {
  return array.filter(isJsonObject).flatMap((element): [JsonValue[], string[]][] => {
    const way = firstArray(element, rest);
    return way ? [[way.array, way.rest]] : [];
  });
}

function orderDiffers(one: string, other: string): boolean {
  const byUnits = one < other ? -1 : Number(one > other);
  return byUnits !== Math.sign(Buffer.compare(Buffer.from(one), Buffer.from(other)));
}

const isOrder = (operator: string) => ['$gt', '$gte', '$lt', '$lte'].includes(operator);
const isEquality = (operator: string) => ['$eq', '$ne', '$in', '$nin'].includes(operator);
const isIndex = (name: string) => /^\d+$/.test(name);
const isContainer = (value: JsonValue) => typeof value === 'object' && value !== null;
const hasNull = (operand: JsonValue) =>
  operand === null || (Array.isArray(operand) && operand.includes(null));

function operands(operator: string, operand: JsonValue): JsonValue[] {
  return operator === '$in' || operator === '$nin' ? (operand as JsonValue[]) : [operand];
}
