import sql, { type Sql } from 'sql-template-tag';
import { direction } from './conditions.js';
import type { SortAtom, SortColumn } from './sort-atoms.js';
import { SORT_TEXT_LENGTH, type SortValue } from './sort-value.js';
import { type Cell, jsonNumber } from './sqlite-cell.js';
import { hasArray, sqlitePath } from './sqlite-json.js';
import { sqliteWalk } from './sqlite-walk.js';

/**
 * One SQL value whose order in SQLite (NULL, numbers, texts, blobs) is MongoDB's order of JSON values. Numbers are
 * finite, so minus infinity is free to stand for null, and NULL for what MongoDB puts before null: the empty array.
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
export function sqliteSortCustom(column: SortColumn & { path: readonly string[] }): SortAtom[] {
  const { path, descending, value } = column;
  const bound = value && sqliteSortKey(value);
  const expression = sortExpression(path, descending);
  return [{ expression, nullable: true, descending, isNull: value?.kind === 'empty', ...(bound && { bound }) }];
}

/** What a sort by teams compares. */
export function sqliteSortTeams(descending: boolean): Sql {
  return sql`(SELECT team.value FROM json_each(users.teams) AS team ORDER BY team.value ${direction(descending)} LIMIT 1)`;
}

function sortExpression(path: readonly string[], descending: boolean): Sql {
  const bound = sqlitePath(path);
  const cell: Cell = { type: sql`json_type(users.custom, ${bound})`, value: sql`users.custom ->> ${bound}` };
  const element: Cell = { type: sql`element.type`, value: sql`element.value` };
  const ofArray = sql`(SELECT ${keyOf(element)} AS key FROM json_each(users.custom, ${bound}) AS element ORDER BY key ${direction(descending)} LIMIT 1)`;
  const direct = sql`CASE ${cell.type} WHEN 'array' THEN ${ofArray} ELSE ${keyOf(cell)} END`;
  const arrayOnTheWay = hasArray(path.slice(0, -1).map((_, index) => path.slice(0, index + 1)));
  if (!arrayOnTheWay) return direct;
  return sql`CASE WHEN ${arrayOnTheWay} THEN ${ofWalk(path, descending)} ELSE ${direct} END`;
}

/** The least key among the places of a path, or the greatest; an open array counts by its elements. */
function ofWalk(path: readonly string[], descending: boolean): Sql {
  const place: Cell = { type: sql`place.type`, value: sql`place.value` };
  const element: Cell = { type: sql`element.type`, value: sql`element.value` };
  const isOpenArray = sql`place.open AND place.type = 'array'`;
  const ofElements = sql`(SELECT ${keyOf(element)} AS key FROM json_each(place.value) AS element ORDER BY key ${direction(descending)} LIMIT 1)`;
  const key = sql`CASE WHEN ${isOpenArray} THEN ${ofElements} ELSE ${keyOf(place)} END`;
  // The outer row is there for a path that leads nowhere: that is missing, which is not the same as an empty array.
  return sql`(SELECT CASE found WHEN 0 THEN ${KEYS.null} ELSE key END FROM (
      SELECT 0 AS found, NULL AS key UNION ALL
      SELECT 1, ${key} FROM (${sqliteWalk(path, 'sort')}) AS place
    ) ORDER BY found DESC, key ${direction(descending)} LIMIT 1)`;
}

function keyOf(cell: Cell): Sql {
  return sql`CASE ${cell.type} WHEN 'text' THEN substr(${cell.value}, 1, ${SORT_TEXT_LENGTH}) WHEN 'integer' THEN ${cell.value} WHEN 'real' THEN ${cell.value} WHEN 'true' THEN ${KEYS.true} WHEN 'false' THEN ${KEYS.false} WHEN 'object' THEN ${KEYS.object} WHEN 'array' THEN ${KEYS.array} ELSE ${KEYS.null} END`;
}

function sqliteSortKey(value: SortValue): Sql {
  switch (value.kind) {
    case 'number':
      return jsonNumber(value.value);
    case 'string':
      return sql`${value.value}`;
    case 'boolean':
      return value.value ? KEYS.true : KEYS.false;
    default:
      return KEYS[value.kind];
  }
}
