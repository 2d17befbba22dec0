import type { QueryField } from '@rollcall/protocol';
import sql, { raw, type Sql } from 'sql-template-tag';
import type { Viewpoint } from './user-query.js';

/** A built-in field as SQL. */
export interface BuiltInColumn {
  expression: Sql;
  nullable: boolean;
  /** An index orders the users by it. */
  indexed: boolean;
}

/** A built-in field whose value is one text, number or boolean. */
export type PlainField = Exclude<QueryField, 'teams'>;

/** The value of a built-in field as a query sees it. `built-in-value.ts` says the same in memory. */
export function builtInColumn(field: PlainField, { now, seesInvisible }: Viewpoint): BuiltInColumn {
  switch (field) {
    case 'banned':
    case 'shadow_banned': {
      const inForce = sql`(users.ban_expires IS NULL OR users.ban_expires > ${now})`;
      const expression = sql`(users.${raw(field)} AND ${inForce})`;
      return { expression, nullable: false, indexed: false };
    }
    case 'online':
      if (seesInvisible) return column('online');
      return { expression: sql`(users.online AND NOT users.invisible)`, nullable: false, indexed: false };
    case 'last_active':
      if (seesInvisible) return column('last_active', { nullable: true, indexed: true });
      return {
        expression: sql`(CASE WHEN users.invisible THEN NULL ELSE users.last_active END)`,
        nullable: true,
        indexed: false,
      };
    case 'name':
      return column('name', { nullable: true, indexed: true });
    case 'language':
    case 'deactivated_at':
      return column(field, { nullable: true });
    case 'id':
    case 'created_at':
    case 'updated_at':
      return column(field, { indexed: true });
    case 'role':
    case 'invisible':
      return column(field);
  }
}

function column(field: PlainField, { nullable = false, indexed = false } = {}): BuiltInColumn {
  return { expression: raw(`users.${field}`), nullable, indexed };
}
