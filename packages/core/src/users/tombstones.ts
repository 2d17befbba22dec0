import { createHash } from 'node:crypto';
import { RollcallError } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import { insertRows } from '../database/table.js';
import type { Transaction, WriteTransaction } from '../database/unit-of-work.js';
import { erasePresence } from '../presence/stored-presence.js';
import { type UserRow, userTable } from './model/user-table.js';

const PREFIX = 'deleted-';

/**
 * What a user who is deleted for good is called from then on, wherever it has to be called anything. Nobody can read
 * the id from it; who knows the id can find it: `deleted-` and 32 hexadecimal digits of a SHA-256 over the id.
 */
export function tombstoneOf(userId: string): string {
  return PREFIX + createHash('sha256').update(`rollcall tombstone\n${userId}`).digest('hex').slice(0, 32);
}

/** Whether an id has the form of a tombstone. A user may be called so, too. */
export function isTombstone(id: string): boolean {
  return /^deleted-[0-9a-f]{32}$/.test(id);
}

/** Those of the ids that were deleted for good; an id that is itself a tombstone counts, too. */
export async function findTombstones(transaction: Transaction, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const names = new Map(ids.map(id => [tombstoneOf(id), id]));
  for (const id of ids) if (id.startsWith(PREFIX)) names.set(id, id);
  const { dialect } = transaction;
  const rows = await transaction.query(
    sql`SELECT id FROM tombstones WHERE id IN (${dialect.values([...names.keys()])})`,
  );
  return new Set(rows.flatMap(row => names.get(row.id as string) ?? []));
}

/** Keeps an id from ever being used again, without keeping the id. @param at epoch milliseconds. */
export async function putTombstone(transaction: WriteTransaction, userId: string, at: number): Promise<void> {
  await transaction.query(
    sql`INSERT INTO tombstones (id, deleted_at) VALUES (${tombstoneOf(userId)}, ${at}) ON CONFLICT (id) DO NOTHING`,
  );
}

/** The error for a user who has been deleted, whether for good or not. */
export function userDeleted(id: string, place: { index?: number; field?: string } = {}): RollcallError {
  return new RollcallError('USER_DELETED', `the user "${id}" has been deleted`, { field: 'id', ...place });
}

/** Stores what is left of a user, every column of it. No event: that the user was deleted was told when it was asked for. */
export async function storePrunedUser(transaction: WriteTransaction, row: UserRow): Promise<void> {
  await insertRows(transaction, userTable, [row], { key: 'id' });
}

/** Removes the row of a user. Whoever calls has seen to everything that names it. */
export async function removeUser(transaction: WriteTransaction, id: string): Promise<void> {
  await transaction.query(sql`DELETE FROM users WHERE id = ${id}`);
  await erasePresence(transaction, id);
}
