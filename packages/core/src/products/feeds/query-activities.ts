import type { ParsedQueryActivities } from '@rollcall/protocol/schemas';
import sql, { join, raw } from 'sql-template-tag';
import type { Transaction } from '../../database/unit-of-work.js';
import { findUsers } from '../../users/find-users.js';
import type { UserRow } from '../../users/model/user-table.js';
import { readContentCursor, writeContentCursor } from '../page-cursor.js';
import { type ActivityRow, activityTable, IS_IN_SIGHT } from './activity-table.js';

/** Activities, and the users who own them. */
export interface ActivityPage {
  activities: ActivityRow[];
  users: ReadonlyMap<string, UserRow>;
  /** Where the next page begins. The last page has none. */
  next?: string;
}

/**
 * One page of activities, newest first. Paging is stable: an activity that is added meanwhile moves no other activity
 * to another page.
 * @throws RollcallError `CURSOR_INVALID`
 */
export async function queryActivities(
  transaction: Transaction,
  { actor_id, verb, limit, next }: ParsedQueryActivities,
): Promise<ActivityPage> {
  const asked = [actor_id ?? null, verb ?? null];
  const conditions = [IS_IN_SIGHT];
  if (actor_id !== undefined) conditions.push(sql`activities.actor_id = ${actor_id}`);
  if (verb !== undefined) conditions.push(sql`activities.verb = ${verb}`);
  if (next !== undefined) {
    const after = readContentCursor(next, asked);
    conditions.push(sql`(activities.created_at, activities.id) < (${after.created_at}, ${after.key})`);
  }
  const cells = await transaction.query(
    sql`SELECT ${raw(activityTable.columnList)} FROM activities WHERE ${join(conditions, ' AND ')}
      ORDER BY activities.created_at DESC, activities.id DESC LIMIT ${limit + 1}`,
  );
  const rows = cells.slice(0, limit).map(one => activityTable.decode(one, transaction.dialect));
  const last = rows.at(-1);
  const page = await loadActivityPage(transaction, rows);
  if (cells.length <= limit || !last) return page;
  return { ...page, next: writeContentCursor({ created_at: last.created_at, key: last.id }, asked) };
}

/** Adds the users to activities, with one query. */
export async function loadActivityPage(
  transaction: Transaction,
  activities: ActivityRow[],
): Promise<ActivityPage> {
  const ids = new Set(activities.map(activity => activity.actor_id));
  return { activities, users: await findUsers(transaction, [...ids]) };
}
