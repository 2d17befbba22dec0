import { hash } from 'node:crypto';
import { RollcallError } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import { insertRows } from '../database/table.js';
import type { Transaction, WriteTransaction } from '../database/unit-of-work.js';
import { withRenamed } from '../database/with-renamed.js';
import { type UserRow, userTable } from './model/user-table.js';

const PREFIX = 'deleted-';

/**
 * The name of a hard-deleted user in everything that still refers to it: `deleted-` and 32 hexadecimal digits of a
 * SHA-256 of the id. Nobody can read the id from it, but a reader who knows the id can find it.
 */
export function tombstoneOf(userId: string): string {
  return PREFIX + hash('sha256', `rollcall tombstone\n${userId}`, 'hex').slice(0, 32);
}

/** The ids whose users were hard-deleted. An id that is itself a tombstone counts too. */
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

/** The tombstones of some users, by id. */
export function tombstonesOf(userIds: readonly string[]): Map<string, string> {
  return new Map(userIds.map(id => [id, tombstoneOf(id)]));
}

/** Reserves ids so that they are never used again, by their names alone. @param at epoch milliseconds. */
export async function putTombstones(
  transaction: WriteTransaction,
  names: ReadonlyMap<string, string>,
  at: number,
): Promise<void> {
  await transaction.query(
    sql`${withRenamed(transaction, names)} INSERT INTO tombstones (id, deleted_at)
      SELECT name, ${at} FROM renamed WHERE true ON CONFLICT (id) DO NOTHING`,
  );
}

/** The error for a deleted user, soft-deleted or erased. */
export function userDeleted(id: string, place: { index?: number; field?: string } = {}): RollcallError {
  return new RollcallError('USER_DELETED', `the user "${id}" has been deleted`, { field: 'id', ...place });
}

/** Stores every column of what is left of pruned users. It logs no event: the request for the deletion logged one. */
export async function storePrunedUsers(
  transaction: WriteTransaction,
  rows: readonly UserRow[],
): Promise<void> {
  await insertRows(transaction, userTable, rows, { key: 'id' });
}

/** Removes the rows of users. The caller handles everything else that names them. */
export async function removeUsers(transaction: WriteTransaction, ids: readonly string[]): Promise<void> {
  await transaction.query(sql`DELETE FROM users WHERE id IN (${transaction.dialect.values(ids)})`);
}
