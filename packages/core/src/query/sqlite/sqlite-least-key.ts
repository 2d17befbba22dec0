import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import { direction } from '../conditions.js';
import type { SortNode } from '../sort-tree.js';
import type { Cell } from './sqlite-cell.js';
import { sqlitePath } from './sqlite-objects.js';

/** How SQLite orders a value that was found; its type is NULL where there is an empty array in its place. */
type KeyOf = (cell: Cell) => Sql;

/**
 * The values that make the least key of a tree of paths (sort-tree.ts), as JSON: an array with one array for each key, which
 * holds the value; it is empty where the path ends in an empty array. It works for any document but is slow, so it runs
 * only for documents that have an array on the way.
 *
 * At each node a row of `each` is an element of the array that stands there, or else the value itself. For each of them
 * the least keys of the nodes below are found, and the least row wins. What does not depend on the element is found once,
 * before: so every value is looked at as often as there are levels above it, and no oftener.
 */
export function sqliteLeastKey(tree: SortNode, keyOf: KeyOf): Sql {
  return leastOf(tree, {
    value: sql`users.custom -> ${sqlitePath([tree.name])}`,
    byIndex: sql`FALSE`,
    keyOf,
  });
}

function leastOf(node: SortNode, { value, byIndex, keyOf }: { value: Sql; byIndex: Sql; keyOf: KeyOf }): Sql {
  const [at, each] = [raw(node.alias), raw(`each_${node.alias}`)];
  const indexed = node.children.filter(({ index }) => index !== null);
  const named = node.children.filter(({ index }) => index === null);

  const once = indexed.map(child => {
    const element = sql`CASE WHEN size IS NULL THEN value -> ${sqlitePath([child.name])} ELSE value -> ${`$[${child.index}]`} END`;
    const least = leastOf(child, { value: element, byIndex: sql`size IS NOT NULL`, keyOf });
    return sql`, ${least} AS ${raw(child.alias)}`;
  });
  const forEach = named.map(child => {
    const member = sql`CASE ${each}.type WHEN 'object' THEN ${each}.value -> ${sqlitePath([child.name])} END`;
    return sql`${leastOf(child, { value: member, byIndex: sql`FALSE`, keyOf })} AS ${raw(`${child.alias}_least`)}`;
  });
  if (node.own) forEach.push(sql`${ownValue(at, each)} AS own`);

  const values = node.keys.map(key => {
    if (key === node.own) return { json: sql`own`, cell: wrappedCell(sql`own`, '$[0]'), key };
    const child = node.children.find(({ keys }) => keys.includes(key)) as SortNode;
    const place = child.keys.indexOf(key);
    const column = raw(child.index === null ? `${child.alias}_least` : child.alias);
    const json = sql`${column} -> ${raw(`'$[${place}]'`)}`;
    return { json, cell: child.index === null && wrappedCell(column, `$[${place}][0]`), key };
  });
  const order = values.flatMap(({ cell, key }) => {
    if (!cell) return [];
    const rank = key === node.own ? sql`CASE WHEN by_index THEN NULL ELSE ${keyOf(cell)} END` : keyOf(cell);
    return [sql`${rank} ${direction(key.descending)}`];
  });
  const sorted = order.length === 0 ? empty : sql` ORDER BY ${join(order)}`;
  const kept = [...indexed.map(child => sql`${at}.${raw(child.alias)}`), sql`${at}.by_index`, ...forEach];
  // LIMIT keeps SQLite from computing a column at each of its uses.
  return sql`(SELECT json_array(${join(values.map(({ json }) => sql`json(${json})`))}) FROM (
      SELECT ${join(kept)}
      FROM (
        SELECT value, size, by_index${join([...once, empty], '')}
        FROM (
          SELECT value, CASE json_type(value) WHEN 'array' THEN json_array_length(value) END AS size, by_index
          FROM (SELECT ${value} AS value, ${byIndex} AS by_index LIMIT 1) LIMIT 1
        ) LIMIT 1
      ) AS ${at}
      CROSS JOIN json_each(${elementsOf(node, at)}) AS ${each} LIMIT -1
    )${sorted} LIMIT 1)`;
}

/** What is looked at one by one: nothing where no key depends on it, and the null that a value below an empty array counts as. */
function elementsOf({ own, children }: SortNode, at: Sql): Sql {
  const asArray = sql`json_array(json(${at}.value))`;
  if (children.some(({ index }) => index === null)) {
    return sql`CASE WHEN ${at}.size > 0 THEN ${at}.value WHEN ${at}.size = 0 THEN '[null]' ELSE ${asArray} END`;
  }
  if (!own) return sql`'[null]'`;
  return sql`CASE WHEN ${at}.size > 0 AND NOT ${at}.by_index THEN ${at}.value WHEN ${at}.size IS NULL THEN ${asArray} ELSE '[null]' END`;
}

function wrappedCell(column: Sql, path: string): Cell {
  const place = raw(`'${path}'`);
  return { type: sql`json_type(${column}, ${place})`, value: sql`${column} ->> ${place}` };
}

/**
 * The value at the end of a path. An array that was found by its index counts as a whole, unless it is empty. A number with
 * a fraction or an exponent is taken as it is written: SQLite 3.52 would write the largest one as infinity.
 */
function ownValue(at: Sql, each: Sql): Sql {
  const asWritten = sql`CASE WHEN ${at}.size > 0 THEN ${at}.value -> ${each}.fullkey ELSE ${at}.value END`;
  const element = sql`CASE ${each}.type WHEN 'object' THEN json_array(json(${each}.value)) WHEN 'array' THEN json_array(json(${each}.value)) WHEN 'true' THEN '[true]' WHEN 'false' THEN '[false]' WHEN 'real' THEN json_array(json(${asWritten})) ELSE json_array(${each}.value) END`;
  return sql`CASE WHEN ${at}.size = 0 THEN '[]' WHEN ${at}.size > 0 AND ${at}.by_index THEN json_array(json(${at}.value)) ELSE ${element} END`;
}
