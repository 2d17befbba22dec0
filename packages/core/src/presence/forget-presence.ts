import sql from 'sql-template-tag';
import type { WriteTransaction } from '../database/unit-of-work.js';

/** Nothing of presence holds the id of a user any more. Its row has gone before, so that nobody can bring it back. */
export async function forgetPresence(transaction: WriteTransaction, userId: string): Promise<void> {
  await transaction.query(sql`DELETE FROM node_users WHERE user_id = ${userId}`);
  await transaction.query(sql`DELETE FROM presence_changes WHERE user_id = ${userId}`);
}

/**
 * Marks everybody as offline whom an earlier process left behind; for an engine that one process has to itself. The feed
 * tells nobody: who follows it begins after this.
 */
export async function forgetEverybody(transaction: WriteTransaction): Promise<void> {
  await transaction.query(sql`DELETE FROM nodes`);
  await transaction.query(sql`DELETE FROM node_users`);
  await transaction.query(sql`UPDATE users SET online = ${false} WHERE online = ${true}`);
}
