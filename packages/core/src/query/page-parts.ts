import sql, { join, raw, type Sql } from 'sql-template-tag';
import { ALWAYS, direction, every, NEVER, some } from './conditions.js';
import type { SortAtom, SortPlan } from './plan-sort.js';
import { ALL_USERS, type UserSource } from './user-source.js';

/** The users of one list that one page can have, or its rest after the last page. */
export interface PageList {
  /** Where the users are read from, and what is joined to them. */
  from: Sql;
  conditions: Sql[];
  atoms: SortAtom[];
  /** Whether they come from there in their order. */
  isSorted?: true;
}

/** A part of a sorted list that one statement reads: one list, or several that it merges. */
export type PagePart = PageList[];

/**
 * The parts of a sorted list, or of its rest after the last page, in order.
 *
 * A list that begins with a nullable column is read in two parts: the rows without the value, and the rows with it.
 * Within each part the order says nothing about NULL, so an index can provide it on both engines; PostgreSQL's indexes
 * have NULL at the opposite end from MongoDB.
 */
export function pageParts(plan: SortPlan, found: Sql, { divisible }: { divisible: boolean }): PagePart[] {
  const { atoms, nullsInIndex } = plan;
  const from = sql`${ALL_USERS.from}${plan.from}`;
  const [first, ...rest] = atoms;
  const begun = first?.last !== undefined;
  if (!first || !nullsInIndex || !divisible) {
    return [[{ from, atoms, conditions: begun ? [found, afterLast(atoms)] : [found] }]];
  }
  const narrowed = [{ ...first, nullable: false }, ...rest];
  const lacking: PageList = {
    from,
    atoms: narrowed,
    conditions: [found, sql`${first.expression} IS NULL`, ...(first.last === null ? [afterLast(rest)] : [])],
  };
  const having: PageList = {
    from,
    atoms: narrowed,
    conditions: [found, sql`${first.expression} IS NOT NULL`, ...(first.last ? [afterLast(narrowed)] : [])],
  };
  const inOrder = first.descending ? [having, lacking] : [lacking, having];
  // The remaining list begins with the part in which the last page ended.
  const current = first.last === null ? lacking : having;
  return (begun ? inOrder.slice(inOrder.indexOf(current)) : inOrder).map(list => [list]);
}

/** A whole list, or its rest after the last page. */
export function pageList(plan: SortPlan, source: UserSource, conditions: readonly Sql[]): PageList {
  const { atoms } = plan;
  const begun = atoms[0]?.last !== undefined;
  return {
    from: sql`${source.from}${plan.from}`,
    atoms,
    conditions: begun ? [...conditions, afterLast(atoms)] : [...conditions],
  };
}

/**
 * The same for a list whose order an index alone knows.
 * @param sorted what is in FROM for a condition and an order.
 */
export function sortedPageList(
  { atoms }: SortPlan,
  conditions: readonly Sql[],
  { held, sorted }: { held: readonly Sql[]; sorted(condition: Sql, order: Sql): Sql },
): PageList {
  const begun = atoms[0]?.last !== undefined;
  const order = join(atoms.map(({ expression, descending }) => sql`${expression} ${direction(descending)}`));
  const from = sorted(every(begun ? [...held, afterLast(atoms)] : held), order);
  return { from, atoms, conditions: [...conditions], isSorted: true };
}

/** The condition of so many users who come next in an order, whatever else they are. An index must have the order. */
export function nextUsers({ atoms }: SortPlan, count: number): Sql {
  const begun = atoms[0]?.last !== undefined;
  const order = join(atoms.map(({ expression, descending }) => sql`${expression} ${direction(descending)}`));
  return sql`users.id IN (SELECT users.id FROM users WHERE ${begun ? afterLast(atoms) : ALWAYS} ORDER BY ${order} LIMIT ${count})`;
}

/** An atom of a page that is not the first. */
type PlacedAtom = SortAtom & { last: Sql | null };

/**
 * The rows of a sorted list after a given row. The row is identified by its sort key, not by its position, so rows that
 * come and go elsewhere do not shift the page, and the row itself need not exist any more. All atoms must have a `last`.
 */
function afterLast(atoms: readonly SortAtom[]): Sql {
  return after(atoms as PlacedAtom[]);
}

function after(atoms: readonly PlacedAtom[]): Sql {
  const [first, ...rest] = atoms;
  if (!first) return NEVER;
  const sameWay = atoms.every(({ descending, nullable }) => !nullable && descending === first.descending);
  if (sameWay) {
    // Both engines can answer a row comparison from an index over several columns.
    const expressions = join(atoms.map(({ expression }) => expression));
    const values = join(atoms.map(({ last }) => last));
    return sql`(${expressions}) ${beyond(first)} (${values})`;
  }
  const ties = every([equalsLast(first), after(rest)]);
  const either = some([strictlyAfter(first), ties]);
  // Implied by the rest, but it gives an index a place to begin.
  return first.last === null || (first.nullable && first.descending)
    ? either
    : every([sql`${first.expression} ${beyond(first)}= ${first.last}`, either]);
}

function strictlyAfter(atom: PlacedAtom): Sql {
  const { expression, descending, nullable, last } = atom;
  if (last === null) return descending ? NEVER : sql`${expression} IS NOT NULL`;
  const further = sql`${expression} ${beyond(atom)} ${last}`;
  return nullable && descending ? some([further, sql`${expression} IS NULL`]) : further;
}

function equalsLast({ expression, last }: PlacedAtom): Sql {
  return last === null ? sql`${expression} IS NULL` : sql`${expression} = ${last}`;
}

function beyond({ descending }: SortAtom): Sql {
  return raw(descending ? '<' : '>');
}
