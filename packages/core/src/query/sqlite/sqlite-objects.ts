import sql, { empty, raw, type Sql } from 'sql-template-tag';

/**
 * A path as the JSON functions of SQLite take it, always as a parameter. The field name grammar allows neither quotes nor
 * back-slashes, so a quoted name cannot hold anything else. A quoted name never steps into an array.
 */
export function sqlitePath(path: readonly string[]): string {
  return `$${path.map(name => `."${name}"`).join('')}`;
}

/**
 * The objects in which a path ends, by the rules of reach-path.ts for paths without an index. Where it leads nowhere,
 * there is an object without members in its place: nothing is what one finds in it.
 */
export function sqliteObjects(way: readonly string[]): { from: Sql; conditions: Sql[]; value: Sql } {
  let value = sql`users.custom`;
  if (way.length === 0)
    return { from: sql`(SELECT ${value} AS value) AS object`, conditions: [], value: sql`object.value` };
  let from = empty;
  const conditions: Sql[] = [];
  for (const [step, name] of way.entries()) {
    const path = sqlitePath([name]);
    const found = sql`${value} -> ${path}`;
    const each = sql`json_each(CASE json_type(${value}, ${path}) WHEN 'array' THEN ${found} WHEN 'object' THEN json_array(${found}) ELSE '[{}]' END)`;
    const alias = raw(`object_${step}`);
    from = step === 0 ? sql`${each} AS ${alias}` : sql`${from}, ${each} AS ${alias}`;
    conditions.push(sql`${alias}.type = 'object'`);
    value = sql`${alias}.value`;
  }
  return { from, conditions, value };
}
