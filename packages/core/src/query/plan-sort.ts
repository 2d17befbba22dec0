import type { ParsedSortKey } from '@rollcall/protocol';
import sql, { empty, join, type Sql } from 'sql-template-tag';
import { builtInColumn } from './built-in-columns.js';
import { truth } from './conditions.js';
import type { JsonDialect } from './json-dialect.js';
import type { SortValue } from './sort-value.js';
import type { Viewpoint } from './user-query.js';

/** One expression that an `ORDER BY` names; a key of a sort is one of these or several. */
export interface SortAtom {
  expression: Sql;
  descending: boolean;
  /** Whether the expression can be NULL, which comes first when ascending and last when descending. */
  nullable: boolean;
  /** Its value in the last row of the page before; null where that was NULL. */
  last?: Sql | null;
}

/** A key of a sort as the dialects take it. */
export interface SortColumn {
  descending: boolean;
  /** What the last row of the page before was sorted by. */
  last: SortValue | undefined;
}

/** What a sort adds to a statement. */
export interface SortPlan {
  /** Joins that name what the atoms compare. */
  from: Sql;
  atoms: SortAtom[];
  /** The first atom is a nullable column that has an index. */
  nullsInIndex: boolean;
}

/**
 * The expressions of a sort.
 * @param last what the last user of the page before was sorted by, key by key; absent for the first page.
 */
export function planSort(
  keys: readonly ParsedSortKey[],
  { json, viewpoint, last }: { json: JsonDialect; viewpoint: Viewpoint; last: SortValue[] | undefined },
): SortPlan {
  const plans = keys.map(({ field, direction }, position) => {
    const column: SortColumn = { descending: direction === -1, last: last?.[position] };
    if (field.kind === 'custom') return json.sortCustom({ ...column, path: field.path, position });
    if (field.field === 'teams') {
      return plan({ expression: json.sortTeams(column.descending), nullable: true }, column);
    }
    return plan(builtInColumn(field.field, viewpoint), column);
  });
  return {
    from:
      plans.length === 0
        ? empty
        : join(
            plans.map(({ from }) => from),
            '',
          ),
    atoms: plans.flatMap(({ atoms }) => atoms),
    nullsInIndex: plans[0]?.nullsInIndex ?? false,
  };
}

function plan(
  { expression, nullable, indexed = false }: { expression: Sql; nullable: boolean; indexed?: boolean },
  { descending, last }: SortColumn,
): SortPlan {
  const atom: SortAtom = { expression, nullable, descending, ...(last && { last: parameter(last) }) };
  return { from: empty, atoms: [atom], nullsInIndex: indexed && nullable };
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
