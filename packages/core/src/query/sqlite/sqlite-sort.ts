import sql, { empty, type Sql } from 'sql-template-tag';
import { direction } from '../conditions.js';
import type { CustomSortColumn, SortAtom, SortPlan } from '../json-dialect.js';
import { SORT_TEXT_LENGTH, type SortValue } from '../sort-value.js';
import { arrayOnTheWay, type Cell, cellAt, elementsAt, jsonNumber, sqliteWalk } from './sqlite-cell.js';

/**
 * One SQL value whose order in SQLite (NULL, numbers, texts, blobs) is MongoDB's order of JSON values. Numbers are
 * finite, so minus infinity can stand for null, and NULL for what MongoDB puts before null: the empty array.
 */
const KEYS = {
  empty: sql`NULL`,
  null: sql`-1e999`,
  object: sql`x'01'`,
  array: sql`x'02'`,
  false: sql`x'0300'`,
  true: sql`x'0301'`,
} as const;

/** What a sort by a custom path compares. */
export function sqliteSortCustom({ path, descending, last }: CustomSortColumn): SortPlan {
  const expression = sortExpression(path, descending);
  const atom: SortAtom = { expression, nullable: true, descending, ...(last && { last: keyOfLast(last) }) };
  return { from: empty, atoms: [atom], nullsInIndex: false };
}

/** What a sort by teams compares. */
export function sqliteSortTeams(descending: boolean): Sql {
  return sql`(SELECT team.value FROM json_each(users.teams) AS team ORDER BY team.value ${direction(descending)} LIMIT 1)`;
}

function sortExpression(path: readonly string[], descending: boolean): Sql {
  const cell = cellAt(path);
  const direct = sql`CASE ${cell.type} WHEN 'array' THEN ${ofElements(elementsAt(path), descending)} ELSE ${keyOf(cell)} END`;
  const guard = arrayOnTheWay(path);
  return guard
    ? sql`CASE WHEN ${guard} THEN ${ofWalk(path, descending)} ELSE ${direct} END`
    : sql`(${direct})`;
}

/** The least key of the elements of an array, or the greatest. */
function ofElements(elements: Sql, descending: boolean): Sql {
  const element: Cell = { type: sql`element.type`, value: sql`element.value` };
  return sql`(SELECT ${keyOf(element)} AS key FROM ${elements} AS element ORDER BY key ${direction(descending)} LIMIT 1)`;
}

/** The least key among the places of a path, or the greatest. An open array counts by its elements. */
function ofWalk(path: readonly string[], descending: boolean): Sql {
  const place: Cell = { type: sql`place.type`, value: sql`place.value` };
  const key = sql`CASE WHEN place.open AND place.type = 'array' THEN ${ofElements(sql`json_each(place.value)`, descending)} ELSE ${keyOf(place)} END`;
  // The extra row covers a path that leads nowhere: its value is missing, which differs from an empty array.
  return sql`(SELECT CASE WHEN found THEN key ELSE ${KEYS.null} END FROM (
      SELECT FALSE AS found, NULL AS key
      UNION ALL
      SELECT TRUE, ${key} FROM (${sqliteWalk(path, 'sort')}) AS place
    ) ORDER BY found DESC, key ${direction(descending)} LIMIT 1)`;
}

function keyOf(cell: Cell): Sql {
  return sql`CASE ${cell.type} WHEN 'text' THEN substr(${cell.value}, 1, ${SORT_TEXT_LENGTH}) WHEN 'integer' THEN ${cell.value} WHEN 'real' THEN ${cell.value} WHEN 'true' THEN ${KEYS.true} WHEN 'false' THEN ${KEYS.false} WHEN 'object' THEN ${KEYS.object} WHEN 'array' THEN ${KEYS.array} ELSE ${KEYS.null} END`;
}

function keyOfLast(last: SortValue): Sql | null {
  switch (last.kind) {
    case 'empty':
      return null;
    case 'number':
      return jsonNumber(last.value);
    case 'string':
      return sql`${last.value}`;
    case 'boolean':
      return last.value ? KEYS.true : KEYS.false;
    default:
      return KEYS[last.kind];
  }
}
