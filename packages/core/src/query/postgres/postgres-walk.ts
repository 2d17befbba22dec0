import sql, { type Sql } from 'sql-template-tag';
import { arrayIndex, type PathPurpose } from '../reach-path.js';
import { jsonb } from './postgres-value.js';

/**
 * The places in a user's custom data that a path leads to, by the rules of reach-path.ts, as a query with the columns
 * `value` (NULL where nothing is) and `open`. It serves any document and is slow, so it only runs for documents that
 * have an array on the way.
 *
 * A row of `walk` is a value, how many names of the path have been followed to it (`at`), and whether it is open: an
 * open array at the end of the path stands for its elements, too, and an open value that is neither array nor object
 * before the end means that nothing is there. PostgreSQL lets a recursive query name itself once, hence the LATERAL.
 */
export function postgresWalk(path: readonly string[], purpose: PathPurpose): Sql {
  const length = sql`${path.length}::int`;
  const name = sql`(${jsonb([...path])} ->> walk.at)`;
  const index = sql`(${jsonb(path.map(arrayIndex))} ->> walk.at)::int`;
  const kind = sql`jsonb_typeof(walk.value)`;
  const elements = sql`jsonb_array_elements(CASE ${kind} WHEN 'array' THEN walk.value ELSE '[]' END) AS element(value)`;
  const hasIndex = sql`coalesce(${index} < jsonb_array_length(CASE ${kind} WHEN 'array' THEN walk.value ELSE '[]' END), FALSE)`;
  const intoElements =
    purpose === 'filter'
      ? sql`SELECT element.value, walk.at, TRUE FROM ${elements} WHERE jsonb_typeof(element.value) = 'object'`
      : sql`SELECT CASE jsonb_typeof(element.value) WHEN 'object' THEN element.value END, walk.at, TRUE FROM ${elements} WHERE NOT ${hasIndex}`;
  return sql`WITH RECURSIVE walk(value, at, open) AS (
        SELECT users.custom, 0, TRUE
        UNION ALL
        SELECT step.value, step.at, step.open FROM walk, LATERAL (
          SELECT walk.value -> ${name}, walk.at + 1, TRUE WHERE ${kind} = 'object'
          UNION ALL
          ${intoElements}
          UNION ALL
          SELECT walk.value -> ${index}, walk.at + 1, FALSE WHERE ${kind} = 'array' AND ${hasIndex}
        ) AS step(value, at, open) WHERE walk.at < ${length}
      )
      SELECT CASE WHEN at = ${length} THEN value END AS value, open
      FROM walk WHERE at = ${length} OR (open AND coalesce(jsonb_typeof(value) NOT IN ('array', 'object'), TRUE))`;
}
