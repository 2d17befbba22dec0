import sql, { join, raw, type Sql } from 'sql-template-tag';

/**
 * Conditions in SQL have three values. Every condition that is built in this folder is TRUE exactly where it holds, and
 * FALSE or NULL where it does not; so negation must go through {@link not}.
 */
export const ALWAYS = sql`TRUE`;
export const NEVER = sql`FALSE`;

/** Holds where all hold. */
export function every(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? ALWAYS : join(conditions, ' AND ', '(', ')');
}

/** Holds where at least one holds. */
export function some(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? NEVER : join(conditions, ' OR ', '(', ')');
}

/** Holds exactly where the condition does not. */
export function not(condition: Sql): Sql {
  return sql`(${condition} IS NOT TRUE)`;
}

/** A boolean as SQL text: better-sqlite3 binds none. */
export function truth(value: boolean): Sql {
  return value ? ALWAYS : NEVER;
}

/** A direction of an `ORDER BY`. */
export function direction(descending: boolean): Sql {
  return raw(descending ? 'DESC' : 'ASC');
}
