import sql from 'sql-template-tag';
import type { Column } from '../database/dialect.js';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { notePresenceChanges } from './presence-feed.js';

/** A user, and when it was last seen: epoch milliseconds, absent when that is not known. */
interface Sighting {
  id: string;
  at?: number;
}

/** What has changed about the users of one process since it was last written. */
export interface Movement {
  /** They have a live connection here and had none. */
  came: readonly Sighting[];
  /** They had a live connection here and have none. */
  left: readonly Sighting[];
  /** They were seen and neither came nor left. */
  seen: readonly Sighting[];
}

const GIVEN: readonly Column[] = [
  { name: 'id', kind: 'text' },
  { name: 'at', kind: 'integer' },
  { name: 'online', kind: 'boolean' },
];

/**
 * Writes which users came to a process and left it, and with that who is online: all users whom any process holds. A
 * transaction that moves the same users for another process waits. So when two processes lose the last connections of a
 * user, one of them sees that no process holds the user any more.
 * A user who was deactivated or deleted since it connected does not come: its connection is about to be closed, and
 * listeners who have heard of that must not hear that it is online.
 * @returns the ids that no user has, and those of users who may not be online. They have not come.
 */
export async function moveUsers(
  transaction: WriteTransaction,
  nodeId: string,
  { came, left, seen }: Movement,
): Promise<Set<string>> {
  const { dialect } = transaction;
  const all = [...came, ...left, ...seen];
  if (all.length === 0) return new Set();
  // Rows are locked in the order of the ids, as in all other changes of users.
  const rows = await transaction.query(
    sql`SELECT id, online, deactivated_at, deleted_at FROM users WHERE id IN (${dialect.values(all.map(user => user.id))}) ORDER BY id${dialect.forUpdate}`,
  );
  const wasOnline = new Map(rows.map(row => [row.id as string, row.online === true || row.online === 1]));
  const active = new Set(
    rows.filter(row => row.deactivated_at === null && row.deleted_at === null).map(row => row.id as string),
  );
  const arrivals = came.map(user => user.id).filter(id => active.has(id));
  const leavers = left.map(user => user.id);
  if (arrivals.length > 0) {
    await transaction.query(
      sql`WITH given(id) AS (${dialect.values(arrivals)})
        INSERT INTO node_users (node_id, user_id) SELECT CAST(${nodeId} AS text), given.id FROM given WHERE true
        ON CONFLICT (node_id, user_id) DO NOTHING`,
    );
  }
  const held = await takeAway(transaction, nodeId, leavers);

  const online = new Map<string, boolean>([
    ...arrivals.map(id => [id, true] as const),
    ...leavers.filter(id => !held.has(id)).map(id => [id, false] as const),
  ]);
  await updateUsers(
    transaction,
    all.filter(user => wasOnline.has(user.id)),
    online,
  );
  await notePresenceChanges(
    transaction,
    [...online].filter(([id, is]) => wasOnline.has(id) && wasOnline.get(id) !== is).map(([id]) => id),
  );
  return new Set(came.map(user => user.id).filter(id => !active.has(id)));
}

/** Takes users away from a process. @returns the users whom another process still holds. */
async function takeAway(
  transaction: WriteTransaction,
  nodeId: string,
  ids: readonly string[],
): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const { dialect } = transaction;
  await transaction.query(
    sql`DELETE FROM node_users WHERE node_id = ${nodeId} AND user_id IN (${dialect.values(ids)})`,
  );
  const held = await transaction.query(
    sql`SELECT DISTINCT user_id FROM node_users WHERE user_id IN (${dialect.values(ids)})`,
  );
  return new Set(held.map(row => row.user_id as string));
}

/**
 * Presence is not a change of a user: neither `revision` nor `updated_at` moves. The first time that a user is seen stays:
 * it says from where on the user may hear again what it missed.
 */
async function updateUsers(
  transaction: WriteTransaction,
  users: readonly Sighting[],
  online: ReadonlyMap<string, boolean>,
): Promise<void> {
  if (users.length === 0) return;
  const { expressions, source } = transaction.dialect.rowsFromJson(GIVEN);
  const json = JSON.stringify(users.map(({ id, at }) => [id, at ?? null, online.get(id) ?? null]));
  await transaction.query(
    sql`WITH given(id, at, online) AS (SELECT ${expressions} FROM ${source(json)})
      UPDATE users SET
        online = coalesce(given.online, users.online),
        last_active = CASE WHEN given.at > coalesce(users.last_active, 0) THEN given.at ELSE users.last_active END,
        listens_since = coalesce(users.listens_since, given.at)
      FROM given WHERE users.id = given.id`,
  );
}

/**
 * Marks all users as offline whom an earlier process left behind; for an engine that one process has to itself. The feed
 * does not say so: all who follow it begin after this.
 */
export async function markAllOffline(transaction: WriteTransaction): Promise<void> {
  await transaction.query(sql`DELETE FROM nodes`);
  await transaction.query(sql`DELETE FROM node_users`);
  // In these words it is what the index of those who are online has.
  await transaction.query(sql`UPDATE users SET online = ${false} WHERE online`);
}
