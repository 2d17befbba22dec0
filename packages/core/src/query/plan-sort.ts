import { type ParsedSortKey, QUERY_FIELDS, type QueryField, type QueryFieldKind } from '@rollcall/protocol';
import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import { builtInColumn } from './built-in-columns.js';
import { direction, every, NEVER, some, truth } from './conditions.js';
import type { JsonDialect } from './json-dialect.js';
import { type CustomSortKey, sortTrees } from './sort-tree.js';
import type { SortValue } from './sort-value.js';
import type { Viewpoint } from './user-query.js';

/** One expression of an `ORDER BY`. */
export interface SortAtom {
  expression: Sql;
  descending: boolean;
  /** Whether the expression can be NULL, which comes first when ascending and last when descending. */
  nullable: boolean;
  /** Its value in the last row of the page before; null where that was NULL. */
  last?: Sql | null;
}

/** What a sort compares: the expressions of each key. */
export interface SortPlan {
  /** Joins that provide what the atoms compare. */
  from: Sql;
  atoms: SortAtom[];
  /** The sort key of a row, from the values of the atoms. */
  read(cells: readonly unknown[]): SortValue[];
  /** Whether the first atom is a nullable column that has an index. */
  nullsInIndex: boolean;
}

/** One key of a sort. */
interface KeyPlan {
  expressions: Sql[];
  nullable: boolean;
  toParameters(value: SortValue): (Sql | null)[];
  read(cells: readonly unknown[]): SortValue;
  /** Whether it is a nullable column that has an index. */
  nullsInIndex?: boolean;
}

/** What the plan of a sort depends on. */
export interface SortContext {
  json: JsonDialect;
  viewpoint: Viewpoint;
  /** The sort key of the last user of the page before, key by key. The first page has none. */
  last: SortValue[] | undefined;
}

/** The expressions of a sort, for all users. */
export function planSort(keys: readonly ParsedSortKey[], context: SortContext): SortPlan {
  return planWith(keys, context, new Map());
}

/**
 * The expressions of a sort whose first key is an indexed custom path, for the users whom the index holds. They have no array
 * on that path, so no other path leads through one together with it.
 */
export function planIndexedSort(
  keys: readonly ParsedSortKey[],
  path: readonly string[],
  context: SortContext,
): SortPlan {
  const { customIndex } = context.json;
  return planWith(keys, context, new Map([[0, customIndex.sortExpressions(path)]]));
}

/** @param known the expressions of custom keys that are known already, by position. */
function planWith(
  keys: readonly ParsedSortKey[],
  { json, viewpoint, last }: SortContext,
  known: ReadonlyMap<number, Sql[]>,
): SortPlan {
  const { customSort } = json;
  const customKeys = keys.flatMap(({ field, direction }, position): CustomSortKey[] => {
    const isAsked = field.kind === 'custom' && !known.has(position);
    return isAsked ? [{ path: field.path, descending: direction === -1, position }] : [];
  });
  const custom = new Map(known);
  const joins: Sql[] = [];
  for (const tree of sortTrees(customKeys)) {
    const { from, expressions } = customSort.compared(tree);
    joins.push(from);
    for (const [place, { position }] of tree.keys.entries()) custom.set(position, expressions[place] ?? []);
  }

  const plans = keys.map(({ field, direction }, position): KeyPlan => {
    const expressions = custom.get(position);
    if (expressions) return { ...customSort, expressions };
    // A custom key has its expressions by now.
    return planBuiltIn((field as { field: QueryField }).field, direction === -1, { json, viewpoint });
  });
  return {
    from: joins.length === 0 ? empty : join(joins, ''),
    atoms: plans.flatMap(({ expressions, nullable, toParameters }, position) => {
      const value = last?.[position];
      const parameters = value && toParameters(value);
      return expressions.map((expression, place): SortAtom => {
        const descending = keys[position]?.direction === -1;
        return { expression, descending, nullable, ...(parameters && { last: parameters[place] ?? null }) };
      });
    }),
    read: cells => {
      let begin = 0;
      return plans.map(({ expressions, read }) => {
        const end = begin + expressions.length;
        const value = read(cells.slice(begin, end));
        begin = end;
        return value;
      });
    },
    nullsInIndex: plans[0]?.nullsInIndex ?? false,
  };
}

function planBuiltIn(
  field: QueryField,
  descending: boolean,
  { json, viewpoint }: Omit<SortContext, 'last'>,
): KeyPlan {
  const { expression, nullable, indexed } =
    field === 'teams'
      ? { expression: json.sortTeams(descending), nullable: true, indexed: false }
      : builtInColumn(field, viewpoint);
  return {
    expressions: [expression],
    nullable,
    toParameters: value => [parameter(value)],
    read: ([cell]) => readBuiltIn(cell, QUERY_FIELDS[field].holds),
    nullsInIndex: indexed && nullable,
  };
}

function parameter(value: SortValue): Sql | null {
  switch (value.kind) {
    case 'string':
    case 'number':
      return sql`${value.value}`;
    case 'boolean':
      return truth(value.value);
    default:
      return null;
  }
}

function readBuiltIn(cell: unknown, holds: QueryFieldKind): SortValue {
  if (cell === null) return { kind: 'null' };
  switch (holds) {
    case 'string':
    case 'strings':
      return { kind: 'string', value: String(cell) };
    case 'time':
      return { kind: 'number', value: Number(cell) };
    case 'boolean':
      return { kind: 'boolean', value: cell === true || cell === 1 };
  }
}

/** The name of an atom's column in the answer of a statement. */
function columnOf(position: number): string {
  return `sort_${position}`;
}

/** The atoms as columns for `SELECT`. */
export function sortColumns(atoms: readonly SortAtom[]): Sql {
  return join(atoms.map(({ expression }, position) => sql`${expression} AS ${raw(columnOf(position))}`));
}

/** The values of the atoms in a row. */
export function sortCells(row: Record<string, unknown>, atoms: readonly SortAtom[]): unknown[] {
  return atoms.map((_, position) => row[columnOf(position)]);
}

/** The `ORDER BY` of a statement that has the {@link sortColumns}. `missingFirst` says where NULL goes. */
export function orderByColumns(atoms: readonly SortAtom[], missingFirst: (descending: boolean) => Sql): Sql {
  return join(
    atoms.map(
      ({ descending, nullable }, position) =>
        sql`${raw(columnOf(position))} ${direction(descending)}${nullable ? missingFirst(descending) : empty}`,
    ),
    ', ',
  );
}
/** The users of one list that one page can have, or its rest after the last page. */
interface PageList {
  from: Sql;
  conditions: Sql[];
  atoms: SortAtom[];
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
export function pageParts(plan: SortPlan, { divisible }: { divisible: boolean }): PagePart[] {
  const { from, atoms, nullsInIndex } = plan;
  const [first, ...rest] = atoms;
  const begun = first?.last !== undefined;
  if (!first || !nullsInIndex || !divisible) {
    return [[{ from, atoms, conditions: begun ? [afterLast(atoms)] : [] }]];
  }
  const narrowed = [{ ...first, nullable: false }, ...rest];
  const lacking: PageList = {
    from,
    atoms: narrowed,
    conditions: [sql`${first.expression} IS NULL`, ...(first.last === null ? [afterLast(rest)] : [])],
  };
  const having: PageList = {
    from,
    atoms: narrowed,
    conditions: [sql`${first.expression} IS NOT NULL`, ...(first.last ? [afterLast(narrowed)] : [])],
  };
  const inOrder = first.descending ? [having, lacking] : [lacking, having];
  // The remaining list begins with the part in which the last page ended.
  const current = first.last === null ? lacking : having;
  return (begun ? inOrder.slice(inOrder.indexOf(current)) : inOrder).map(list => [list]);
}

/**
 * A list that an index sorts, merged with the users whom that index does not hold.
 * @param indexed the plan for the users whom the index holds.
 * @param all the plan for all users.
 */
export function mergedPart(
  indexed: SortPlan,
  all: SortPlan,
  { holds, lacks }: { holds: Sql; lacks: Sql },
): PagePart {
  const list = ({ from, atoms }: SortPlan, condition: Sql): PageList => {
    const begun = atoms[0]?.last !== undefined;
    return { from, atoms, conditions: begun ? [condition, afterLast(atoms)] : [condition] };
  };
  return [list(indexed, holds), list(all, lacks)];
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
