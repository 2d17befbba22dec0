import type { Comparison, FieldReference, ParsedFilter } from '@rollcall/protocol';
import { compareText } from '../json/json-values.js';

type Bound = Extract<Comparison, { operator: '$gt' | '$gte' | '$lt' | '$lte' }>;

/**
 * Of several bounds of one field in one direction, joined by "or", the one that the others follow from: what is more than 5
 * or more than 7 is more than 5. So are denials of bounds, joined by "and". Values of different types bound different things.
 */
export function mergeRanges(kind: 'all' | 'any', parts: readonly ParsedFilter[]): ParsedFilter[] {
  const widest = new Map<string, Bound>();
  for (const part of parts) {
    const found = boundOf(kind, part);
    if (!found) continue;
    const key = keyOf(found);
    const before = widest.get(key);
    if (!before || isWider(found.bound, before)) widest.set(key, found.bound);
  }
  return parts.filter(part => {
    const found = boundOf(kind, part);
    return !found || widest.get(keyOf(found)) === found.bound;
  });
}

function boundOf(
  kind: 'all' | 'any',
  part: ParsedFilter,
): { field: FieldReference; bound: Bound } | undefined {
  const inner =
    kind === 'any' ? part : part.kind === 'none' && part.nodes.length === 1 ? part.nodes[0] : undefined;
  if (inner?.kind !== 'compare') return undefined;
  const { field, comparison } = inner;
  switch (comparison.operator) {
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return { field, bound: comparison };
    default:
      return undefined;
  }
}

function keyOf({ field, bound }: { field: FieldReference; bound: Bound }): string {
  return JSON.stringify([field, isLower(bound), typeof bound.value]);
}

function isLower({ operator }: Bound): boolean {
  return operator === '$gt' || operator === '$gte';
}

/** Whether a bound admits more than another one of the same direction. */
function isWider(one: Bound, other: Bound): boolean {
  const order = compare(one.value, other.value);
  if (order === 0) return one.operator === '$gte' || one.operator === '$lte';
  return isLower(one) ? order < 0 : order > 0;
}

/** The order of two values of one type, as queries have it. */
function compare(one: Bound['value'], other: Bound['value']): number {
  return typeof one === 'string' && typeof other === 'string'
    ? compareText(one, other)
    : Number(one) - Number(other);
}
