import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import { direction } from '../conditions.js';
import type { SortNode } from '../sort-tree.js';

/** How PostgreSQL orders a value that was found; it is NULL where there is an empty array in its place. */
type OrderOf = (value: Sql, way: Sql) => Sql;

/**
 * The values that make the least key of a tree of paths (sort-tree.ts), as a query of one row: the columns `value_0`,
 * `value_1`, … hold the value of each key, which is NULL where the path ends in an empty array. It works for any document
 * but is slow, so it runs only for documents that have an array on the way.
 *
 * At each node a row of `each` is an element of the array that stands there, or else the value itself. For each of them
 * the least keys of the nodes below are found, and the least row wins.
 */
export function postgresLeastKey(tree: SortNode, orderOf: OrderOf): Sql {
  return leastOf(tree, { value: sql`users.custom -> ${tree.name}::text`, byIndex: sql`FALSE`, orderOf });
}

function leastOf(
  node: SortNode,
  { value, byIndex, orderOf }: { value: Sql; byIndex: Sql; orderOf: OrderOf },
): Sql {
  const [at, each] = [raw(node.alias), raw(`each_${node.alias}`)];
  const isArray = sql`jsonb_typeof(${at}.value) = 'array'`;
  // Nothing is in an empty array, but what is below it is missing there, like below null.
  const elements = sql`CASE WHEN ${at}.value = '[]' THEN '[null]' WHEN ${isArray} THEN ${at}.value ELSE jsonb_build_array(${at}.value) END`;

  const below = node.children.map(child => {
    const named = sql`${each}.value -> ${child.name}::text`;
    // An element by its index is the array's own; it is null, and not missing, where the array holds null there.
    const element = sql`${at}.value -> ${child.index}::int`;
    const hasIndex =
      child.index === null ? sql`FALSE` : sql`coalesce(${isArray} AND ${element} IS NOT NULL, FALSE)`;
    const found = child.index === null ? named : sql`CASE WHEN ${hasIndex} THEN ${element} ELSE ${named} END`;
    const least = leastOf(child, { value: found, byIndex: hasIndex, orderOf });
    return sql` CROSS JOIN LATERAL (${least}) AS least_${raw(child.alias)}`;
  });

  const values = node.keys.map(key => {
    if (key === node.own) return ownValue(at, each);
    const child = node.children.find(({ keys }) => keys.includes(key)) as SortNode;
    return raw(`least_${child.alias}.value_${child.keys.indexOf(key)}`);
  });
  const columns = values.map((found, place) => sql`${found} AS ${raw(`value_${place}`)}`);
  const order = node.keys.map((key, place) => orderOf(raw(`value_${place}`), direction(key.descending)));
  // OFFSET 0 keeps the planner from repeating an expression at each of its uses.
  return sql`SELECT * FROM (
      SELECT ${join(columns)}
      FROM (SELECT ${value} AS value, ${byIndex} AS by_index OFFSET 0) AS ${at}
      CROSS JOIN LATERAL jsonb_array_elements(${elements}) AS ${each}(value)${below.length > 0 ? join(below, '') : empty} OFFSET 0
    ) AS keys_${raw(node.alias)} ORDER BY ${join(order)} LIMIT 1`;
}

/** The value at the end of a path. An array that was found by its index counts as a whole, unless it is empty. */
function ownValue(at: Sql, each: Sql): Sql {
  return sql`CASE WHEN ${at}.value = '[]' THEN NULL WHEN ${at}.by_index THEN ${at}.value ELSE coalesce(${each}.value, 'null') END`;
}
