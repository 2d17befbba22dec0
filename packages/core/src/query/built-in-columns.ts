import { type QueryField, USER_FIELDS, type UserFieldRule, type UserFieldsWith } from '@rollcall/protocol';
import sql, { raw, type Sql } from 'sql-template-tag';
import type { Viewpoint } from './user-query.js';
import { ALL_USERS } from './user-source.js';

/** A built-in field as SQL. */
export interface BuiltInColumn {
  expression: Sql;
  nullable: boolean;
  /** An index orders the users by it. */
  indexed: boolean;
}

/** A built-in field whose value is one text, number or boolean. */
export type PlainField = Exclude<QueryField, UserFieldsWith<{ holds: 'strings' }>>;

/**
 * The value of a built-in field as a query sees it: its column, but for bans and for the presence of an invisible user.
 * `built-in-value.ts` says the same in memory.
 */
export function builtInColumn(
  field: PlainField,
  { now, seesInvisible, source = ALL_USERS }: Viewpoint,
): BuiltInColumn {
  const { optional, indexed }: UserFieldRule = USER_FIELDS[field];
  const nullable = optional === true;
  switch (field) {
    case 'banned':
    case 'shadow_banned': {
      const inForce = sql`(users.ban_expires IS NULL OR users.ban_expires > ${now})`;
      return { expression: sql`(users.${raw(field)} AND ${inForce})`, nullable, indexed: false };
    }
    case 'online':
      if (seesInvisible) break;
      return { expression: sql`(users.online AND NOT users.invisible)`, nullable, indexed: false };
    case 'created_at':
      return { expression: source.createdAt, nullable, indexed: true };
    case 'id':
      return { expression: source.id, nullable, indexed: true };
    case 'last_active': {
      if (seesInvisible) break;
      const expression = sql`(CASE WHEN users.invisible THEN NULL ELSE users.last_active END)`;
      return { expression, nullable, indexed: false };
    }
  }
  return { expression: raw(`users.${field}`), nullable, indexed: indexed === true };
}
