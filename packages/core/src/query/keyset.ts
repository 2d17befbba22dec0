/**
 * The rest of a sorted list after a given row, as conditions. The row is named by what it was sorted by, not by its
 * position, so rows that come and go elsewhere do not shift it; it need not even exist any more.
 */
import sql, { join, raw, type Sql } from 'sql-template-tag';
import { direction, every, NEVER, some } from './conditions.js';
import type { SortAtom } from './plan-sort.js';

/** An atom of a page that is not the first. */
type PlacedAtom = SortAtom & { last: Sql | null };

/** The rows that come after the last one. All atoms must have a `last`. */
export function afterLast(atoms: readonly SortAtom[]): Sql {
  return after(atoms as PlacedAtom[]);
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

function after(atoms: readonly PlacedAtom[]): Sql {
  const [first, ...rest] = atoms;
  if (!first) return NEVER;
  const sameWay = atoms.every(({ descending, nullable }) => !nullable && descending === first.descending);
  if (sameWay) {
    // A comparison of rows is what both engines answer from an index over several columns.
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
