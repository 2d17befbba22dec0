import sql, { type Sql } from 'sql-template-tag';
import { some } from '../conditions.js';

/**
 * The custom value at a path, NULL where there is none. The path is a parameter, an array of names. It would step into
 * arrays by index, so it only counts where no array is on the way.
 */
export function valueAt(path: readonly string[]): Sql {
  return sql`(users.custom #> ${[...path]}::text[])`;
}

/** The path goes through an array before its end; undefined for a path that cannot. */
export function arrayOnTheWay(path: readonly string[]): Sql | undefined {
  if (path.length === 1) return undefined;
  const before = path.slice(1).map((_, index) => path.slice(0, index + 1));
  return some(before.map(part => sql`jsonb_typeof(${valueAt(part)}) = 'array'`));
}
