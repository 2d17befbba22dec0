import sql, { type Sql } from 'sql-template-tag';
import { some } from '../conditions.js';
import type { Cell } from './sqlite-cell.js';

/**
 * A path as the JSON functions of SQLite take it, always as a parameter. The field name grammar admits neither quotes
 * nor back-slashes, so a quoted name can hold nothing but a name. A quoted name never steps into an array.
 */
export function sqlitePath(path: readonly string[]): string {
  return `$${path.map(name => `."${name}"`).join('')}`;
}

/** The custom value at a path that has no array on the way. */
export function cellAt(path: readonly string[]): Cell {
  const bound = sqlitePath(path);
  return { type: sql`json_type(users.custom, ${bound})`, value: sql`users.custom ->> ${bound}` };
}

/** The custom value at a path as rows of `json_each`: the elements, where it is an array. */
export function elementsAt(path: readonly string[]): Sql {
  return sql`json_each(users.custom, ${sqlitePath(path)})`;
}

/** The path goes through an array before its end; undefined for a path that cannot. */
export function arrayOnTheWay(path: readonly string[]): Sql | undefined {
  if (path.length === 1) return undefined;
  const before = path.slice(1).map((_, index) => path.slice(0, index + 1));
  return some(before.map(part => sql`json_type(users.custom, ${sqlitePath(part)}) = 'array'`));
}
