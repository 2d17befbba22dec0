import sql from 'sql-template-tag';
import { insertRows } from '../database/table.js';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { erasePresence } from '../presence/stored-presence.js';
import { type UserRow, userTable } from './model/user-table.js';

/** Stores what is left of a user, every column of it. No event: that the user was deleted was told when it was asked for. */
export async function storePrunedUser(transaction: WriteTransaction, row: UserRow): Promise<void> {
  await insertRows(transaction, userTable, [row], { key: 'id' });
}

/** Removes the row of a user. Whoever calls has seen to everything that names it. */
export async function removeUser(transaction: WriteTransaction, id: string): Promise<void> {
  await transaction.query(sql`DELETE FROM users WHERE id = ${id}`);
  await erasePresence(transaction, id);
}
