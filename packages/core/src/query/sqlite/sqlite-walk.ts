import sql, { type Sql } from 'sql-template-tag';
import { arrayIndex, type PathPurpose } from '../reach-path.js';

/**
 * The places in a user's custom data that a path leads to, by the rules of reach-path.ts, as a query with the columns
 * `type`, `value` (see Cell) and `open`. It serves any document and is slow, so it only runs for documents that have an
 * array on the way.
 *
 * A row of `walk` is a value, how many names of the path have been followed to it (`at`), and whether it is open: an
 * open array at the end of the path stands for its elements, too, and an open value that is neither array nor object
 * before the end means that nothing is there.
 */
export function sqliteWalk(path: readonly string[], purpose: PathPurpose): Sql {
  const names = JSON.stringify(path);
  const indexes = JSON.stringify(path.map(arrayIndex));
  const length = path.length;
  const member = sql`'$."' || (${names} ->> walk.at) || '"'`;
  const index = sql`(${indexes} ->> walk.at)`;
  const elements = sql`json_each(CASE walk.type WHEN 'array' THEN walk.value ELSE '[]' END) AS element`;
  const intoElements =
    purpose === 'filter'
      ? sql`SELECT element.type, element.value, walk.at, 1 FROM walk, ${elements}
          WHERE walk.type = 'array' AND walk.at < ${length} AND element.type = 'object'`
      : sql`SELECT CASE element.type WHEN 'object' THEN 'object' ELSE 'null' END, element.value, walk.at, 1 FROM walk, ${elements}
          WHERE walk.type = 'array' AND walk.at < ${length}
            AND coalesce(${index} >= json_array_length(walk.value), 1)`;
  return sql`WITH RECURSIVE walk(type, value, at, open) AS (
        SELECT 'object', users.custom, 0, 1
        UNION ALL
        SELECT json_type(walk.value, ${member}), walk.value ->> (${member}), walk.at + 1, 1 FROM walk
          WHERE walk.type = 'object' AND walk.at < ${length}
        UNION ALL
        ${intoElements}
        UNION ALL
        SELECT element.type, element.value, walk.at + 1, 0 FROM walk, ${elements}
          WHERE walk.type = 'array' AND walk.at < ${length} AND element.key = ${index}
      )
      SELECT CASE WHEN at = ${length} THEN type END AS type, CASE WHEN at = ${length} THEN value END AS value, open
      FROM walk WHERE at = ${length} OR (open AND coalesce(type NOT IN ('array', 'object'), 1))`;
}
