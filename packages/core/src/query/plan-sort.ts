import type { ParsedSortKey } from '@rollcall/protocol';
import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import { builtInColumn } from './built-in-columns.js';
import { direction, every, NEVER, some, truth } from './conditions.js';
import type { JsonDialect, SortAtom, SortColumn, SortPlan } from './json-dialect.js';
import type { SortValue } from './sort-value.js';
import type { Viewpoint } from './user-query.js';

/**
 * The expressions of a sort.
 * @param last the sort key of the last user of the page before, key by key. The first page has none.
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

/** The `ORDER BY` of a sort. `missingFirst` says where NULL goes. */
export function orderBy(atoms: readonly SortAtom[], missingFirst: (descending: boolean) => Sql): Sql {
  return join(
    atoms.map(({ expression, descending, nullable }) =>
      nullable
        ? sql`${expression} ${direction(descending)}${missingFirst(descending)}`
        : sql`${expression} ${direction(descending)}`,
    ),
    ', ',
  );
}

/** A part of a sorted list that one statement reads. */
export interface PagePart {
  conditions: Sql[];
  atoms: SortAtom[];
}

/**
 * The parts of a sorted list, or of its rest after the last page, in order.
 *
 * A list that begins with a nullable column is read in two parts: the rows without the value, and the rows with it.
 * Within each part the order says nothing about NULL, so an index can provide it on both engines; PostgreSQL's indexes
 * have NULL at the opposite end from MongoDB.
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
  // The remaining list begins with the part in which the last page ended.
  const current = first.last === null ? lacking : having;
  return begun ? inOrder.slice(inOrder.indexOf(current)) : inOrder;
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
