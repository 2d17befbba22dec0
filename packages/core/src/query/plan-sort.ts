import { type ParsedSortKey, QUERY_FIELDS, type QueryField, type QueryFieldKind } from '@rollcall/protocol';
import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import { builtInColumn } from './built-in-columns.js';
import { direction, truth } from './conditions.js';
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

/** The names of the {@link sortColumns}. */
export function sortColumnNames(atoms: readonly SortAtom[]): string[] {
  return atoms.map((_, position) => columnOf(position));
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
