import {
  type FieldReference,
  type JsonValue,
  type ParsedFilter,
  searchWords,
  type User,
} from '@rollcall/protocol';
import { compareText, jsonEqual, kindOf } from '../json/json-values.js';
import { builtInValue } from './built-in-value.js';
import { type Reached, reachPath } from './reach-path.js';
import { booleansInOrder, holdsInOrder, toValueTest, type ValueTest } from './value-test.js';

/** A user as an event or an answer carries it. */
export type MatchableUser = User;

/**
 * Whether a user matches a filter. It gives the same answer as `queryUsers`, without a database. It takes the user as
 * given, so pass the user as the viewer sees it, with the presence of an invisible user already hidden.
 * @param now epoch milliseconds. A ban that has run out by then reads as not banned.
 */
export function matchesFilter(filter: ParsedFilter, user: MatchableUser, now: number): boolean {
  switch (filter.kind) {
    case 'all':
      return filter.nodes.every(node => matchesFilter(node, user, now));
    case 'any':
      return filter.nodes.some(node => matchesFilter(node, user, now));
    case 'none':
      return !filter.nodes.some(node => matchesFilter(node, user, now));
    case 'compare': {
      const { field, comparison } = filter;
      const places = placesOf(field, user, now);
      if (comparison.operator === '$autocomplete') {
        return places.some(({ value }) => typeof value === 'string' && hasWords(value, comparison.words));
      }
      const { test, negated } = toValueTest(comparison);
      return passes(places, test) !== negated;
    }
  }
}

function placesOf(field: FieldReference, user: MatchableUser, now: number): Reached[] {
  if (field.kind === 'custom') return reachPath(user.custom, field.path, 'filter');
  return [{ value: builtInValue(user, field.field, { now, seesInvisible: true }), open: true }];
}

/** Whether each wanted word is the beginning of some word of the text. */
function hasWords(text: string, wanted: readonly string[]): boolean {
  const words = searchWords(text);
  return wanted.every(prefix => words.some(word => word.startsWith(prefix)));
}

function passes(places: readonly Reached[], test: ValueTest): boolean {
  switch (test.kind) {
    case 'exists':
      return places.some(({ value }) => value !== undefined);
    case 'contains':
      return places.some(
        ({ value }) => Array.isArray(value) && value.some(one => jsonEqual(one, test.value)),
      );
    case 'in':
      return candidates(places).some(value => test.values.some(wanted => jsonEqual(value ?? null, wanted)));
    case 'order':
      return candidates(places).some(value => value !== undefined && standsInOrder(value, test));
  }
}

/** The values that a comparison tests. An open array counts as a whole and by its elements. */
function candidates(places: readonly Reached[]): (JsonValue | undefined)[] {
  return places.flatMap(({ value, open }) => (open && Array.isArray(value) ? [...value, value] : [value]));
}

function standsInOrder(value: JsonValue, test: Extract<ValueTest, { kind: 'order' }>): boolean {
  if (kindOf(value) !== kindOf(test.value)) return false;
  if (typeof test.value === 'string') {
    return holdsInOrder(test.operator, compareText(value as string, test.value));
  }
  if (typeof test.value === 'boolean') {
    return booleansInOrder(test.operator, test.value).includes(value as boolean);
  }
  return holdsInOrder(test.operator, (value as number) - test.value);
}
