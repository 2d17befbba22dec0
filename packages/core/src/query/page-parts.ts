import sql, { type Sql } from 'sql-template-tag';
import { afterLast } from './keyset.js';
import type { SortAtom, SortPlan } from './plan-sort.js';

/** A stretch of a sorted list that one statement reads. */
export interface PagePart {
  conditions: Sql[];
  atoms: SortAtom[];
}

/**
 * The stretches that make up a sorted list, or the rest of it after the last page, in order.
 *
 * A list that begins with a nullable column is read in two: the rows that lack the value, and those that have it. Within
 * each the order needs no word about NULL, so an index gives it on both engines; PostgreSQL's indexes have NULL at the
 * other end than MongoDB.
 */
export function pageParts(plan: SortPlan, { divisible }: { divisible: boolean }): PagePart[] {
  const { atoms, nullsInIndex } = plan;
  const [first, ...rest] = atoms;
  const begun = first?.last !== undefined;
  if (!first || !nullsInIndex || !divisible) {
    return [{ atoms, conditions: begun ? [afterLast(atoms)] : [] }];
  }
  const narrowed = [{ ...first, nullable: false }, ...rest];
  const lacking: PagePart = {
    atoms: narrowed,
    conditions: [sql`${first.expression} IS NULL`, ...(first.last === null ? [afterLast(rest)] : [])],
  };
  const having: PagePart = {
    atoms: narrowed,
    conditions: [sql`${first.expression} IS NOT NULL`, ...(first.last ? [afterLast(narrowed)] : [])],
  };
  const inOrder = first.descending ? [having, lacking] : [lacking, having];
  // The part that the last page ended in is the first one left.
  const current = first.last === null ? lacking : having;
  return begun ? inOrder.slice(inOrder.indexOf(current)) : inOrder;
}
