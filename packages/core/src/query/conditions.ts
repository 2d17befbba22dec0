import sql, { join, raw, type Sql } from 'sql-template-tag';

/**
 * Conditions in SQL have three values. Every condition that this folder builds is TRUE exactly where it holds, and
 * FALSE or NULL elsewhere. So a negation must use {@link not}.
 */
export const ALWAYS = sql`TRUE`;
export const NEVER = sql`FALSE`;

/** True where all conditions hold. */
export function every(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? ALWAYS : join(conditions, ' AND ', '(', ')');
}

/** True where at least one condition holds. */
export function some(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? NEVER : join(conditions, ' OR ', '(', ')');
}

/** True exactly where the condition does not hold. */
export function not(condition: Sql): Sql {
  return sql`(${condition} IS NOT TRUE)`;
}

/** A boolean as SQL text, because better-sqlite3 cannot bind booleans. */
export function truth(value: boolean): Sql {
  return value ? ALWAYS : NEVER;
}

/** The direction of an `ORDER BY`. */
export function direction(descending: boolean): Sql {
  return raw(descending ? 'DESC' : 'ASC');
}
