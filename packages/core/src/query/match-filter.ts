import type { ParsedFilter } from '@rollcall/protocol';
import { compareText } from '../json/json-values.js';
import type { FoundValues } from './found-values.js';
import { type MatchableUser, MatchSubject, type NamedField, named } from './match-subject.js';
import { booleansInOrder, holdsInOrder, toValueTest, type ValueTest } from './value-test.js';

/** Asked with `name`, or `custom.` and a path: whether nobody knows what the field holds. */
type IsUnknown = (field: string) => boolean;

/** Whether a user matches the filter that it was made of. */
export interface Matcher {
  (subject: MatchSubject): boolean;
  /**
   * The same where some fields are not known: whether the user matches whatever they hold (true), matches with nothing
   * that they could hold (false), or may match (undefined).
   */
  (subject: MatchSubject, isUnknown: IsUnknown): boolean | undefined;
}

/**
 * Makes the matcher of a filter. It gives the same answers as `queryUsers`, without a database. Whatever depends on the
 * filter alone is worked out here, once: lists of values become sets. What depends on the user alone is worked out once a
 * user (`MatchSubject`). So a judgement costs what the comparisons are, and not what their lists hold.
 */
export function compileMatcher(filter: ParsedFilter): Matcher {
  return compileNode(filter) as Matcher;
}

/** Whether a user matches a filter. To ask more than once, make a matcher of it. */
export function matchesFilter(filter: ParsedFilter, user: MatchableUser, now: number): boolean {
  return compileMatcher(filter)(new MatchSubject(user, now));
}

/** The fields that a filter asks for, each once: `name`, or `custom.` and a path. */
export function fieldsOfFilter(filter: ParsedFilter): string[] {
  if (filter.kind === 'compare') return [named(filter.field).name];
  return [...new Set(filter.nodes.flatMap(fieldsOfFilter))];
}

/** Undefined where what is not known decides. */
type Test = (subject: MatchSubject, isUnknown?: IsUnknown) => boolean | undefined;

function compileNode(filter: ParsedFilter): Test {
  if (filter.kind === 'compare') return compileComparison(filter);
  const tests = filter.nodes.map(compileNode);
  switch (filter.kind) {
    case 'all':
      return decidedBy(tests, false);
    case 'any':
      return decidedBy(tests, true);
    case 'none': {
      const any = decidedBy(tests, true);
      return (subject, isUnknown) => {
        const answer = any(subject, isUnknown);
        return answer === undefined ? undefined : !answer;
      };
    }
  }
}

/** The answer that decides, if one of the tests gives it; otherwise the other one, unless a test does not know. */
function decidedBy(tests: readonly Test[], decides: boolean): Test {
  return (subject, isUnknown) => {
    let answer: boolean | undefined = !decides;
    for (const test of tests) {
      const one = test(subject, isUnknown);
      if (one === decides) return decides;
      if (one === undefined) answer = undefined;
    }
    return answer;
  };
}

function compileComparison({ field, comparison }: Extract<ParsedFilter, { kind: 'compare' }>): Test {
  const place = named(field);
  const test = compileKnown(place, comparison);
  return (subject, isUnknown) => (isUnknown?.(place.name) ? undefined : test(subject));
}

function compileKnown(
  place: NamedField,
  comparison: Extract<ParsedFilter, { kind: 'compare' }>['comparison'],
): (subject: MatchSubject) => boolean {
  if (comparison.operator === '$autocomplete') {
    const wanted = [...new Set(comparison.words)].map(word => ` ${word}`);
    if (wanted.length === 0) return () => false;
    return subject => subject.textsOf(place).some(text => wanted.every(word => text.includes(word)));
  }
  const { test, negated } = toValueTest(comparison);
  const passes = compileTest(test);
  return subject => passes(subject.valuesOf(place)) !== negated;
}

function compileTest(test: ValueTest): (found: FoundValues) => boolean {
  switch (test.kind) {
    case 'exists':
      return found => found.exists;
    case 'contains':
      return found => found.hasElement(test.value);
    case 'in': {
      const wanted = {
        scalars: new Set(test.values.filter(value => !Array.isArray(value))),
        arrays: new Set(
          test.values.filter(value => Array.isArray(value)).map(array => JSON.stringify(array)),
        ),
      };
      return found => found.hasOneOf(wanted);
    }
    case 'order':
      return compileOrder(test);
  }
}

/** Some value stands in an order to the wanted one if the greatest does, or the least. Only values of its type count. */
function compileOrder({ operator, value: wanted }: Extract<ValueTest, { kind: 'order' }>) {
  const upwards = operator === '>' || operator === '>=';
  switch (typeof wanted) {
    case 'boolean': {
      const accepted = booleansInOrder(operator, wanted);
      return (found: FoundValues) => accepted.some(value => found.hasBoolean(value));
    }
    case 'string':
      return ({ texts }: FoundValues) =>
        texts !== undefined &&
        holdsInOrder(operator, compareText(upwards ? texts.greatest : texts.least, wanted));
    case 'number':
      return ({ numbers }: FoundValues) =>
        numbers !== undefined &&
        holdsInOrder(operator, (upwards ? numbers.greatest : numbers.least) - wanted);
  }
}
