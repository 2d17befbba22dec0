import sql, { empty, raw, type Sql } from 'sql-template-tag';

/**
 * The objects in which a path ends, by the rules of reach-path.ts for paths without an index. Where it leads nowhere,
 * there is an object without members in its place: nothing is what one finds in it.
 */
export function postgresObjects(way: readonly string[]): { from: Sql; conditions: Sql[]; value: Sql } {
  let value = sql`users.custom`;
  if (way.length === 0)
    return {
      from: sql`(SELECT ${value} AS value OFFSET 0) AS object`,
      conditions: [],
      value: sql`object.value`,
    };
  let from = empty;
  const conditions: Sql[] = [];
  for (const [step, name] of way.entries()) {
    const found = sql`(${value} -> ${name}::text)`;
    const each = sql`LATERAL jsonb_array_elements(CASE jsonb_typeof(${found}) WHEN 'array' THEN ${found} WHEN 'object' THEN jsonb_build_array(${found}) ELSE '[{}]'::jsonb END)`;
    const alias = raw(`object_${step}`);
    from = step === 0 ? sql`${each} AS ${alias}(value)` : sql`${from}, ${each} AS ${alias}(value)`;
    conditions.push(sql`jsonb_typeof(${alias}.value) = 'object'`);
    value = sql`${alias}.value`;
  }
  return { from, conditions, value };
}
