import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import { direction } from '../conditions.js';
import type { SortNode } from '../sort-tree.js';

/** How PostgreSQL orders a value that was found; it is NULL where there is an empty array in its place. */
export type OrderOf = (value: Sql, way: Sql) => Sql;

/**
 * The values that make the least key of a tree of paths (sort-tree.ts), as a query of one row: the columns `value_0`,
 * `value_1`, … hold the value of each key, which is NULL where the path ends in an empty array. It works for any document
 * but is slow, so it runs only for documents that have an array on the way.
 *
 * At each node a row of `each` is an element of the array that stands there, or else the value itself. For each of them
 * the least keys of the nodes below are found, and the least row wins. What does not depend on the element is found once,
 * before: so every value is looked at as often as there are levels above it, and no oftener.
 */
export function postgresLeastKey(tree: SortNode, orderOf: OrderOf): Sql {
  return leastOf(tree, { value: sql`users.custom -> ${tree.name}::text`, byIndex: sql`FALSE`, orderOf });
}

function leastOf(
  node: SortNode,
  { value, byIndex, orderOf }: { value: Sql; byIndex: Sql; orderOf: OrderOf },
): Sql {
  const [at, each] = [raw(node.alias), raw(`each_${node.alias}`)];
  const below = (child: SortNode, found: { value: Sql; byIndex: Sql }) =>
    sql` CROSS JOIN LATERAL (${leastOf(child, { ...found, orderOf })}) AS least_${raw(child.alias)}`;

  const once = node.children
    .filter(({ index }) => index !== null)
    .map(child => {
      const element = sql`CASE WHEN ${at}.is_array THEN ${at}.value -> ${child.index}::int ELSE ${at}.value -> ${child.name}::text END`;
      return below(child, { value: element, byIndex: sql`${at}.is_array` });
    });
  const forEach = node.children
    .filter(({ index }) => index === null)
    .map(child => below(child, { value: sql`${each}.value -> ${child.name}::text`, byIndex: sql`FALSE` }));

  const values = node.keys.map(key => {
    if (key === node.own) return ownValue(at, each);
    const child = node.children.find(({ keys }) => keys.includes(key)) as SortNode;
    return raw(`least_${child.alias}.value_${child.keys.indexOf(key)}`);
  });
  const names = values.map((_, place) => raw(`value_${place}`));
  const columns = values.map((found, place) => sql`${found} AS ${raw(`value_${place}`)}`);
  // An array that was found by its index is the same in each row.
  if (node.own) columns.push(sql`CASE WHEN ${at}.by_index THEN NULL ELSE ${ownValue(at, each)} END AS own`);
  const order = node.keys.flatMap((key, place) => {
    const child = node.children.find(({ keys }) => keys.includes(key));
    if (child && child.index !== null) return [];
    return [orderOf(child ? raw(`value_${place}`) : sql`own`, direction(key.descending))];
  });
  const sorted = order.length === 0 ? empty : sql` ORDER BY ${join(order)}`;
  // OFFSET 0 keeps the planner from repeating an expression at each of its uses.
  return sql`SELECT ${join(names)} FROM (
      SELECT ${join(columns)}
      FROM (
        SELECT value, coalesce(jsonb_typeof(value) = 'array', FALSE) AS is_array, by_index
        FROM (SELECT ${value} AS value, ${byIndex} AS by_index OFFSET 0) AS found OFFSET 0
      ) AS ${at}${join([...once, empty], '')}
      CROSS JOIN LATERAL jsonb_array_elements(${elementsOf(node, at)}) AS ${each}(value)${join([...forEach, empty], '')} OFFSET 0
    ) AS keys_${raw(node.alias)}${sorted} LIMIT 1`;
}

/** What is looked at one by one: nothing where no key depends on it, and the null that a value below an empty array counts as. */
function elementsOf({ own, children }: SortNode, at: Sql): Sql {
  const asArray = sql`jsonb_build_array(${at}.value)`;
  if (children.some(({ index }) => index === null)) {
    return sql`CASE WHEN ${at}.value = '[]' THEN '[null]' WHEN ${at}.is_array THEN ${at}.value ELSE ${asArray} END`;
  }
  if (!own) return sql`'[null]'::jsonb`;
  return sql`CASE WHEN ${at}.value = '[]' OR (${at}.is_array AND ${at}.by_index) THEN '[null]' WHEN ${at}.is_array THEN ${at}.value ELSE ${asArray} END`;
}

/** The value at the end of a path. An array that was found by its index counts as a whole, unless it is empty. */
function ownValue(at: Sql, each: Sql): Sql {
  return sql`CASE WHEN ${at}.value = '[]' THEN NULL WHEN ${at}.is_array AND ${at}.by_index THEN ${at}.value ELSE coalesce(${each}.value, 'null') END`;
}
