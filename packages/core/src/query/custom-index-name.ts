import { createHash } from 'node:crypto';
import type { Sql } from 'sql-template-tag';

/** The columns of the index of a custom path, and its name. The name follows from them, so a changed definition gives another index. */
export function namedCustomIndex(key: Sql): { name: string; columns: string } {
  const columns = `(${key.sql}, created_at, id)`;
  return { name: `users_custom_${createHash('sha256').update(columns).digest('hex').slice(0, 24)}`, columns };
}
