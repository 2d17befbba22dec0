import type { ParsedQueryActivities } from '@rollcall/protocol/schemas';
import sql, { join, raw, type Sql } from 'sql-template-tag';
import { belongsTo, type Tenant } from '../../access/access.js';
import { readContentCursor, writeContentCursor } from '../../database/page-cursor.js';
import type { Transaction } from '../../database/unit-of-work.js';
import { jsonDialectOf } from '../../query/json-dialect-of.js';
import { findUsers } from '../../users/find-users.js';
import type { UserRow } from '../../users/model/user-table.js';
import { type ActivityRow, activityTable, IS_IN_SIGHT } from './activity-table.js';

/** Activities, and the users who own them. */
export interface ActivityPage {
  activities: ActivityRow[];
  users: ReadonlyMap<string, UserRow>;
  /** Where the next page begins. The last page has none. */
  next?: string;
}

/** Whose activities a reader sees. */
export interface FeedReader {
  /** The tenant of the reader; undefined: everyone's activities. */
  tenant: Tenant;
  /** The reader itself, who sees its own activities wherever it belongs. Back ends and anonymous callers have none. */
  userId?: string;
}

/** Whether a reader sees the activities of an actor, judged by the teams of both as they are now. */
export function seesActor(
  { tenant, userId }: FeedReader,
  actor: { id: string; teams: readonly string[] } | undefined,
): boolean {
  return (
    tenant === undefined || (actor !== undefined && (actor.id === userId || belongsTo(tenant, actor.teams)))
  );
}

/**
 * One page of the activities that a reader sees, newest first. Paging is stable: an activity that is added meanwhile
 * moves no other activity to another page.
 * @throws RollcallError `CURSOR_INVALID`
 */
export async function queryActivities(
  transaction: Transaction,
  reader: FeedReader,
  { actor_id, verb, limit, next }: ParsedQueryActivities,
): Promise<ActivityPage> {
  const asked = [actor_id ?? null, verb ?? null];
  const conditions = [IS_IN_SIGHT];
  if (verb !== undefined) conditions.push(sql`activities.verb = ${verb}`);
  if (next !== undefined) {
    const after = readContentCursor(next, asked);
    conditions.push(sql`(activities.created_at, activities.id) < (${after.created_at}, ${after.key})`);
  }
  if (actor_id !== undefined) {
    // An actor out of sight costs what an unknown one costs, however many activities it has.
    const actor = reader.tenant && (await findUsers(transaction, [actor_id])).get(actor_id);
    if (!seesActor(reader, actor)) return { activities: [], users: new Map() };
    conditions.push(sql`activities.actor_id = ${actor_id}`);
  } else if (reader.tenant !== undefined) {
    conditions.push(isSeenBy(transaction, reader, reader.tenant));
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

/** `seesActor` in SQL, of a row of `activities`. */
function isSeenBy(transaction: Transaction, { userId }: FeedReader, tenant: readonly string[]): Sql {
  const sharesTenant = jsonDialectOf(transaction.dialect).belongsTo(tenant);
  return sql`EXISTS (SELECT 1 FROM users
    WHERE users.id = activities.actor_id AND (users.id = ${userId ?? null} OR ${sharesTenant}))`;
}

/** Adds the users to activities, with one query. */
export async function loadActivityPage(
  transaction: Transaction,
  activities: ActivityRow[],
): Promise<ActivityPage> {
  const ids = new Set(activities.map(activity => activity.actor_id));
  return { activities, users: await findUsers(transaction, [...ids]) };
}
