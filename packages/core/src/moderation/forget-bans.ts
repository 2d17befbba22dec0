import sql from 'sql-template-tag';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { removeBans } from '../users/save-bans.js';

/** Takes a user out of the bans: its own goes, and those that it imposed name nobody. */
export async function forgetBans(transaction: WriteTransaction, userId: string): Promise<void> {
  await removeBans(transaction, [userId]);
  await transaction.query(sql`UPDATE bans SET banned_by_id = NULL WHERE banned_by_id = ${userId}`);
}
