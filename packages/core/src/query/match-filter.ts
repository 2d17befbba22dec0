import {
  type FieldReference,
  type JsonValue,
  type ParsedFilter,
  searchWords,
  type User,
} from '@rollcall/protocol';
import { kindOf } from '../json/json-values.js';
import { builtInValue } from './built-in-value.js';
import { type Reached, reachPath } from './reach-path.js';
import { booleansInOrder, holdsInOrder, toValueTest, type ValueTest } from './value-test.js';

/** A user as an event or an answer carries it. */
export type MatchableUser = User;

/**
 * Whether a user matches the filter that it was made of. It takes the user as given, so pass the user as the viewer sees
 * it, with the presence of an invisible user already hidden.
 * @param now epoch milliseconds. A ban that has run out by then reads as not banned.
 */
export type Matcher = (user: MatchableUser, now: number) => boolean;

/**
 * Makes the matcher of a filter. It gives the same answers as `queryUsers`, without a database. Whatever depends on the
 * filter alone is worked out here, once: lists of values become sets, and each path is followed once a user, however many
 * comparisons name it. So a judgement costs what the comparisons are, and not what their lists hold.
 */
export function compileMatcher(filter: ParsedFilter): Matcher {
  const slots = new Map<string, number>();
  const test = compileNode(filter, slots);
  return (user, now) => test({ user, now, places: [], words: [] });
}

/** Whether a user matches a filter. To ask more than once, make a matcher of it. */
export function matchesFilter(filter: ParsedFilter, user: MatchableUser, now: number): boolean {
  return compileMatcher(filter)(user, now);
}

/** One judgement: the user, and what was found in it so far. The fields of a filter are numbered. */
interface Judgement {
  user: MatchableUser;
  now: number;
  /** Where each field leads. */
  places: (readonly Reached[] | undefined)[];
  /** The words of each text that a field leads to, sorted. */
  words: (readonly (readonly string[])[] | undefined)[];
}

type Test = (judgement: Judgement) => boolean;

function compileNode(filter: ParsedFilter, slots: Map<string, number>): Test {
  if (filter.kind === 'compare') return compileComparison(filter, slots);
  const tests = filter.nodes.map(node => compileNode(node, slots));
  switch (filter.kind) {
    case 'all':
      return judgement => tests.every(test => test(judgement));
    case 'any':
      return judgement => tests.some(test => test(judgement));
    case 'none':
      return judgement => !tests.some(test => test(judgement));
  }
}

function compileComparison(
  { field, comparison }: Extract<ParsedFilter, { kind: 'compare' }>,
  slots: Map<string, number>,
): Test {
  const slot = slotOf(field, slots);
  const placesIn = (judgement: Judgement) => {
    judgement.places[slot] ??= placesOf(field, judgement.user, judgement.now);
    return judgement.places[slot] as readonly Reached[];
  };
  if (comparison.operator === '$autocomplete') {
    const wanted = [...new Set(comparison.words)];
    return judgement => {
      judgement.words[slot] ??= wordsAt(placesIn(judgement));
      return (judgement.words[slot] as readonly string[][]).some(words =>
        wanted.every(prefix => hasWord(words, prefix)),
      );
    };
  }
  const { test, negated } = toValueTest(comparison);
  const passes = compileTest(test);
  return judgement => passes(placesIn(judgement)) !== negated;
}

function slotOf(field: FieldReference, slots: Map<string, number>): number {
  const name = field.kind === 'built-in' ? field.field : `custom ${field.path.join('.')}`;
  const slot = slots.get(name) ?? slots.size;
  slots.set(name, slot);
  return slot;
}

function placesOf(field: FieldReference, user: MatchableUser, now: number): Reached[] {
  if (field.kind === 'custom') return reachPath(user.custom, field.path, 'filter');
  return [{ value: builtInValue(user, field.field, { now, seesInvisible: true }), open: true }];
}

function wordsAt(places: readonly Reached[]): string[][] {
  return places.flatMap(({ value }) =>
    typeof value === 'string' ? [[...new Set(searchWords(value))].sort()] : [],
  );
}

/** Whether some word begins with a prefix. The first one that does not come before the prefix tells. */
function hasWord(sorted: readonly string[], prefix: string): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as string) < prefix) low = middle + 1;
    else high = middle;
  }
  return sorted[low]?.startsWith(prefix) ?? false;
}

function compileTest(test: ValueTest): (places: readonly Reached[]) => boolean {
  switch (test.kind) {
    case 'exists':
      return places => places.some(({ value }) => value !== undefined);
    case 'contains': {
      const { value: wanted } = test;
      return places => places.some(({ value }) => Array.isArray(value) && value.includes(wanted));
    }
    case 'in': {
      const isIn = compileMembership(test.values);
      return places => someCandidate(places, value => isIn(value ?? null));
    }
    case 'order': {
      const stands = compileOrder(test);
      return places => someCandidate(places, value => value !== undefined && stands(value));
    }
  }
}

/** Whether some value that a comparison tests passes. An open array counts as a whole and by its elements. */
function someCandidate(
  places: readonly Reached[],
  passes: (value: JsonValue | undefined) => boolean,
): boolean {
  return places.some(({ value, open }) =>
    open && Array.isArray(value) ? value.some(passes) || passes(value) : passes(value),
  );
}

/** A filter names no objects, so the JSON of an array says all of it. */
function compileMembership(values: readonly JsonValue[]): (value: JsonValue) => boolean {
  const scalars = new Set(values.filter(value => !Array.isArray(value)));
  const arrays = new Set(values.filter(value => Array.isArray(value)).map(array => JSON.stringify(array)));
  return value =>
    Array.isArray(value) ? arrays.size > 0 && arrays.has(JSON.stringify(value)) : scalars.has(value);
}

function compileOrder({ operator, value: wanted }: Extract<ValueTest, { kind: 'order' }>) {
  const kind = kindOf(wanted);
  const compare = compileOrderOf(operator, wanted);
  return (value: JsonValue): boolean => kindOf(value) === kind && compare(value);
}

/** Texts are compared by their bytes in UTF-8, as the databases do. */
function compileOrderOf(
  operator: Extract<ValueTest, { kind: 'order' }>['operator'],
  wanted: string | number | boolean,
): (value: JsonValue) => boolean {
  if (typeof wanted === 'string') {
    const bytes = Buffer.from(wanted);
    return value => holdsInOrder(operator, Buffer.compare(Buffer.from(value as string), bytes));
  }
  if (typeof wanted === 'boolean') {
    const accepted = booleansInOrder(operator, wanted);
    return value => accepted.includes(value as boolean);
  }
  return value => holdsInOrder(operator, (value as number) - wanted);
}
