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
export interface Matcher {
  (user: MatchableUser, now: number): boolean;
  /**
   * The same where some fields are not known: whether the user matches whatever they hold (true), matches with nothing
   * that they could hold (false), or may match (undefined).
   * @param isUnknown asked with `name`, or `custom.` and a path.
   */
  (user: MatchableUser, now: number, isUnknown: (field: string) => boolean): boolean | undefined;
}

/**
 * Makes the matcher of a filter. It gives the same answers as `queryUsers`, without a database. Whatever depends on the
 * filter alone is worked out here, once: lists of values become sets, and each path is followed once a user, however many
 * comparisons name it. So a judgement costs what the comparisons are, and not what their lists hold.
 */
export function compileMatcher(filter: ParsedFilter): Matcher {
  const slots = new Map<string, number>();
  const test = compileNode(filter, slots);
  const matcher = (user: MatchableUser, now: number, isUnknown?: Judgement['isUnknown']) =>
    test({ user, now, places: [], words: [], isUnknown });
  return matcher as Matcher;
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
  /** Which fields are not known; absent: all are. */
  isUnknown: ((field: string) => boolean) | undefined;
}

/** Undefined where what is not known decides. */
type Test = (judgement: Judgement) => boolean | undefined;

function compileNode(filter: ParsedFilter, slots: Map<string, number>): Test {
  if (filter.kind === 'compare') return compileComparison(filter, slots);
  const tests = filter.nodes.map(node => compileNode(node, slots));
  switch (filter.kind) {
    case 'all':
      return judgement => first(tests, judgement, false);
    case 'any':
      return judgement => first(tests, judgement, true);
    case 'none':
      return judgement => {
        const any = first(tests, judgement, true);
        return any === undefined ? undefined : !any;
      };
  }
}

/** The answer that decides, if one of the tests gives it; otherwise the other one, unless a test does not know. */
function first(tests: readonly Test[], judgement: Judgement, decides: boolean): boolean | undefined {
  let answer: boolean | undefined = !decides;
  for (const test of tests) {
    const one = test(judgement);
    if (one === decides) return decides;
    if (one === undefined) answer = undefined;
  }
  return answer;
}

function compileComparison(
  { field, comparison }: Extract<ParsedFilter, { kind: 'compare' }>,
  slots: Map<string, number>,
): Test {
  const name = nameOf(field);
  const slot = slotOf(name, slots);
  const test = compileKnown(field, comparison, slot);
  return judgement => (judgement.isUnknown?.(name) ? undefined : test(judgement));
}

function compileKnown(
  field: FieldReference,
  comparison: Extract<ParsedFilter, { kind: 'compare' }>['comparison'],
  slot: number,
): (judgement: Judgement) => boolean {
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

function nameOf(field: FieldReference): string {
  return field.kind === 'built-in' ? field.field : `custom.${field.path.join('.')}`;
}

function slotOf(name: string, slots: Map<string, number>): number {
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
