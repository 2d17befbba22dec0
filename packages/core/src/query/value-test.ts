import type { Comparison, JsonValue } from '@rollcall/protocol';

/**
 * A comparison in the form that both the SQL compilers and the matcher in memory implement. Every operator except
 * `$autocomplete` is one of these, or the negation of one.
 */
export type ValueTest =
  /** Equal to one of these. Null among them means "null or missing". */
  | { kind: 'in'; values: JsonValue[] }
  | { kind: 'order'; operator: OrderOperator; value: string | number | boolean }
  | { kind: 'exists' }
  /** An array that has this element. */
  | { kind: 'contains'; value: string | number | boolean | null };

/** How two values of one type can relate. */
export type OrderOperator = '>' | '>=' | '<' | '<=';

/** A comparison of values. (`$autocomplete` compares words.) */
export type ValueComparison = Exclude<Comparison, { operator: '$autocomplete' }>;

const ORDER_OPERATORS = { $gt: '>', $gte: '>=', $lt: '<', $lte: '<=' } as const;

/** The test behind a comparison, and whether the comparison holds where the test fails. */
export function toValueTest(comparison: ValueComparison): { test: ValueTest; negated: boolean } {
  switch (comparison.operator) {
    case '$eq':
    case '$ne':
      return { test: { kind: 'in', values: [comparison.value] }, negated: comparison.operator === '$ne' };
    case '$in':
    case '$nin':
      return { test: { kind: 'in', values: comparison.values }, negated: comparison.operator === '$nin' };
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte': {
      const operator = ORDER_OPERATORS[comparison.operator];
      return { test: { kind: 'order', operator, value: comparison.value }, negated: false };
    }
    case '$exists':
      return { test: { kind: 'exists' }, negated: !comparison.value };
    case '$contains':
      return { test: { kind: 'contains', value: comparison.value }, negated: false };
  }
}

/** Whether an operator holds for two values whose comparison gave `order` (negative, zero or positive). */
export function holdsInOrder(operator: OrderOperator, order: number): boolean {
  switch (operator) {
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
  }
}

/** The booleans for which an operator holds against another one. False is less than true. */
export function booleansInOrder(operator: OrderOperator, value: boolean): boolean[] {
  return [false, true].filter(one => holdsInOrder(operator, Number(one) - Number(value)));
}

/** The values of a list, grouped by how they are compared. */
export function splitValues(values: readonly JsonValue[]) {
  return {
    orAbsent: values.includes(null),
    booleans: [false, true].filter(value => values.includes(value)),
    scalars: values.filter(value => typeof value === 'string' || typeof value === 'number'),
    arrays: values.filter(value => Array.isArray(value)),
  };
}

/** The tests of a place, by what they look at. */
export function splitTests(tests: readonly ValueTest[]) {
  const ofPlaces = tests.filter(test => test.kind !== 'contains');
  return {
    /** What the place itself may pass. */
    ofPlaces,
    /** What an element of it may pass instead, if it is an array that stands for its elements. */
    ofElements: ofPlaces.filter(test => test.kind !== 'exists'),
    /** Elements, one of which it may have if it is any array. */
    contained: tests.flatMap(test => (test.kind === 'contains' ? [test.value] : [])),
  };
}
