import sql, { join, raw, type Sql } from 'sql-template-tag';
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
 * the least keys of the nodes below are found, and the least row wins.
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
  // Nothing is in an empty array, but what is below it is missing there, like below null.
  const elements = sql`CASE WHEN ${at}.size > 0 THEN ${at}.value WHEN ${at}.size = 0 THEN '[null]' ELSE json_array(json(${at}.value)) END`;

  const columns: Sql[] = [];
  if (node.own) columns.push(sql`${ownValue(at, each)} AS own`);
  for (const child of node.children) {
    const named = sql`CASE ${each}.type WHEN 'object' THEN ${each}.value -> ${sqlitePath([child.name])} END`;
    const hasIndex = child.index === null ? sql`FALSE` : sql`coalesce(${at}.size > ${child.index}, FALSE)`;
    const found =
      child.index === null
        ? named
        : sql`CASE WHEN ${hasIndex} THEN ${at}.value -> ${`$[${child.index}]`} ELSE ${named} END`;
    columns.push(sql`${leastOf(child, { value: found, byIndex: hasIndex, keyOf })} AS ${raw(child.alias)}`);
  }

  const values = node.keys.map(key => {
    if (key === node.own) return { json: sql`own`, path: '$[0]', key };
    const child = node.children.find(({ keys }) => keys.includes(key)) as SortNode;
    const place = child.keys.indexOf(key);
    const column = raw(child.alias);
    return { json: sql`${column} -> ${raw(`'$[${place}]'`)}`, path: `$[${place}][0]`, column, key };
  });
  const order = values.map(({ path, column = sql`own`, key }) => {
    const place = raw(`'${path}'`);
    const cell: Cell = { type: sql`json_type(${column}, ${place})`, value: sql`${column} ->> ${place}` };
    return sql`${keyOf(cell)} ${direction(key.descending)}`;
  });
  // LIMIT keeps SQLite from computing a column at each of its uses.
  return sql`(SELECT json_array(${join(values.map(({ json }) => sql`json(${json})`))}) FROM (
      SELECT ${join(columns)}
      FROM (
        SELECT value, CASE json_type(value) WHEN 'array' THEN json_array_length(value) END AS size, by_index
        FROM (SELECT ${value} AS value, ${byIndex} AS by_index LIMIT 1) LIMIT 1
      ) AS ${at}
      CROSS JOIN json_each(${elements}) AS ${each} LIMIT -1
    ) ORDER BY ${join(order)} LIMIT 1)`;
}

/**
 * The value at the end of a path. An array that was found by its index counts as a whole, unless it is empty. A number with
 * a fraction or an exponent is taken as it is written: SQLite 3.52 would write the largest one as infinity.
 */
function ownValue(at: Sql, each: Sql): Sql {
  const asWritten = sql`CASE WHEN ${at}.size > 0 THEN ${at}.value -> ${each}.fullkey ELSE ${at}.value END`;
  const element = sql`CASE ${each}.type WHEN 'object' THEN json_array(json(${each}.value)) WHEN 'array' THEN json_array(json(${each}.value)) WHEN 'true' THEN '[true]' WHEN 'false' THEN '[false]' WHEN 'real' THEN json_array(json(${asWritten})) ELSE json_array(${each}.value) END`;
  return sql`CASE WHEN ${at}.size = 0 THEN '[]' WHEN ${at}.by_index THEN json_array(json(${at}.value)) ELSE ${element} END`;
}
